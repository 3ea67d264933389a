/**
 * The elements of a slice as texts to search: where each begins and ends in memory.
 *
 * Three streams, so that the search may read long stretches from one end to the other: texts in the order in which they
 * lie, cut where they do not go on at about the same place; strays, one by one; and values without text, which are
 * written out to a scratch block.
 */
import { LARGE } from '../array/text.ts'
import type { Store } from '../array/store.ts'
import { MAX_RENDERED, render, TAG, TEXT } from '../array/word.ts'

/** A gap that a search may as well read. */
const GAP = 2_048

/** One stretch of texts that lie in order: numbers of the gathered texts from ... to. */
export interface Run {
  readonly from: number
  readonly to: number
}

export class Gathered {
  /** Elements of the slice in the range, ascending. */
  count = 0
  /** Offsets in the slice, addresses of words; by element. */
  offsets = new Uint32Array(0)
  words = new Uint32Array(0)
  /** Addresses; by text. `elements`: which element a text is. */
  starts = new Uint32Array(0)
  ends = new Uint32Array(0)
  elements = new Uint32Array(0)
  readonly runs: Run[] = []
  /** Bytes of all texts. */
  bytes = 0
  private scratch = 0
  private readonly store: Store

  constructor(store: Store) {
    this.store = store
  }

  gather(slice: number, from: number, to: number): void {
    const { space, slices, texts } = this.store
    const count = slices.elements(slice, from, to)
    this.size(count)
    this.count = count
    this.bytes = 0
    this.runs.length = 0
    const { offsets, words, starts, ends, elements } = this
    offsets.set(slices.offsets.subarray(0, count))
    words.set(slices.addresses.subarray(0, count))
    const strays = texts.strays(slice)
    const { u32 } = space
    let n = 0
    let runFrom = 0
    let end = 0
    let others = 0
    for (let k = 0; k < count; k++) {
      const at = words[k]! >> 2
      const lo = u32[at]!
      const start = u32[at + 1]!
      const length = lo >>> 3
      if ((lo & TAG) !== TEXT || length >= LARGE || (start >= strays.from && start < strays.to)) {
        // From the other end: dealt with below.
        elements[count - ++others] = k
        continue
      }
      if (start < end || start - end > GAP) {
        if (n > runFrom) this.runs.push({ from: runFrom, to: n })
        runFrom = n
      }
      starts[n] = start
      end = ends[n] = start + length
      elements[n++] = k
      this.bytes += length
    }
    if (n > runFrom) this.runs.push({ from: runFrom, to: n })
    if (others > 0) this.gatherOthers(n, others)
  }

  free(): void {
    if (this.scratch !== 0) this.store.space.free(this.scratch)
    this.scratch = 0
  }

  private gatherOthers(from: number, others: number): void {
    const { words, starts, ends, elements } = this
    const { space } = this.store
    const late = elements.slice(from, from + others).reverse()
    let n = from
    const written: number[] = []
    for (const k of late) {
      const at = words[k]! >> 2
      const lo = space.u32[at]!
      if ((lo & TAG) !== TEXT) {
        written.push(k)
        continue
      }
      starts[n] = space.u32[at + 1]!
      ends[n] = starts[n]! + (lo >>> 3)
      this.bytes += lo >>> 3
      elements[n++] = k
    }
    if (n > from) this.runs.push({ from, to: n })
    if (written.length === 0) return
    this.free()
    let to = (this.scratch = space.allocate(written.length * MAX_RENDERED))
    const { u8, u32 } = space
    const first = n
    for (const k of written) {
      const at = words[k]! >> 2
      starts[n] = to
      to += render(u32[at]!, u32[at + 1]!, u8, to)
      ends[n] = to
      elements[n++] = k
    }
    this.bytes += to - this.scratch
    this.runs.push({ from: first, to: n })
  }

  private size(count: number): void {
    if (this.offsets.length >= count) return
    this.offsets = new Uint32Array(count)
    this.words = new Uint32Array(count)
    this.starts = new Uint32Array(count)
    this.ends = new Uint32Array(count)
    this.elements = new Uint32Array(count)
  }
}
