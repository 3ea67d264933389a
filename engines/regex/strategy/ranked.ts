/**
 * Minimal repetitions that no walk in order finds: their matches come from a search by rankings of paths, groups and all.
 * Whether there is a match at all is still a walk.
 */
import { EDGE } from '../automaton/context.ts'
import type { Edges } from '../automaton/context.ts'
import { buildCaptures } from '../captures/index.ts'
import type { Captures } from '../captures/index.ts'
import type { Program } from '../dfa/program.ts'
import type { Tally } from '../dfa/tally.ts'
import type { FragmentMatcher } from '../scan/scan.ts'
import type { Match, Options } from '../types.ts'
import { fragmentMatcher } from './fragments.ts'
import { RankedMatches } from './ranked-matches.ts'
import { matchOf, searchInto, spansOf } from './strategy.ts'
import type { Search, Strategy } from './strategy.ts'

export class Ranked implements Strategy {
  readonly name = 'minimal'
  readonly tally: Tally
  private readonly program: Program
  private readonly options: Options
  private readonly spansOnly: boolean
  private capturesMade: Captures | undefined

  constructor(program: Program, options: Options) {
    this.tally = program.tally
    this.program = program
    this.options = options
    this.spansOnly = options.captures === false || program.parsed.groups === 0
  }

  get counters(): Readonly<Tally> {
    return { ...this.tally }
  }

  private get captures(): Captures {
    return (this.capturesMade ??= buildCaptures(this.program.parsed, this.options, this.program.meter))
  }

  testString(text: string): boolean | undefined {
    this.program.meter.begin()
    return this.program.matchesString(text)
  }

  execString(): undefined {
    return undefined
  }

  test(text: Uint8Array): boolean {
    this.program.meter.begin()
    return this.program.matches(text, 0, EDGE, EDGE)
  }

  exec(text: Uint8Array, from: number, edges: Edges): Match | null {
    this.program.meter.begin()
    const spans = this.captures.findMinimal(text, from, edges)
    return spans && matchOf(this.options.captures === false ? spans.slice(0, 2) : spans)
  }

  count(text: Uint8Array): number {
    const matches = this.search(text, true)
    let count = 0
    while (matches.next()) count++
    return count
  }

  spans(text: Uint8Array): Int32Array {
    return spansOf(this.search(text, true))
  }

  spansInto(text: Uint8Array, into: Int32Array): number {
    return searchInto(this.search(text, true), into)
  }

  findAll(text: Uint8Array): Search {
    return this.search(text, this.spansOnly)
  }

  private search(text: Uint8Array, spansOnly: boolean): Search {
    const { program } = this
    program.meter.begin()
    const matches = new RankedMatches(this.captures, text, program.parsed.bytes, program.meter, spansOnly)
    return {
      next: () => matches.next(),
      match: () => matchOf(spansOnly ? matches.spans.slice(0, 2) : matches.spans),
    }
  }

  beginScan(): void {
    this.program.meter.begin()
  }

  fragments(): FragmentMatcher {
    return fragmentMatcher(this.program)
  }
}
