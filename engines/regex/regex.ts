/** A compiled pattern: which path answers which question. The paths themselves are in `dfa`, `captures`, `literal`. */
import { EDGE, SILENT_EDGE } from './automaton/context.ts'
import { Program } from './dfa/program.ts'
import { SpanSearch } from './dfa/spans.ts'
import type { Tally } from './dfa/tally.ts'
import type { Parsed } from './syntax/ast.ts'
import { parse } from './syntax/parse.ts'
import { byteOffset, StringText, UnitOffsets } from './text.ts'
import type { ExecOptions, Match, Options } from './types.ts'

const strings = new StringText()

export class Regex {
  /** Number of capturing groups. */
  readonly groups: number
  private readonly parsed: Parsed
  private readonly options: Options
  private readonly program: Program

  constructor(pattern: string | Uint8Array, options: Options = {}) {
    this.options = options
    this.parsed = parse(pattern, options)
    this.groups = this.parsed.groups
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

  /** The leftmost-longest match, with its groups; null when there is none. */
  exec(input: Uint8Array | string, options: ExecOptions = {}): Match | null {
    const { program } = this
    program.meter.begin()
    const text = typeof input === 'string' ? strings.encode(input) : input
    const mapped = typeof input === 'string' && !strings.ascii
    const from = options.from ?? 0
    const first = mapped ? byteOffset(text, from) : from
    if (first > text.length) return null
    const search = new SpanSearch(
      program,
      text,
      first,
      options.notBol ? SILENT_EDGE : EDGE,
      options.notEol ? SILENT_EDGE : EDGE,
    )
    if (!search.next()) return null
    return this.match(text, search, mapped ? new UnitOffsets(text) : null)
  }

  /** Number of matches, as `findAll` finds them. */
  count(input: Uint8Array | string): number {
    const { program } = this
    program.meter.begin()
    const text = typeof input === 'string' ? strings.encode(input) : input
    const search = new SpanSearch(program, text, 0, EDGE, EDGE)
    let count = 0
    while (search.next()) count++
    return count
  }

  /** All matches from left to right. The bytes must not change while they are being iterated over. */
  *findAll(input: Uint8Array | string): Generator<Match, void, undefined> {
    const { program } = this
    program.meter.begin()
    // A generator lives on between other calls, so it has its own copy of an encoded string.
    const text = typeof input === 'string' ? strings.encode(input).slice() : input
    const units = typeof input === 'string' && !strings.ascii ? new UnitOffsets(text) : null
    const search = new SpanSearch(program, text, 0, EDGE, EDGE)
    while (search.next()) yield this.match(text, search, units)
  }

  private match(_text: Uint8Array, search: SpanSearch, units: UnitOffsets | null): Match {
    const spans = new Int32Array(2 * this.groups + 2).fill(-1)
    spans[0] = search.start
    spans[1] = search.end
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
