/** A compiled pattern: which path answers which question. The paths themselves are in `dfa`, `captures`, `literal`. */
import { EDGE, SILENT_EDGE } from './automaton/context.ts'
import { buildApprox, isApproximate } from './approx/index.ts'
import type { ApproxMatch, ApproxMatcher } from './approx/index.ts'
import { buildCaptures } from './captures/index.ts'
import type { Captures, Edges } from './captures/index.ts'
import { Program } from './dfa/program.ts'
import { SpanSearch } from './dfa/spans.ts'
import type { Tally } from './dfa/tally.ts'
import { approximateFragments, fragmentMatcher } from './fragments.ts'
import { MinimalMatches } from './minimal.ts'
import { Scanner } from './scan/scan.ts'
import type { ScanOptions, ScanResult } from './scan/scan.ts'
import type { Parsed } from './syntax/ast.ts'
import { parse } from './syntax/parse.ts'
import { onStack } from './foundation/depth.ts'
import { isBoundary } from './foundation/utf8.ts'
import { byteOffset, StringText, UnitOffsets } from './text.ts'
import { DetachedTextError } from './types.ts'
import type { ExecOptions, Match, Options } from './types.ts'

const strings = new StringText()
/** Matches looked for at a time where all are wanted. */
const COUNT_BATCH = 64
const PLAIN: Edges = { notBol: false, notEol: false }

export class Regex {
  /** Number of capturing groups in the pattern. */
  readonly groups: number
  private readonly parsed: Parsed
  private readonly options: Options
  private readonly program: Program
  /** For calls that begin and end at once. */
  private readonly search: SpanSearch
  /** Groups are asked for and there are some. */
  private readonly capturing: boolean
  private readonly approx: ApproxMatcher | null
  private capturesMade: Captures | undefined
  private scanner: Scanner | undefined

  constructor(pattern: string | Uint8Array, options: Options = {}) {
    this.options = options
    this.parsed = parse(pattern, options)
    this.groups = this.parsed.groups
    this.capturing = options.captures !== false && this.groups > 0
    this.program = new Program(this.parsed, options.budget)
    this.search = this.newSearch()
    this.approx = isApproximate(this.parsed, options) ? buildApprox(this.parsed, options) : null
  }

  /** What this regex has done since it was compiled; exact, see `dfa/tally.ts`. */
  get counters(): Readonly<Tally> {
    const { tally } = this.program
    return this.approx ? { ...tally, steps: tally.steps + this.approx.meter.steps } : { ...tally }
  }

  /** Whether the text has a match anywhere. */
  test(input: Uint8Array | string): boolean {
    const { program } = this
    program.meter.begin()
    if (typeof input === 'string' && !this.approx) {
      const matches = program.matchesString(input)
      if (matches !== undefined) return matches
    }
    const text = typeof input === 'string' ? strings.encode(input) : input
    return this.approx ? this.approx.test(text, 0, PLAIN) : program.matches(text, 0, EDGE, EDGE)
  }

  /**
   * The leftmost match, of those at that place the longest, with its groups; null when there is none. Approximate: the
   * cheapest, of those the leftmost, of those the longest.
   * @throws RegexBudgetError `stepsPerCall`, `cacheBytes`
   */
  exec(input: Uint8Array | string, options?: ExecOptions): Match | null {
    const { program } = this
    program.meter.begin()
    if (typeof input === 'string' && options === undefined && this.plain) {
      const start = program.skip!.findString(input)
      return start < 0 ? null : this.matchOf(spanOf(start, start + program.lengths.min), null)
    }
    const text = typeof input === 'string' ? strings.encode(input) : input
    const mapped = typeof input === 'string' && !strings.ascii
    let from = 0
    let edges = PLAIN
    if (options !== undefined) {
      from = this.beginning(text, options.from ?? 0, mapped)
      if (from > text.length) return null
      edges = { notBol: options.notBol ?? false, notEol: options.notEol ?? false }
    }
    const units = mapped ? new UnitOffsets(text, program.tally) : null
    if (this.approx) {
      const match = this.approx.find(text, from, edges)
      return match && this.approximate(this.approx, text, match, edges, units)
    }
    if (!program.isWalked) {
      const spans = this.captures.findMinimal(text, from, edges)
      return spans && this.matchOf(spans, units)
    }
    const bol = edges.notBol ? SILENT_EDGE : EDGE
    const eol = edges.notEol ? SILENT_EDGE : EDGE
    const { search } = this
    search.begin(text, from, bol, eol, 1)
    const found = search.next()
    search.release()
    return found ? this.matchAt(text, search.start, search.end, edges, units) : null
  }

  /** Number of matches, as `findAll` finds them. */
  count(input: Uint8Array | string): number {
    const { program, parsed } = this
    program.meter.begin()
    const text = typeof input === 'string' ? strings.encode(input) : input
    if (this.approx) return this.approx.count(text, 0, PLAIN)
    if (!program.isWalked) {
      let count = 0
      const matches = new MinimalMatches(this.captures, text, parsed.bytes, program.meter, true)
      while (matches.next()) count++
      return count
    }
    const { skip } = program
    if (skip?.literals.whole) return skip.count(text)
    const { search } = this
    search.begin(text, 0, EDGE, EDGE, COUNT_BATCH)
    const count = search.count()
    search.release()
    return count
  }

