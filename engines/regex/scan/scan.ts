/**
 * Is-match over many fragments of one arena: which of 500,000 notes match?
 *
 * The fragments that match are reported by number, in order. A call does no more than its budget of work and says where
 * to go on, so a caller on an event loop can yield in between. Ways, best first:
 *
 * | the matcher has | how |
 * | --- | --- |
 * | literals of which a match contains one | they are searched through the arena at once, where the fragments lie in
 * order and close together; a fragment with an occurrence is then judged by the automaton, unless the occurrence is
 * the match |
 * | a complete automaton of at most 16 states | Sheng, one look-up in a register a byte |
 * | a complete automaton | four fragments in lock-step through its table |
 * | neither | its `test`, fragment by fragment |
 *
 * Fragments in the engine's memory are read in place, others are copied through its window, 64 KiB at a time.
 *
 * Worth (`npm run regex:paths`, scan literals): 2.5 times the automaton for fragments with a word.
 */
import { grown, uint32s, uint8s } from '../foundation/arrays.ts'
import { Meter } from '../dfa/meter.ts'
import { newTally } from '../dfa/tally.ts'
import type { LiteralSearch } from '../literal/search.ts'
import { engine } from '../wasm/engine.ts'
import { HITS, WINDOW, WINDOW_BYTES } from '../wasm/memory.ts'
import { walkProgram } from './program.ts'
import type { WalkProgram } from './program.ts'
import type { ScanTable } from './table.ts'

export interface FragmentMatcher {
  /** Null when it would not fit the budget. */
  readonly table: ScanTable | null
  /** Every fragment that matches contains one of these; `exact`: and every one that contains one matches. */
  readonly literals: { readonly search: LiteralSearch; readonly exact: boolean } | null
  /** Whether text[from, to) matches, for what the table does not cover. */
  test(text: Uint8Array, from: number, to: number): boolean
}

export interface ScanOptions {
  /**
   * Work of this call: bytes of fragments looked at, or steps and nodes where those are more; at least one fragment is
   * looked at, whatever it takes. Default unlimited.
   */
  readonly budget?: number
  /** Fragments to report in this call; default unlimited. With 0 nothing is looked at. */
  readonly limit?: number
}

export interface ScanResult {
  /** Numbers of the matching fragments, ascending. */
  readonly hits: Uint32Array
  /** Number of the first fragment not looked at; starts.length when all are. */
  readonly next: number
}

/** Fragments judged by one call of a kernel: their addresses fill 16 KiB, their verdicts 2 KiB. */
const BATCH = 2_048
const FLAGS = HITS + 8 * BATCH
/** Of a batch: beyond, the automaton alone is faster. */
const COMMON_SHARE = 0.25
/** Searching an arena at once pays while what lies between its fragments is no more than they. */
const SPREAD = 2

export class Scanner {
  private readonly matcher: FragmentMatcher
  private readonly program: WalkProgram | null
  /** Numbers of the fragments of the current batch, and whether they match. */
  private readonly batch = uint32s(BATCH)
  private readonly verdicts = uint8s(BATCH)
  private batched = 0
  /** In this call so many fragments have a literal that looking for it first is work in vain. */
  private common = false

  private readonly meter: Meter

  /** What is done is counted in the meter's tally, and ends with its budget. */
  constructor(matcher: FragmentMatcher, meter: Meter = new Meter(newTally(), Infinity)) {
    this.meter = meter
    this.matcher = matcher
    this.program = matcher.table === null ? null : walkProgram(matcher.table)
  }

  /** Which way this scanner takes. */
  get way(): 'literals' | 'sheng' | 'walk' | 'test' {
    if (this.matcher.literals !== null) return 'literals'
    return this.program?.kernel ?? 'test'
  }

