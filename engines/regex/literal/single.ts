/**
 * One literal: which two of its bytes the kernel looks for, the short texts, and the literals too long for it.
 *
 * Worth (`npm run regex:paths`, pair): 57 to 66 times linear search for a name in the novel.
 */
import { isOpen } from '../foundation/paths.ts'
import { engine } from '../wasm/engine.ts'
import { ByteSet } from '../scan/byte-set.ts'
import { PAIR } from '../wasm/kernels/pair.ts'
import { FOLD, IDENTITY, foldMask } from './fold.ts'
import { FREQUENCY } from './frequency.ts'
import { KernelSearch } from './kernel-search.ts'
import type { LinearSearch, LiteralSearch } from './search.ts'
import { Kmp } from './kmp.ts'
import { Linear } from './linear.ts'

/** Longest literal that fits into the program slot with its masks, and well into a window. */
const LONGEST = 16_384

export function compileOne(bytes: Uint8Array, ignoreCase: boolean): LiteralSearch {
  const fold = ignoreCase ? FOLD : IDENTITY
  const needle = bytes.map((byte) => fold[byte]!)
  const lengths = [needle.length]
  const linear = new Linear(() => new Kmp(needle, fold), lengths)
  if (needle.length > LONGEST || !isOpen('pair')) return linear
  const [i, j] = rarestPair(needle, ignoreCase)
  return new KernelSearch({
    program: { bytes: pairProgram(needle, i, j, ignoreCase) },
    kernel: engine().kernels.pair,
    lengths,
    // Two look-ups, for both cases of a letter, would seldom both skip far.
    anchor: foldMask(needle[i]!, ignoreCase) === 0 ? { byte: needle[i]!, offset: i } : null,
    shortBelow: 128,
    short: new Linear(() => new ShortText(needle, i, fold), lengths),
    linear,
  })
}

/** How common a byte of the literal is in text, either case together where case does not matter. */
function frequency(byte: number, ignoreCase: boolean): number {
  const mask = foldMask(byte, ignoreCase)
  return mask === 0 ? FREQUENCY[byte]! : Math.max(FREQUENCY[byte]!, FREQUENCY[byte ^ mask]!)
}

/**
 * Positions of the two rarest bytes, different ones where there are two. A repeated byte says little the second time:
 * in `aaab` the pair is (a, b), not (a, a).
 */
export function rarestPair(needle: Uint8Array, ignoreCase: boolean): [number, number] {
  let i = 0
  for (let k = 1; k < needle.length; k++) {
    if (frequency(needle[k]!, ignoreCase) < frequency(needle[i]!, ignoreCase)) i = k
  }
  let j = i
  for (let k = 0; k < needle.length; k++) {
    if (needle[k] === needle[i]) continue
    if (j === i || frequency(needle[k]!, ignoreCase) < frequency(needle[j]!, ignoreCase)) j = k
  }
  if (j === i) return [0, needle.length - 1]
  // Bytes of one word come together; far apart they say more.
  const [a, b] = [needle[i]!, needle[j]!]
  const [firstA, lastA] = [needle.indexOf(a), needle.lastIndexOf(a)]
  const [firstB, lastB] = [needle.indexOf(b), needle.lastIndexOf(b)]
  return lastB - firstA >= lastA - firstB ? [firstA, lastB] : [lastA, firstB]
}

function pairProgram(needle: Uint8Array, i: number, j: number, ignoreCase: boolean): Uint8Array {
  const padded = Math.ceil(needle.length / 16) * 16
  const bytes = new Uint8Array(PAIR.values + 2 * padded).fill(0xff)
  const words = new DataView(bytes.buffer)
  const set = (offset: number, value: number): void => words.setUint32(offset, value, true)
  set(PAIR.i, i)
  set(PAIR.j, j)
  set(PAIR.byteI, needle[i]!)
  set(PAIR.maskI, foldMask(needle[i]!, ignoreCase))
  set(PAIR.byteJ, needle[j]!)
  set(PAIR.maskJ, foldMask(needle[j]!, ignoreCase))
  set(PAIR.length, needle.length)
  // One or two bytes are all compared by the search itself.
  set(PAIR.padded, needle.length <= 2 ? 0 : padded)
  bytes.set(needle, PAIR.values)
  for (let k = 0; k < needle.length; k++) {
    bytes[PAIR.values + padded + k] = foldMask(needle[k]!, ignoreCase)
  }
  return bytes
}

/** A hundred bytes or so: look for the rarest byte, then compare all. */
class ShortText implements LinearSearch {
  private readonly needle: Uint8Array
  private readonly rarest: number
  private readonly fold: Readonly<Uint8Array>
  /** The rarest byte, and its other case where that does not matter. */
  private readonly wanted: ByteSet
  end = -1
  readonly which = 0

  constructor(needle: Uint8Array, rarest: number, fold: Readonly<Uint8Array>) {
    this.needle = needle
    this.rarest = rarest
    this.fold = fold
    this.wanted = new ByteSet(fold.map((folded) => (folded === needle[rarest] ? 1 : 0)))
  }

  find(text: Uint8Array, from: number, to: number): number {
    const needle = this.needle
    const fold = this.fold
    const rarest = this.rarest
    const { length } = needle
    const stop = to - length + rarest + 1
    for (let at = from + rarest; at < stop; at++) {
      at = this.wanted.find(text, at, stop)
      if (at >= stop) break
      const start = at - rarest
      let k = 0
      while (k < length && fold[text[start + k]!] === needle[k]) k++
      if (k === length) {
        this.end = start + k
        return start
      }
    }
    return -1
  }
}
