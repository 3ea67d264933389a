/**
 * How a pattern is matched: chosen once, when it is compiled (`choose.ts`), and asked from then on without looking back.
 *
 * | name | for | files |
 * | --- | --- | --- |
 * | `literal` | a pattern that is a string, or one of several | `walked.ts`, `dfa/literal-spans.ts` |
 * | `exact` | any other without a minimal repetition | `walked.ts`, `dfa/spans.ts` |
 * | `ordered` | a minimal repetition, where threads in order find its matches | the same |
 * | `minimal` | any other minimal repetition, by rankings of paths | `ranked.ts` |
 * | `approx` | approximate settings | `approximate.ts` |
 *
 * A strategy knows bytes; strings and their offsets are `regex.ts`'s.
 */
import type { Edges } from '../automaton/context.ts'
import type { Meter } from '../dfa/meter.ts'
import type { Tally } from '../dfa/tally.ts'
import type { FragmentMatcher } from '../scan/scan.ts'
import type { Match } from '../types.ts'

export type StrategyName = 'literal' | 'exact' | 'ordered' | 'minimal' | 'approx'

/** The matches of one text, one after another. */
export interface Search {
  /** Moves to the next match; false: there is none. */
  next(): boolean
  /** The match moved to. */
  match(): Match
}

export interface Strategy {
  readonly name: StrategyName
  /** What has been done since the pattern was compiled. */
  readonly counters: Readonly<Tally>
  /** Whoever maps offsets or scans counts it here, and asks whether a scan may go on. */
  readonly meter: Meter
  /** `test` and `exec` for a string as it is; undefined where it must be encoded. */
  testString(text: string): boolean | undefined
  execString(text: string): Match | null | undefined
  test(text: Uint8Array): boolean
  exec(text: Uint8Array, from: number, edges: Edges): Match | null
  count(text: Uint8Array): number
  spans(text: Uint8Array): Int32Array
  /** Writes spans to `into`, as many as fit; how many. */
  spansInto(text: Uint8Array, into: Int32Array): number
  /** The text must not change while the search is in use. */
  findAll(text: Uint8Array): Search
  fragments(): FragmentMatcher
}

/** A match without errors. */
export function matchOf(spans: Int32Array): Match {
  return { spans, cost: 0, inserts: 0, deletes: 0, substitutes: 0 }
}

/** Half the time of `Int32Array.of`. */
export function spanOf(start: number, end: number): Int32Array {
  const spans = new Int32Array(2)
  spans[0] = start
  spans[1] = end
  return spans
}

/** A search that lives on between other calls has its own budget, not what they leave of theirs. */
export function withOwnBudget(search: Search, meter: Meter): Search {
  if (!meter.limited) return search
  let left = meter.left()
  const within = <T>(work: () => T): T => {
    meter.resume(left)
    try {
      return work()
    } finally {
      left = meter.left()
    }
  }
  return { next: () => within(() => search.next()), match: () => within(() => search.match()) }
}

/** Start and end of each match of a search. */
export function spansOf(search: Search): Int32Array {
  const spans: number[] = []
  while (search.next()) {
    const match = search.match()
    spans.push(match.spans[0]!, match.spans[1]!)
  }
  return Int32Array.from(spans)
}

/** The same, as many as `into` holds; how many. */
export function searchInto(search: Search, into: Int32Array): number {
  const room = into.length >> 1
  let count = 0
  while (count < room && search.next()) {
    const { spans } = search.match()
    into[2 * count] = spans[0]!
    into[2 * count + 1] = spans[1]!
    count++
  }
  return count
}