  /** Start and end of every match, as `findAll` finds them, in one array: the quickest way to all of many. */
  spans(input: Uint8Array | string): Int32Array {
    const { program } = this
    if (this.approx || !program.isWalked) {
      return Int32Array.from([...this.findAll(input)].flatMap(({ spans }) => [spans[0]!, spans[1]!]))
    }
    program.meter.begin()
    const text = typeof input === 'string' ? strings.encode(input) : input
    const units = typeof input === 'string' && !strings.ascii ? new UnitOffsets(text, program.tally) : null
    const { search } = this
    search.begin(text, 0, EDGE, EDGE, COUNT_BATCH)
    const spans = search.all()
    search.release()
    units?.map(spans)
    return spans
  }

  /**
   * All matches from left to right; after a match, an empty one at its end is not reported. Bytes must not change
   * while they are iterated over.
   */
  findAll(input: Uint8Array | string): IterableIterator<Match> {
    const { program, parsed } = this
    program.meter.begin()
    // An iteration lives on between other calls, so it has its own copy of an encoded string.
    const text = typeof input === 'string' ? strings.encode(input).slice() : input
    const units = typeof input === 'string' && !strings.ascii ? new UnitOffsets(text, program.tally) : null
    if (this.approx) {
      const { approx } = this
      return new MatchWalk(new Pulled(approx.findAll(text, 0, PLAIN)), text, ({ value }) =>
        this.approximate(approx, text, value!, PLAIN, units),
      )
    }
    if (!program.isWalked) {
      return new MatchWalk(
        new MinimalMatches(this.captures, text, parsed.bytes, program.meter, !this.capturing),
        text,
        ({ spans }) => this.matchOf(spans, units),
      )
    }
    const search = this.newSearch()
    search.begin(text, 0, EDGE, EDGE, 1)
    return new MatchWalk(search, text, ({ start, end }) => this.matchAt(text, start, end, PLAIN, units))
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
    this.scanner ??= new Scanner(
      this.approx ? approximateFragments(this.approx) : fragmentMatcher(this.program),
    )
    this.program.meter.begin()
    return this.scanner.scan(arena, starts, ends, from, options)
  }

  /** Byte offset where a search from `from` begins; inside a character, behind it. */
  private beginning(text: Uint8Array, from: number, mapped: boolean): number {
    if (!Number.isSafeInteger(from) || from < 0) {
      throw new RangeError(`from must be a whole number of 0 or more, not ${from}`)
    }
    let at = mapped ? byteOffset(text, from) : from
    if (!this.parsed.bytes) while (!isBoundary(text, at)) at++
    return at
  }

  /** Pattern and budget are such that strings are searched for a string. */
  private get plain(): boolean {
    const { program } = this
    return !this.approx && !this.capturing && !program.meter.limited && program.skip?.string != null
  }

  private get captures(): Captures {
    this.capturesMade ??= buildCaptures(this.parsed, this.options, this.program.meter)
    return this.capturesMade
  }

  private newSearch(): SpanSearch {
    const { program, parsed } = this
    if (!parsed.hasMinimal) return new SpanSearch(program)
    return new SpanSearch(program, (text, from) => {
      const rest = new MinimalMatches(this.captures, text, parsed.bytes, program.meter, true, from)
      rest.harden()
      return rest
    })
  }

  private matchAt(
    text: Uint8Array,
    start: number,
    end: number,
    edges: Edges,
    units: UnitOffsets | null,
  ): Match {
    const spans = this.capturing ? this.captures.run(text, start, end, edges) : null
    return this.matchOf(spans ?? spanOf(start, end), units)
  }

  private approximate(
    approx: ApproxMatcher,
    text: Uint8Array,
    match: ApproxMatch,
    edges: Edges,
    units: UnitOffsets | null,
  ): Match {
    const groups = this.capturing ? approx.captures(text, match, edges) : spanOf(match.start, match.end)
    const { cost, inserts, deletes, substitutes } = match
    return { ...this.matchOf(groups, units), cost, inserts, deletes, substitutes }
  }

  private matchOf(groups: Int32Array, units: UnitOffsets | null): Match {
    const spans = groups.length > 2 && this.options.captures === false ? groups.slice(0, 2) : groups
    units?.map(spans)
    return { spans, cost: 0, inserts: 0, deletes: 0, substitutes: 0 }
  }
}

/** Half the time of `Int32Array.of`. */
function spanOf(start: number, end: number): Int32Array {
  const spans = new Int32Array(2)
  spans[0] = start
  spans[1] = end
  return spans
}

/** A generator as a search. */
class Pulled<T> {
  value: T | undefined
  private readonly from: Iterator<T, void, undefined>

  constructor(from: Iterator<T, void, undefined>) {
    this.from = from
  }

  next(): boolean {
    const { done, value } = this.from.next()
    this.value = value ?? undefined
    return done !== true
  }
}

/** An iterator over what a search finds; half the time a match of a generator, which dense matches notice. */
class MatchWalk<S extends { next(): boolean }> implements IterableIterator<Match> {
  private readonly search: S
  private readonly text: Uint8Array
  private readonly length: number
  private readonly matchOf: (search: S) => Match

  constructor(search: S, text: Uint8Array, matchOf: (search: S) => Match) {
    this.search = search
    this.text = text
    this.length = text.length
    this.matchOf = matchOf
  }

  [Symbol.iterator](): this {
    return this
  }

  next(): IteratorResult<Match, undefined> {
    // A view that was detached has no length any more; without this look the matches would just end.
    if (this.text.length !== this.length) throw new DetachedTextError()
    if (!this.search.next()) return { done: true, value: undefined }
    return { done: false, value: this.matchOf(this.search) }
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
