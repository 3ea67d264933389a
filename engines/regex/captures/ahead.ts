/**
 * Where an inner bracket ends on the best path: as late as it can.
 *
 * The states that paths inside can be in are carried forward from the bracket's start, without those from which the outer
 * bracket's end is out of reach. When none is left, no later end is possible: nothing is read in vain.
 *
 * The first inner bracket of a level is found without that: its states are carried as far as they go, the places where
 * it could end are marked, and only then is found from the outer end backwards what is alive, down to the first of the
 * marks that is. That may read in vain once a level, but where brackets stand in brackets and all of them go far it
 * saves the second walk of nearly every level.
 */
import type { Brackets } from './brackets.ts'
import type { Live } from './live.ts'
import type { Reader } from './reader.ts'
import type { Region } from './region.ts'
import { move } from './union.ts'

export class Ahead {
  private readonly brackets: Brackets
  private readonly reader: Reader
  private readonly live: Live
  private set = new Int32Array(8)
  /** 1 for each place from a scout's start on where the bracket could end. */
  private marks = new Uint8Array(64)
  private other = new Int32Array(8)

  constructor(brackets: Brackets, reader: Reader, live: Live) {
    this.brackets = brackets
    this.reader = reader
    this.live = live
  }

  /** Where an inner bracket that begins at `at` ends on the best path; -1 if on none. */
  longest(region: Region, inner: Region, from: number, to: number): number {
    const { reader, live, brackets } = this
    const exit = brackets.exit[inner.bracket]!
    const emptyExit = brackets.emptyExit[inner.bracket]!
    const { words } = inner
    const mask = reader.mask(from)
    const { rows, out } = inner.closure(mask)
    const entry = inner.local(inner.entry)
    const empty = out[entry] === 1 && live.reaches(region.closure(mask), emptyExit, from) ? from : -1
    if (from === to) return empty
    if (region.words === 1) {
      return this.ahead(region, inner, rows[entry]!, exit, from, to) ?? empty
    }
    this.enter(rows, entry, words)
    return this.aheadInWords(region, inner, exit, from, to) ?? empty
  }

  /**
   * The same where nothing is known yet of what is alive: `live` begins here, and knows it from the place found on; all
   * from `from` on where there is none.
   */
  first(region: Region, inner: Region, from: number, to: number): number {
    const { reader, live, brackets } = this
    live.begin(region, from, to)
    for (let at = this.scout(inner, from, to); at >= from; at--) {
      if (this.marks[at - from] === 0) continue
      live.descend(at)
      const exit = (at === from ? brackets.emptyExit : brackets.exit)[inner.bracket]!
      if (live.reaches(region.closure(reader.mask(at)), exit, at)) return at
    }
    live.descend(from)
    return -1
  }

  /** Marks where a bracket that begins at `from` could end; the place where it is left at the latest. */
  private scout(inner: Region, from: number, to: number): number {
    if (this.marks.length <= to - from) this.marks = new Uint8Array(to - from + 1)
    else this.marks.fill(0, 0, to - from + 1)
    const { rows, out } = inner.closure(this.reader.mask(from))
    const entry = inner.local(inner.entry)
    this.marks[0] = out[entry]!
    this.enter(rows, entry, inner.words)
    const reached =
      inner.words === 1 ? this.scoutInOneWord(inner, from, to) : this.scoutInWords(inner, from, to)
    this.reader.steps += reached - from
    return reached
  }

  private scoutInOneWord(inner: Region, from: number, to: number): number {
    const { reader, marks } = this
    const { asserts, text, low, ascii } = reader
    const { members } = inner
    let { forward, last } = inner.closure(reader.mask(to))
    let set = this.set[0]!
    let at = from
    while (at < to) {
      const byte = text[at]!
      if (byte < ascii) {
        set &= members[low[byte]!]!
        at++
      } else {
        set &= members[reader.after(at)]!
        at += reader.width
      }
      if (set === 0) break
      if (asserts) ({ forward, last } = inner.closure(reader.mask(at)))
      marks[at - from] = (set & last[0]!) === 0 ? 0 : 1
      const { data } = forward
      set =
        data[set & 255]! |
        data[256 | ((set >>> 8) & 255)]! |
        data[512 | ((set >>> 16) & 255)]! |
        data[768 | (set >>> 24)]!
    }
    return at
  }

