/** A compiled pattern: which path answers which question. The paths themselves are in `dfa`, `captures`, `literal`. */
import { EDGE, SILENT_EDGE } from './automaton/context.ts'
import { buildCaptures } from './captures/index.ts'
import type { Captures, Edges } from './captures/index.ts'
import { Program } from './dfa/program.ts'
import { SpanSearch } from './dfa/spans.ts'
import type { Tally } from './dfa/tally.ts'
import { exactOnly, fragmentMatcher } from './fragments.ts'
import { MinimalMatches } from './minimal.ts'
import { Scanner } from './scan/scan.ts'
import type { ScanOptions, ScanResult } from './scan/scan.ts'
import type { Parsed } from './syntax/ast.ts'
import { parse } from './syntax/parse.ts'
import { byteOffset, StringText, UnitOffsets } from './text.ts'
import type { ExecOptions, Match, Options } from './types.ts'

const strings = new StringText()
const PLAIN: Edges = { notBol: false, notEol: false }

export class Regex {
  /** Number of capturing groups in the pattern. */
  readonly groups: number
  private readonly parsed: Parsed
  private readonly options: Options
  private readonly program: Program
  /** Groups are asked for and there are some. */
  private readonly capturing: boolean
  private capturesMade: Captures | undefined
  private scanner: Scanner | undefined

  constructor(pattern: string | Uint8Array, options: Options = {}) {
    this.options = options
    this.parsed = exactOnly(parse(pattern, options), options)
    this.groups = this.parsed.groups
    this.capturing = options.captures !== false && this.groups > 0
    this.program = new Program(this.parsed, options.budget)
  }

  /** What this regex has done since it was compiled; exact, see `dfa/tally.ts`. */
  get counters(): Readonly<Tally> {
    return { ...this.program.tally }
  }

  /** Whether the text has a match anywhere. */
  test(input: Uint8Array | string): boolean {
    const { program } = this
    program.meter.begin()
    return program.matches(typeof input === 'string' ? strings.encode(input) : input, 0, EDGE, EDGE)
  }

  /**
   * The leftmost match, of those at that place the longest, with its groups; null when there is none.
   * @throws RegexBudgetError `stepsPerCall`, `cacheBytes`
   */
  exec(input: Uint8Array | string, options: ExecOptions = {}): Match | null {
    const { program, parsed } = this
    program.meter.begin()
    const text = typeof input === 'string' ? strings.encode(input) : input
    const mapped = typeof input === 'string' && !strings.ascii
    const from = mapped ? byteOffset(text, options.from ?? 0) : (options.from ?? 0)
    if (from > text.length) return null
    const units = mapped ? new UnitOffsets(text) : null
    const edges = { notBol: options.notBol ?? false, notEol: options.notEol ?? false }
    if (parsed.hasMinimal) {
      const spans = this.captures.findMinimal(text, from, edges)
      return spans && this.matchOf(spans, units)
    }
    const bol = edges.notBol ? SILENT_EDGE : EDGE
    const eol = edges.notEol ? SILENT_EDGE : EDGE
    const search = new SpanSearch(program, text, from, bol, eol, false)
    return search.next() ? this.matchAt(text, search.start, search.end, edges, units) : null
  }

  /** Number of matches, as `findAll` finds them. */
  count(input: Uint8Array | string): number {
    const { program, parsed } = this
    program.meter.begin()
    const text = typeof input === 'string' ? strings.encode(input) : input
    const { skip } = program
    if (skip?.literals.whole) {
      program.tally.scanned += text.length
      return skip.search.count(text, 0, text.length)
    }
    const search = parsed.hasMinimal
      ? new MinimalMatches(this.captures, text, parsed.bytes)
      : new SpanSearch(program, text, 0, EDGE, EDGE, true)
    let count = 0
    while (search.next()) count++
    return count
  }

  /**
   * All matches from left to right; after a match, an empty one at its end is not reported. Bytes must not change
   * while they are iterated over.
   */
  *findAll(input: Uint8Array | string): Generator<Match, void, undefined> {
    const { program, parsed } = this
    program.meter.begin()
    // A generator lives on between other calls, so it has its own copy of an encoded string.
    const text = typeof input === 'string' ? strings.encode(input).slice() : input
    const units = typeof input === 'string' && !strings.ascii ? new UnitOffsets(text) : null
    if (parsed.hasMinimal) {
      const matches = new MinimalMatches(this.captures, text, parsed.bytes)
      while (matches.next()) yield this.matchOf(matches.spans, units)
      return
    }
    const search = new SpanSearch(program, text, 0, EDGE, EDGE, true)
    while (search.next()) yield this.matchAt(text, search.start, search.end, PLAIN, units)
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
    this.scanner ??= new Scanner(fragmentMatcher(this.program))
    this.program.meter.begin()
    return this.scanner.scan(arena, starts, ends, from, options)
  }

  private get captures(): Captures {
    this.capturesMade ??= buildCaptures(this.parsed, this.options)
    return this.capturesMade
  }

  private matchAt(
    text: Uint8Array,
    start: number,
    end: number,
    edges: Edges,
    units: UnitOffsets | null,
  ): Match {
    const spans = this.capturing ? this.captures.run(text, start, end, edges) : null
    return this.matchOf(spans ?? Int32Array.of(start, end), units)
  }

  private matchOf(groups: Int32Array, units: UnitOffsets | null): Match {
    const spans = this.options.captures === false ? groups.slice(0, 2) : groups
    if (units) for (let i = 0; i < spans.length; i++) if (spans[i]! >= 0) spans[i] = units.of(spans[i]!)
    return { spans, cost: 0, inserts: 0, deletes: 0, substitutes: 0 }
  }
}

/**
 * Compiles a pattern.
 * @throws RegexSyntaxError with POSIX's code and the offset in the pattern
 * @throws RegexBudgetError when the pattern expands beyond the budget
 */
export function compile(pattern: string | Uint8Array, options: Options = {}): Regex {
  return new Regex(pattern, options)
}
