/** Several patterns as one automaton: does any match, and which. */
import { contextUse, EDGE, Surroundings } from './automaton/context.ts'
import { buildSetNfa, SetGraphs } from './automaton/nfa.ts'
import { Program } from './dfa/program.ts'
import { whichAccept } from './dfa/which.ts'
import type { Tally } from './dfa/tally.ts'
import type { WhichMachine } from './dfa/which.ts'
import { onStack } from './foundation/depth.ts'
import { Scanner } from './scan/scan.ts'
import type { ScanOptions, ScanResult } from './scan/scan.ts'
import type { Node, Parsed } from './syntax/ast.ts'
import { parse } from './syntax/parse.ts'
import { asText, StringText } from './text.ts'
import type { Options } from './types.ts'
import { exactOnly, fragmentMatcher } from './strategy/fragments.ts'

const strings = new StringText()

export class RegexSet {
  /** Number of patterns. */
  readonly size: number
  private readonly program: Program
  private readonly roots: readonly Node[]
  private readonly options: Options
  private machine: WhichMachine | undefined
  private scanner: Scanner | undefined

  constructor(patterns: readonly (string | Uint8Array)[], options: Options = {}) {
    const parsed = patterns.map((pattern) => exactOnly(parse(pattern, options), options))
    this.size = parsed.length
    this.options = options
    this.roots = parsed.map(({ root }) => root)
    const all: Parsed = {
      // No pattern at all matches nothing.
      root: this.roots.length === 0 ? { kind: 'set', ranges: [] } : { kind: 'alt', parts: this.roots },
      groups: 0,
      hasMinimal: false,
      hasAssertions: parsed.some(({ hasAssertions }) => hasAssertions),
      hasApprox: false,
      bytes: options.encoding === 'bytes',
    }
    this.program = new Program(all, options.budget)
  }

  /** What has been done so far, exact. */
  get counters(): Readonly<Tally> {
    return this.program.tally
  }

  /** Whether any of the patterns matches anywhere in the text. */
  test(input: Uint8Array | string): boolean {
    const text = typeof input === 'string' ? strings.encode(input) : asText(input)
    this.program.meter.begin()
    return this.program.matches(text, 0, EDGE, EDGE)
  }

  /** The numbers of the patterns that match somewhere in the text, ascending; one pass over the text. */
  which(input: Uint8Array | string): number[] {
    if (!this.test(input)) return []
    const text = typeof input === 'string' ? strings.encode(input) : input
    this.machine ??= this.program.onTree(() => this.build())
    return whichAccept(this.machine, text, this.size, this.program.meter)
  }

  /** As `Regex.scan`: which fragments have a match of any pattern. */
  scan(
    arena: Uint8Array,
    starts: Uint32Array,
    ends: Uint32Array,
    from: number,
    options: ScanOptions = {},
  ): ScanResult {
    this.scanner ??= new Scanner(fragmentMatcher(this.program), this.program.meter)
    this.program.meter.begin()
    return this.scanner.scan(asText(arena), starts, ends, from, options)
  }

  private build(): WhichMachine {
    const { program, roots } = this
    program.checkSize(this.options.budget)
    const sets = new SetGraphs(program.parsed)
    const surroundings = new Surroundings(contextUse(program.parsed.root), program.parsed.bytes)
    const options = { merge: true, anchored: false, idle: false, which: true }
    return { dfa: program.lazy(buildSetNfa(roots, sets), options), surroundings }
  }
}

/**
 * Compiles several patterns into one automaton.
 * @throws RegexSyntaxError, RegexBudgetError as `compile`
 */
export function compileSet(patterns: readonly (string | Uint8Array)[], options: Options = {}): RegexSet {
  return onStack(
    () => patterns.reduce((most, { length }) => Math.max(most, length), 0),
    () => new RegexSet(patterns, options),
  )
}
