/**
 * Which states of a region lead to its way out at a given place, for every place of a span.
 *
 * Found from the end of the span backwards. A set for each place of a long span would be too much to keep: the span is
 * cut into stretches, only the set at the start of each is kept, and the sets of one stretch at a time are at hand.
 * They are asked for from left to right, so every place is computed at most twice.
 */
import type { Reader } from './reader.ts'
import type { Closure, Region } from './region.ts'
import { move } from './region.ts'

/** Words at hand: four megabytes. */
const WORDS = 1 << 20

export class Live {
  /** The sets of the stretch at hand: `sets[index(at)]` on. */
  sets: Int32Array = new Int32Array(64)
  private readonly reader: Reader
  private region: Region | null = null
  private from = 0
  private to = 0
  /** Bytes of text in a stretch. */
  private length = 0
  /** Where the stretch at hand begins and ends. */
  private base = 0
  top = 0
  /** Of each stretch: the first character that begins in it, and the set there. */
  private marks: { at: number; set: Int32Array }[] = []
  private scratch = new Int32Array(8)
  private other = new Int32Array(8)

  constructor(reader: Reader) {
    this.reader = reader
  }

  /** Computes the sets for [from, to), where the way out is to be taken at `to`. */
  begin(region: Region, from: number, to: number): void {
    const { words } = region
    this.region = region
    this.from = from
    this.to = to
    this.length = Math.max(1, Math.min(to - from, Math.floor(WORDS / words)))
    if (this.sets.length < this.length * words) this.sets = new Int32Array(2 * this.length * words)
    if (this.scratch.length < words) {
      this.scratch = new Int32Array(words)
      this.other = new Int32Array(words)
    }
    const stretches = Math.ceil((to - from) / this.length)
    this.marks = Array.from({ length: stretches })
    for (let m = stretches - 1; m >= 0; m--) {
      const at = this.load(m)
      if (stretches > 1) this.marks[m] = { at, set: this.sets.slice(this.index(at), this.index(at) + words) }
    }
  }

  /** Where the set of a place is in `sets`. */
  index(at: number): number {
    if (at >= this.top) this.load(Math.floor((at - this.from) / this.length))
    return (at - this.base) * (this.region as Region).words
  }

  /** Whether a state, its epsilon edges followed in `closure`, leads to the way out. */
  reaches({ rows, out }: Closure, state: number, at: number): boolean {
    const region = this.region as Region
    if (region.isOutside(state)) return at === this.to
    const local = region.local(state)
    if (at === this.to) return out[local] === 1
    const { words } = region
    const index = this.index(at)
    for (let w = 0; w < words; w++) {
      if (((rows[local * words + w] as number) & (this.sets[index + w] as number)) !== 0) return true
    }
    return false
  }

  /** Computes a stretch from the mark behind it; the first place in it where a character begins. */
  private load(stretch: number): number {
    const { from, to, length } = this
    const mark = this.marks[stretch + 1]
    if (mark) this.scratch.set(mark.set)
    this.base = from + stretch * length
    this.top = Math.min(to, this.base + length)
    const at = mark?.at ?? to
    this.reader.steps += at - this.base
    return (this.region as Region).words === 1 ? this.backInOneWord(at) : this.back(at)
  }

  /** From `at`, where the set is in `scratch`, back to the first character of the stretch. */
  private back(at: number): number {
    const { reader, base, to, sets } = this
    const { asserts } = reader
    const region = this.region as Region
    const { words, members } = region
    let { scratch, other } = this
    let { backward, last } = region.closure(reader.mask(at))
    while (at > base) {
      if (asserts) ({ backward, last } = region.closure(reader.mask(at)))
      const member = reader.before(at) * words
      if (at - reader.width < base) break
      if (at === to) other.set(last)
      else move(backward, scratch, other)
      at -= reader.width
      const place = (at - base) * words
      for (let w = 0; w < words; w++) {
        sets[place + w] = other[w] = (other[w] as number) & (members[member + w] as number)
      }
      ;[scratch, other] = [other, scratch]
    }
    this.scratch = scratch
    this.other = other
    return at
  }

  /** The same for sets of one word, which most patterns have. */
  private backInOneWord(at: number): number {
    const { reader, base, to, sets, scratch } = this
    const region = this.region as Region
    const { members } = region
    const { asserts, text, low, ascii } = reader
    let { data } = region.closure(reader.mask(at)).backward
    let set = scratch[0] as number
    while (at > base) {
      if (asserts) ({ data } = region.closure(reader.mask(at)).backward)
      const byte = text[at - 1] as number
      let symbol: number
      let width = 1
      if (byte < ascii) symbol = low[byte] as number
      else {
        symbol = reader.before(at)
        ;({ width } = reader)
        if (at - width < base) break
      }
      set =
        at === to
          ? (region.closure(reader.mask(at)).last[0] as number)
          : (data[set & 255] as number) |
            (data[256 | ((set >>> 8) & 255)] as number) |
            (data[512 | ((set >>> 16) & 255)] as number) |
            (data[768 | (set >>> 24)] as number)
      set &= members[symbol] as number
      at -= width
      sets[at - base] = set
    }
    scratch[0] = set
    return at
  }
}