  private scoutInWords(inner: Region, from: number, to: number): number {
    const { reader, marks } = this
    const { words, members } = inner
    let { forward, last } = inner.closure(reader.mask(to))
    let { set, other } = this
    let at = from
    while (at < to) {
      const member = reader.after(at) * words
      at += reader.width
      let some = 0
      for (let w = 0; w < words; w++) {
        set[w] = set[w]! & members[member + w]!
        some |= set[w]!
      }
      if (some === 0) break
      if (reader.asserts) ({ forward, last } = inner.closure(reader.mask(at)))
      let leaves = 0
      for (let w = 0; w < words; w++) leaves |= set[w]! & last[w]!
      marks[at - from] = leaves === 0 ? 0 : 1
      move(forward, set, other)
      ;[set, other] = [other, set]
    }
    this.set = set
    this.other = other
    return at
  }

  /** Makes `set` the states that a bracket is entered in. */
  private enter(rows: Int32Array, entry: number, words: number): void {
    if (this.set.length < words) {
      this.set = new Int32Array(words)
      this.other = new Int32Array(words)
    }
    this.set.set(rows.subarray(entry * words, (entry + 1) * words))
  }

  /** Runs ahead from the states in `set`; the last place at which the inner bracket can be left. */
  private ahead(
    region: Region,
    inner: Region,
    first: number,
    exit: number,
    from: number,
    to: number,
  ): number | undefined {
    const { reader, live } = this
    const { asserts, text, ascii } = reader
    const local = region.local(exit)
    const leaves = this.brackets.automaton.depth[exit]! < region.depth
    let closure = inner.closure(reader.mask(to))
    let outer = region.closure(reader.mask(to))
    let best: number | undefined
    let set = first
    let at = from
    let index = live.index(at)
    let { sets, top } = live
    for (; at < to; reader.steps++) {
      set &= sets[index]!
      if (set === 0) break
      // What is alive can consume the character, so it is one.
      const byte = text[at]!
      const width = byte < ascii ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
      at += width
      index += width
      if (asserts) {
        const mask = reader.mask(at)
        closure = inner.closure(mask)
        outer = region.closure(mask)
      }
      const last = (set & closure.last[0]!) !== 0
      if (at === to) {
        if (last && (leaves || outer.out[local] === 1)) best = at
        reader.steps++
        break
      }
      if (at >= top) {
        index = live.index(at)
        ;({ sets, top } = live)
      }
      if (last && !leaves && (outer.rows[local]! & sets[index]!) !== 0) best = at
      const { data } = closure.forward
      set =
        data[set & 255]! |
        data[256 | ((set >>> 8) & 255)]! |
        data[512 | ((set >>> 16) & 255)]! |
        data[768 | (set >>> 24)]!
    }
    return best
  }

  /** The same for sets of many words, from the states in `this.set`. */
  private aheadInWords(
    region: Region,
    inner: Region,
    exit: number,
    from: number,
    to: number,
  ): number | undefined {
    const { reader, live } = this
    const { asserts } = reader
    const { words } = inner
    const shift = inner.firstWord - region.firstWord
    let { set, other } = this
    let closure = inner.closure(reader.mask(to))
    let outer = region.closure(reader.mask(to))
    let best: number | undefined
    for (let at = from; at < to; reader.steps++) {
      const index = live.index(at) + shift
      const { sets } = live
      let some = 0
      for (let w = 0; w < words; w++) {
        set[w] = set[w]! & sets[index + w]!
        some |= set[w]!
      }
      if (some === 0) break
      reader.after(at)
      at += reader.width
      if (asserts) {
        const mask = reader.mask(at)
        closure = inner.closure(mask)
        outer = region.closure(mask)
      }
      let leaves = 0
      for (let w = 0; w < words; w++) leaves |= set[w]! & closure.last[w]!
      if (leaves !== 0 && live.reaches(outer, exit, at)) best = at
      move(closure.forward, set, other)
      ;[set, other] = [other, set]
    }
    this.set = set
    this.other = other
    return best
  }
}
