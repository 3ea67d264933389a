/** Where captures are written: an offset pair for each group, -1 while it is unset. */

/**
 * Numbers in an array that V8 still keeps on its own heap. A larger one has memory of its own from the system, which takes
 * seven times as long to get, so those are cut from a common piece.
 */
const SMALL = 16
/** Arrays in a piece: what is kept alive by one of them stays small. */
const SHARE = 32

let piece = new Int32Array(0)
let used = 0

/** A new array of unset offsets for the whole match and its groups. */
export function unsetSpans(groups: number): Int32Array<ArrayBuffer> {
  const size = 2 * groups + 2
  if (size <= SMALL) return new Int32Array(size).fill(-1)
  if (used + size > piece.length) {
    piece = new Int32Array(SHARE * size).fill(-1)
    used = 0
  }
  used += size
  return piece.subarray(used - size, used)
}