  /**
   * Fragment k is arena[starts[k], ends[k]). Begins with number `from`. Throws RangeError for a `from` that is no whole
   * number of 0 or more, a `budget` or `limit` that is no number of 0 or more, and for a fragment outside the arena. Costs, here: literals 5-10 GB/s, Sheng about 1, lock-step 0.6-0.9, `test` 0.1-0.4.
   */
  scan(
    arena: Uint8Array,
    starts: Uint32Array,
    ends: Uint32Array,
    from: number,
    options: ScanOptions = {},
  ): ScanResult {
    if (!Number.isSafeInteger(from) || from < 0) {
      throw new RangeError(`from must be a whole number of 0 or more, not ${from}`)
    }
    if (starts.length !== ends.length) throw new RangeError('as many ends as starts are needed')
    const { limit = Infinity, budget = Infinity } = options
    for (const [name, value] of Object.entries({ limit, budget })) {
      // Not even NaN: a call that looks at nothing would be repeated without end.
      if (typeof value !== 'number' || !(value >= 0)) {
        throw new RangeError(`${name} must be a number of 0 or more, not ${value}`)
      }
    }
    const found = new HitList()
    this.common = false
    let left = budget
    let next = Math.min(from, starts.length)
    const { meter } = this
    const { tally } = meter
    while (next < starts.length && found.length < limit && (left > 0 || next === from)) {
      const batch = this.measure(
        arena,
        starts,
        ends,
        next,
        meter.limited ? Math.min(left, meter.left()) : left,
      )
      const before = tally.steps + tally.built
      next = this.judge(arena, starts, ends, next, batch, left)
      left -= Math.max(batch.bytes, tally.steps + tally.built - before)
      for (let k = 0; k < this.batched; k++) {
        if (this.verdicts[k] === 0) continue
        found.push(this.batch[k]!)
        if (found.length >= limit) {
          next = this.batch[k]! + 1
          break
        }
      }
    }
    return { hits: found.take(), next }
  }

  /** How many fragments the next batch takes: within the budget, the batch, and for a copy the window. */
  private measure(arena: Uint8Array, starts: Uint32Array, ends: Uint32Array, from: number, left: number) {
    const inPlace = engine().memory.addressOf(arena) >= 0
    const room = inPlace ? Infinity : WINDOW_BYTES
    const most = Math.min(starts.length, from + BATCH)
    let bytes = 0
    let end = from
    while (end < most) {
      const start = starts[end]!
      const stop = ends[end]!
      // Whole numbers of 0 or more, whatever kind of array they were put into.
      const places = start >>> 0 === start && stop >>> 0 === stop
      if (!places || start > stop || stop > arena.length) {
        throw new RangeError(`fragment ${end} is not inside the arena`)
      }
      const length = stop - start
      if (end > from && (bytes + length > room || bytes >= left)) break
      bytes += length
      end++
    }
    return { end, bytes }
  }

  /**
   * Fills `batch` and `verdicts` for the fragments [from, end), or for the first of them when that is work enough.
   * Returns the number of the first that is not judged.
   */
  private judge(
    arena: Uint8Array,
    starts: Uint32Array,
    ends: Uint32Array,
    from: number,
    { end, bytes }: { readonly end: number; readonly bytes: number },
    work: number,
  ): number {
    const { literals } = this.matcher
    let judged = bytes
    if (literals === null || this.common) {
      this.batched = end - from
      for (let k = 0; k < this.batched; k++) this.batch[k] = from + k
    } else {
      this.meter.tally.scanned += bytes
      this.meter.check()
      this.batched = this.withLiteral(literals.search, arena, starts, ends, from, end)
      judged = 0
      for (let k = 0; k < this.batched; k++) judged += ends[this.batch[k]!]! - starts[this.batch[k]!]!
      if (literals.exact) {
        // The occurrence is the match: no automaton is asked.
        this.verdicts.fill(1, 0, this.batched)
        return end
      }
      this.common = this.program !== null && this.batched > COMMON_SHARE * (end - from)
    }
    if (this.batched === 0) return end
    if (this.program === null || !this.place(arena, starts, ends)) {
      return this.testEach(arena, starts, ends, end, work)
    }
    this.meter.tally.judged += judged
    this.meter.reserve(judged)
    const shared = engine()
    shared.load(this.program)
    shared.kernels[this.program.kernel](HITS, this.batched, FLAGS)
    this.verdicts.set(shared.memory.u8.subarray(FLAGS, FLAGS + this.batched))
    return end
  }

