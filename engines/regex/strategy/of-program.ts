/** What strategies for exact matches share: whether there is a match at all is always a walk, groups are made when asked for. */
import { EDGE } from '../automaton/context.ts'
import { buildCaptures } from '../captures/index.ts'
import type { Captures } from '../captures/index.ts'
import type { Program } from '../dfa/program.ts'
import type { Meter } from '../dfa/meter.ts'
import type { Tally } from '../dfa/tally.ts'
import type { FragmentMatcher } from '../scan/scan.ts'
import type { Options } from '../types.ts'
import { fragmentMatcher } from './fragments.ts'

export class OfProgram {
  readonly meter: Meter
  protected readonly program: Program
  protected readonly options: Options
  /** Groups are asked for and there are some. */
  protected readonly capturing: boolean
  private capturesMade: Captures | undefined

  constructor(program: Program, options: Options) {
    this.meter = program.meter
    this.program = program
    this.options = options
    this.capturing = options.captures !== false && program.parsed.groups > 0
  }

  get counters(): Readonly<Tally> {
    return { ...this.meter.tally }
  }

  protected get captures(): Captures {
    return (this.capturesMade ??= buildCaptures(this.program.parsed, this.options, this.program.meter))
  }

  testString(text: string): boolean | undefined {
    this.program.meter.begin()
    return this.program.matchesString(text)
  }

  test(text: Uint8Array): boolean {
    this.program.meter.begin()
    return this.program.matches(text, 0, EDGE, EDGE)
  }

  fragments(): FragmentMatcher {
    return fragmentMatcher(this.program)
  }
}
