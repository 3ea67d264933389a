/** A compiled pattern as callers see it: strings or bytes in, offsets of the same kind out. */
import { EDGES_OF, PLAIN } from './automaton/context.ts'
import type { Tally } from './dfa/tally.ts'
import { onStack } from './foundation/depth.ts'
import { isBoundary } from './foundation/utf8.ts'
import { Scanner } from './scan/scan.ts'
import type { ScanOptions, ScanResult } from './scan/scan.ts'
import { chooseStrategy } from './strategy/choose.ts'
import type { Search, Strategy, StrategyName } from './strategy/strategy.ts'
import { parse } from './syntax/parse.ts'
import { asText, byteOffset, StringText, UnitOffsets } from './text.ts'
import { DetachedTextError } from './types.ts'
import type { ExecOptions, Match, Options } from './types.ts'

const strings = new StringText()

/** Every method that takes bytes throws RangeError where they are 2 GiB or more. */
export class Regex {
  /** Number of capturing groups in the pattern. */
  readonly groups: number
  private readonly bytes: boolean
  private readonly matcher: Strategy
  private scanner: Scanner | undefined

  constructor(pattern: string | Uint8Array, options: Options = {}) {
    const parsed = parse(pattern, options)
    this.groups = parsed.groups
    this.bytes = parsed.bytes
    this.matcher = chooseStrategy(parsed, options)
  }

  /** How the pattern is matched, chosen when it was compiled; see README.md. */
  get strategy(): StrategyName {
    return this.matcher.name
  }

  /** What this regex has done since it was compiled; exact, see `dfa/tally.ts`. */
  get counters(): Readonly<Tally> {
    return this.matcher.counters
  }

  /** Whether the text has a match anywhere. */
  test(input: Uint8Array | string): boolean {
    const { matcher } = this
    if (typeof input !== 'string') return matcher.test(asText(input))
    return matcher.testString(input) ?? matcher.test(strings.encode(input))
  }

  /**
   * The leftmost match, of those at that place the longest, with its groups; null when there is none. Approximate: the
   * cheapest, of those the leftmost, of those the longest.
   * @throws RangeError for a `from` that is no offset; RegexBudgetError `stepsPerCall`, `cacheBytes`
   */
  exec(input: Uint8Array | string, options?: ExecOptions): Match | null {
    const { matcher } = this
    const isString = typeof input === 'string'
    if (isString && options === undefined) {
      const match = matcher.execString(input)
      if (match !== undefined) return match
    }
    const text = isString ? strings.encode(input) : asText(input)
    const units = isString ? this.unitsOf(text) : null
    if (options === undefined) return mapped(matcher.exec(text, 0, PLAIN), units)
    const from = this.beginning(text, options.from ?? 0, units !== null)
    return from > text.length ? null : mapped(matcher.exec(text, from, EDGES_OF(options)), units)
  }

  /** Number of matches, as `findAll` finds them. */
  count(input: Uint8Array | string): number {
    return this.matcher.count(typeof input === 'string' ? strings.encode(input) : asText(input))
  }

  /** Start and end of every match, as `findAll` finds them, in one array: the quickest way to all of many. */
  spans(input: Uint8Array | string): Int32Array {
    if (typeof input !== 'string') return this.matcher.spans(asText(input))
    const text = strings.encode(input)
    const units = this.unitsOf(text)
    const spans = this.matcher.spans(text)
    units?.map(spans)
    return spans
  }

  /**
   * Writes start and end of the first matches to `into`, as many as fit, and returns how many: nothing is allocated, which
   * for short texts is most of the time of `spans`.
   */
  spansInto(input: Uint8Array | string, into: Int32Array): number {
    if (typeof input !== 'string') return this.matcher.spansInto(asText(input), into)
    const text = strings.encode(input)
    const units = this.unitsOf(text)
    const count = this.matcher.spansInto(text, into)
    units?.map(into.subarray(0, 2 * count))
    return count
  }

  /**
   * All matches from left to right; after a match, an empty one at its end is not reported. Bytes must not change
   * while they are iterated over.
   * @throws DetachedTextError where they were a view of the arena, and `arena.allocate` has moved it meanwhile
   */
  findAll(input: Uint8Array | string): IterableIterator<Match> {
    if (typeof input !== 'string') return new MatchWalk(this.matcher.findAll(asText(input)), input, null)
    // An iteration lives on between other calls, so it has its own copy of an encoded string.
    const text = strings.encode(input).slice()
    return new MatchWalk(this.matcher.findAll(text), text, this.unitsOf(text))
  }

  /**
   * Which fragments of an arena match: fragment k is arena[starts[k], ends[k]), each a text of its own. Begins with
   * fragment `from`; `budget` (bytes) and `limit` (hits) end a call early, `next` says where to go on.
   */
  scan(
    arena: Uint8Array,
    starts: Uint32Array,
    ends: Uint32Array,
    from: number,
    options: ScanOptions = {},
  ): ScanResult {
    this.scanner ??= new Scanner(this.matcher.fragments(), this.matcher.meter)
    this.matcher.meter.begin()
    return this.scanner.scan(asText(arena), starts, ends, from, options)
  }

  /** For the string encoded last: null where its offsets are those of its bytes. */
  private unitsOf(text: Uint8Array): UnitOffsets | null {
    return strings.ascii ? null : new UnitOffsets(text, this.matcher.meter.tally)
  }

  /** Byte offset where a search from `from` begins; inside a character, behind it. */
  private beginning(text: Uint8Array, from: number, inUnits: boolean): number {
    if (!Number.isSafeInteger(from) || from < 0) {
      throw new RangeError(`from must be a whole number of 0 or more, not ${from}`)
    }
    let at = inUnits ? byteOffset(text, from) : from
    if (!this.bytes) while (!isBoundary(text, at)) at++
    return at
  }
}

function mapped(match: Match | null, units: UnitOffsets | null): Match | null {
  if (match !== null) units?.map(match.spans)
  return match
}

/** An iterator over what a search finds; half the time a match of a generator, which dense matches notice. */
class MatchWalk implements IterableIterator<Match> {
  private readonly search: Search
  private readonly text: Uint8Array
  private readonly length: number
  private readonly units: UnitOffsets | null

  constructor(search: Search, text: Uint8Array, units: UnitOffsets | null) {
    this.search = search
    this.text = text
    this.length = text.length
    this.units = units
  }

  [Symbol.iterator](): this {
    return this
  }

  next(): IteratorResult<Match, undefined> {
    const { search, units } = this
    // A view that was detached has no length any more; without this look the matches would just end.
    if (this.text.length !== this.length) throw new DetachedTextError()
    if (!search.next()) return { done: true, value: undefined }
    const value = search.match()
    units?.map(value.spans)
    return { done: false, value }
  }
}

/**
 * Compiles a pattern.
 * @throws RegexSyntaxError with POSIX's code and the offset in the pattern
 * @throws RegexBudgetError when the pattern expands beyond the budget
 */
export function compile(pattern: string | Uint8Array, options: Options = {}): Regex {
  return onStack(
    () => pattern.length,
    () => new Regex(pattern, options),
  )
}