  private testEach(
    arena: Uint8Array,
    starts: Uint32Array,
    ends: Uint32Array,
    end: number,
    work: number,
  ): number {
    const { tally } = this.meter
    const enough = tally.steps + tally.built + work
    for (let k = 0; k < this.batched; k++) {
      const number = this.batch[k]!
      if (k > 0 && tally.steps + tally.built >= enough) {
        this.batched = k
        return number
      }
      tally.judged += ends[number]! - starts[number]!
      this.verdicts[k] = this.matcher.test(arena, starts[number]!, ends[number]!) ? 1 : 0
    }
    return end
  }

  /** Writes the addresses of the batch's fragments to HITS; false when one does not fit into the window. */
  private place(arena: Uint8Array, starts: Uint32Array, ends: Uint32Array): boolean {
    const { memory } = engine()
    const base = memory.addressOf(arena)
    const words = memory.u32
    const first = starts[this.batch[0]!]!
    const last = ends[this.batch[this.batched - 1]!]!
    if (base < 0 && !this.copyAtOnce(arena, first, last)) return this.copyEach(arena, starts, ends)
    const shift = base < 0 ? WINDOW - first : base
    for (let k = 0, at = HITS >> 2; k < this.batched; k++, at += 2) {
      const number = this.batch[k]!
      words[at] = starts[number]! + shift
      words[at + 1] = ends[number]! + shift
      // Not in order after all: an address outside what was copied.
      if (base < 0 && (starts[number]! < first || ends[number]! > last)) {
        return this.copyEach(arena, starts, ends)
      }
    }
    return true
  }

  private copyAtOnce(arena: Uint8Array, first: number, last: number): boolean {
    if (last < first || last - first > WINDOW_BYTES) return false
    engine().memory.u8.set(arena.subarray(first, last), WINDOW)
    return true
  }

  private copyEach(arena: Uint8Array, starts: Uint32Array, ends: Uint32Array): boolean {
    const { memory } = engine()
    let to = WINDOW
    for (let k = 0, at = HITS >> 2; k < this.batched; k++, at += 2) {
      const number = this.batch[k]!
      const start = starts[number]!
      const fragment = arena.subarray(start, ends[number])
      if (to + fragment.length > WINDOW + WINDOW_BYTES) return false
      memory.u8.set(fragment, to)
      memory.u32[at] = to
      to += fragment.length
      memory.u32[at + 1] = to
    }
    return true
  }

  /** Puts the fragments of [from, end) that contain a literal into `#batch`; returns how many. */
  private withLiteral(
    search: LiteralSearch,
    arena: Uint8Array,
    starts: Uint32Array,
    ends: Uint32Array,
    from: number,
    end: number,
  ): number {
    let count = 0
    if (!isDense(starts, ends, from, end)) {
      for (let number = from; number < end; number++) {
        if (search.find(arena, starts[number]!, ends[number]!) >= 0) this.batch[count++] = number
      }
      return count
    }
    const cursor = search.cursor(arena, starts[from]!, ends[end - 1]!)
    let number = from
    for (let at = starts[from]!; cursor.next(at);) {
      while (ends[number]! <= cursor.start) number++
      if (cursor.start < starts[number]!) at = starts[number]!
      else if (cursor.end > ends[number]! && search.find(arena, cursor.start, ends[number]!) < 0) {
        at = cursor.start + 1
      } else {
        this.batch[count++] = number
        at = ends[number]!
        if (++number === end) break
      }
    }
    return count
  }
}

/** Whether the fragments lie in order, apart from each other, and fill at least half of what they span. */
function isDense(starts: Uint32Array, ends: Uint32Array, from: number, end: number): boolean {
  let bytes = ends[from]! - starts[from]!
  for (let number = from + 1; number < end; number++) {
    if (starts[number]! < ends[number - 1]!) return false
    bytes += ends[number]! - starts[number]!
  }
  return ends[end - 1]! - starts[from]! <= SPREAD * bytes + 4_096
}

/** Numbers without a known count. */
class HitList {
  private items = uint32s(256)
  length = 0

  push(item: number): void {
    this.items = grown(this.items, this.length + 1)
    this.items[this.length++] = item
  }

  take(): Uint32Array {
    return this.items.slice(0, this.length)
  }
}
