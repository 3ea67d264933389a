/** Approximate settings: all questions go to the matcher of `approx/`, which builds nothing for exact matches. */
import { buildApprox } from '../approx/index.ts'
import type { ApproxMatch, ApproxMatcher } from '../approx/index.ts'
import { PLAIN } from '../automaton/context.ts'
import type { Edges } from '../automaton/context.ts'
import { Meter } from '../dfa/meter.ts'
import { newTally } from '../dfa/tally.ts'
import type { Tally } from '../dfa/tally.ts'
import type { FragmentMatcher } from '../scan/scan.ts'
import type { Parsed } from '../syntax/ast.ts'
import type { Match, Options } from '../types.ts'
import { approximateFragments } from './fragments.ts'
import { searchInto, spanOf, spansOf } from './strategy.ts'
import type { Search, Strategy } from './strategy.ts'

export class Approximate implements Strategy {
  readonly name = 'approx'
  /** Each call on a text, and each fragment of a scan, has a budget in `approx/`. */
  readonly meter = new Meter(newTally(), Infinity)
  private readonly matcher: ApproxMatcher
  private readonly capturing: boolean

  constructor(parsed: Parsed, options: Options) {
    this.matcher = buildApprox(parsed, options)
    this.capturing = options.captures !== false && parsed.groups > 0
  }

  get counters(): Readonly<Tally> {
    const { steps, resets } = this.matcher.meter
    return { ...this.meter.tally, steps, resets }
  }

  testString(): undefined {
    return undefined
  }

  execString(): undefined {
    return undefined
  }

  test(text: Uint8Array): boolean {
    return this.matcher.test(text, 0, PLAIN)
  }

  exec(text: Uint8Array, from: number, edges: Edges): Match | null {
    const match = this.matcher.find(text, from, edges)
    return match && this.matchOf(text, match, edges)
  }

  count(text: Uint8Array): number {
    return this.matcher.count(text, 0, PLAIN)
  }

  spans(text: Uint8Array): Int32Array {
    return spansOf(this.search(text, false))
  }

  spansInto(text: Uint8Array, into: Int32Array): number {
    return searchInto(this.search(text, false), into)
  }

  findAll(text: Uint8Array): Search {
    return this.search(text, this.capturing)
  }

  private search(text: Uint8Array, capturing: boolean): Search {
    const matches = this.matcher.findAll(text, 0, PLAIN)
    let found: ApproxMatch | undefined
    return {
      next: () => {
        const { done, value } = matches.next()
        found = value ?? undefined
        return done !== true
      },
      match: () => this.matchOf(text, found!, PLAIN, capturing),
    }
  }

  fragments(): FragmentMatcher {
    return approximateFragments(this.matcher)
  }

  private matchOf(text: Uint8Array, match: ApproxMatch, edges: Edges, capturing = this.capturing): Match {
    const { start, end, cost, inserts, deletes, substitutes } = match
    const spans = capturing ? this.matcher.captures(text, match, edges) : spanOf(start, end)
    return { spans, cost, inserts, deletes, substitutes }
  }
}
