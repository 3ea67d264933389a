/**
 * The whole search for a pattern with a minimal repetition, where "the longest" is not the answer.
 *
 * The leftmost match is the one that its first choices make: `captures/automaton.ts` orders the paths, so a search is
 * the determinised run with a fresh attempt at every position, ranked below the older ones. Where a path ends, all
 * worse ones are dropped; when no better one is left, the match is known, and the way back gives its start and its
 * groups. Linear in the text: a character is stepped over at most twice. For all matches, one after another,
 * `future.ts` tells each search when it is done.
 *
 * Worth (`npm run regex:paths`, ranked search): 5 to 11 times simulation.
 */
import { bolOf, eolOf, KINDS } from '../automaton/context.ts'
import type { Edges } from '../automaton/context.ts'
import type { Meter } from '../dfa/meter.ts'
import { int32s } from '../foundation/arrays.ts'
import { UNIT_SHIFT, UNIT_WIDTH, unitAt } from './alphabet.ts'
import { apply } from './actions.ts'
import type { RankedNfa } from './automaton.ts'
import { MASKS } from './context.ts'
import type { Future } from './future.ts'
import { RankedDfa } from './ranked-dfa.ts'
import { carry, roomFor } from './simulate.ts'
import { unsetSpans } from './spans.ts'
import type { Finish } from './stepper.ts'
import type { Stepper } from './stepper.ts'
import { StepTrail } from './trail.ts'

/** What a search is told, and tells. */
export interface Outlook {
  /** What can still be reached from where, for a search that begins where a match does; else it may read far past it. */
  readonly future: Future | null
  /** Groups are not asked for. */
  readonly spansOnly: boolean
  /** Where it stopped reading. */
  reached: number
}

export class MinimalSearch {
  private readonly automaton: RankedNfa
  private readonly trail: StepTrail
  private readonly fate: Uint8Array

  constructor(stepper: Stepper, cacheBytes: number) {
    this.automaton = stepper.automaton
    this.trail = new StepTrail(new RankedDfa(stepper, true, cacheBytes))
    this.fate = new Uint8Array(this.automaton.groups + 1)
  }

  /**
   * The first match at or after `from`, its groups included; null if there is none, undefined when the cache is full.
   *
   * @throws RegexBudgetError `stepsPerCall` when the budget does not allow the characters read.
   */
  find(
    text: Uint8Array,
    from: number,
    edges: Edges,
    meter: Meter,
    outlook: Outlook,
  ): Int32Array | null | undefined {
    const { trail, fate } = this
    const { surroundings, groups } = this.automaton
    trail.begin(from, surroundings.before(text, from, bolOf(edges)), trail.dfa.initial)
    if (!trail.run(text, text.length, meter, outlook.future)) return undefined
    outlook.reached = trail.at
    const edge = eolOf(edges)
    const last = trail.at < text.length ? null : trail.dfa.finish(trail.state, trail.kind, edge)
    const end = last === null ? trail.acceptedAt : trail.at
    // Whoever knows the future begins where a match does: there is no need to walk back.
    if (outlook.future !== null && end >= 0 && (groups === 0 || outlook.spansOnly))
      return Int32Array.of(from, end)
    const finish = last ?? trail.backToAccepted(text)
    if (finish === null) return null
    const spans = unsetSpans(groups)
    fate.fill(0)
    spans[1] = trail.at
    trail.walkBack(text, finish, spans, fate)
    return spans
  }
}

/** The same search by simulation: no cache, each path with its own captures. */
export function simulateSearch(
  stepper: Stepper,
  text: Uint8Array,
  from: number,
  edges: Edges,
  meter: Meter,
  outlook: Outlook,
  cacheBytes: number,
): Int32Array | null {
  const { automaton } = stepper
  const { alphabet, forgets, surroundings } = automaton
  const width = 2 * automaton.groups + 2
  stepper.count = 0
  let old = int32s(width)
  let fresh = int32s(width)
  let best: Int32Array | null = null
  let before = surroundings.before(text, from, bolOf(edges))
  const settle = (path: Finish, at: number): void => {
    best = old.slice(path.from * width, (path.from + 1) * width)
    apply(path.actions, at, best, 0, forgets)
    best[1] = at
  }
  for (let at = from; ;) {
    outlook.reached = at
    if (best === null) {
      const { count } = stepper
      old = roomFor(old, count + 1, width, cacheBytes)
      old.fill(-1, count * width, (count + 1) * width)
      old[count * width] = at
      stepper.addStart()
    }
    if (at === text.length) {
      const finish = stepper.end(MASKS[before * KINDS + eolOf(edges)]!)
      if (finish !== null) settle(finish, at)
      return best
    }
    const workBefore = stepper.work
    const unit = unitAt(alphabet, text, at)
    const symbol = unit >> UNIT_SHIFT
    const kind = alphabet.kind[symbol]!
    const ended = stepper.advance(MASKS[before * KINDS + kind]!, symbol, true)
    if (ended) settle(stepper.trace(automaton.accept), at)
    const bytes = unit & UNIT_WIDTH
    if (best !== null && (stepper.count === 0 || !mayImprove(outlook.future, stepper, at + bytes)))
      return best
    fresh = carry(stepper, at, old, fresh, width, cacheBytes)
    ;[old, fresh] = [fresh, old]
    before = kind
    at += bytes
    meter.spend(stepper.work - workBefore)
  }
}

/** Whether one of the stepper's paths may end. */
function mayImprove(future: Future | null, { states, count }: Stepper, at: number): boolean {
  return future === null || future.isAlive(states, count, at)
}
