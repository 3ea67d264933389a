/**
 * Which states of a region lead to its way out at a given place, for every place of a span.
 *
 * Found from the end of the span backwards. A set for each place of a long span would be too much to keep: the span is
 * cut into stretches, only the set at the start of each is kept, and the sets of one stretch at a time are at hand.
 * They are asked for from left to right, so every place is computed at most twice. Nothing is computed before it is
 * asked for: often the last few places are enough.
 */
import type { Reader } from './reader.ts'
import type { Closure, Region } from './region.ts'
import { move } from './union.ts'

/** Words at hand: four megabytes. */
const WORDS = 1 << 20
/** Bytes of text computed at a time, where it is not known how far it must go. */
const CHUNK = 2048

export class Live {
  /** The sets of the stretch at hand: `sets[index(at)]` on. */
  sets: Int32Array = new Int32Array(64)
  private readonly reader: Reader
  private region: Region | null = null
  private from = 0
  private to = 0
  /** Bytes of text in a stretch. */
  private length = 0
  /** The stretch at hand, and where it begins and ends. */
  private stretch = 0
  private base = 0
  top = 0
  /** Of each stretch: the first character that begins in it, and the set there. */
  private marks: { at: number; set: Int32Array }[] = []
  /** The stretch at hand is computed from end to end. */
  private isWhole = false
  /** The lowest place computed, and in `scratch` the set there. */
  private low = 0
  private scratch = new Int32Array(8)
  private other = new Int32Array(8)

  constructor(reader: Reader) {
    this.reader = reader
  }

  /** Makes ready for [from, to), where the way out is to be taken at `to`. */
  begin(region: Region, from: number, to: number): void {
    const { words } = region
    this.region = region
    this.from = from
    this.to = to
    this.length = Math.max(1, Math.min(to - from, Math.floor(WORDS / words)))
    if (this.sets.length < this.length * words)
      this.sets = new Int32Array(Math.min(2 * this.length * words, WORDS + words))
    if (this.scratch.length < words) {
      this.scratch = new Int32Array(words)
      this.other = new Int32Array(words)
    }
    this.low = to
    this.isWhole = false
    this.open(Math.max(0, Math.ceil((to - from) / this.length) - 1))
    this.marks = Array.from({ length: this.stretch + 1 })
  }

  /** Computes the sets from `place` on; to be called before any behind the lowest stretch is asked for. */
  descend(place: number): void {
    const { words } = this.region as Region
    while (this.low > place) {
      if (this.isWhole) {
        if (this.stretch === 0) break
        this.open(this.stretch - 1)
      }
      const floor = Math.max(this.base, place - CHUNK)
      this.low = this.back(this.low, floor)
      this.isWhole = floor === this.base
      if (!this.isWhole) continue
      if (this.marks.length > 1)
        this.marks[this.stretch] = { at: this.low, set: this.scratch.slice(0, words) }
    }
  }

  private open(stretch: number): void {
    this.stretch = stretch
    this.base = this.from + stretch * this.length
    this.top = Math.min(this.to, this.base + this.length)
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
      if ((rows[local * words + w]! & this.sets[index + w]!) !== 0) return true
    }
    return false
  }

  /** Computes a stretch from the mark behind it. */
  private load(stretch: number): void {
    const mark = this.marks[stretch + 1]
    if (mark) this.scratch.set(mark.set)
    this.open(stretch)
    this.back(mark?.at ?? this.to, this.base)
  }

  /** From `at`, where the set is in `scratch`, back to `floor` or the first character of the stretch. */
  private back(at: number, floor: number): number {
    this.reader.steps += at - floor
    return (this.region as Region).words === 1 ? this.backInOneWord(at, floor) : this.backInWords(at, floor)
  }

  private backInWords(initial: number, floor: number): number {
    const { reader, base, to, sets } = this
    const { asserts } = reader
    const region = this.region as Region
    const { words, members } = region
    let { scratch, other } = this
    let at = initial
    let { backward, last } = region.closure(reader.mask(at))
    while (at > floor) {
      if (asserts) ({ backward, last } = region.closure(reader.mask(at)))
      const member = reader.before(at) * words
      if (at - reader.width < base) break
      if (at === to) other.set(last)
      else move(backward, scratch, other)
      at -= reader.width
      const place = (at - base) * words
      for (let w = 0; w < words; w++) {
        sets[place + w] = other[w] = other[w]! & members[member + w]!
      }
      ;[scratch, other] = [other, scratch]
    }
    this.scratch = scratch
    this.other = other
    return at
  }

  /** The same for sets of one word, which most patterns have. */
  private backInOneWord(initial: number, floor: number): number {
    const { reader, base, to, sets, scratch } = this
    const region = this.region as Region
    const { members } = region
    const { asserts, text, low, ascii } = reader
    let { data } = region.closure(reader.mask(initial)).backward
    let set = scratch[0]!
    let at = initial
    while (at > floor) {
      if (asserts) ({ data } = region.closure(reader.mask(at)).backward)
      const byte = text[at - 1]!
      let symbol: number
      let width = 1
      if (byte < ascii) symbol = low[byte]!
      else {
        symbol = reader.before(at)
        ;({ width } = reader)
        if (at - width < base) break
      }
      set =
        at === to
          ? region.closure(reader.mask(at)).last[0]!
          : data[set & 255]! |
            data[256 | ((set >>> 8) & 255)]! |
            data[512 | ((set >>> 16) & 255)]! |
            data[768 | (set >>> 24)]!
      set &= members[symbol]!
      at -= width
      sets[at - base] = set
    }
    scratch[0] = set
    return at
  }
}
