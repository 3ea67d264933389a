/**
 * Minimal repetitions that no walk in order finds: their matches come from a search by rankings of paths, groups and all.
 * Whether there is a match at all is still a walk.
 */
import type { Edges } from '../automaton/context.ts'
import type { Match } from '../types.ts'
import { OfProgram } from './of-program.ts'
import { RankedMatches } from './ranked-matches.ts'
import { matchOf, searchInto, spansOf, withOwnBudget } from './strategy.ts'
import type { Search, Strategy } from './strategy.ts'

export class Ranked extends OfProgram implements Strategy {
  readonly name = 'minimal'

  execString(): undefined {
    return undefined
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
    return withOwnBudget(this.search(text, !this.capturing), this.program.meter)
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
}
