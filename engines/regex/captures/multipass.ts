/**
 * Captures in two passes: forward with the determinised rankings, back along the winning path.
 *
 * Forward costs two table look-ups a character and notes the step's number; the step knows where each of its paths came
 * from and what it captured, so the way back is a pointer chase that stops when every group is known. Two passes over
 * tables, against the simulation's work on every state at every character: tens of times faster. (Borsotti and
 * Trofimovich's multi-pass TDFA, with rankings for states.)
 *
 * A step not met before takes as long as thousands of others, so it gives up where texts lead to new ones all the time.
 *
 * Worth (`npm run regex:paths`, multi-pass): 25 to 50 times simulation.
 */
import { bolOf, eolOf } from '../automaton/context.ts'
import type { Edges } from '../automaton/context.ts'
import type { Meter } from '../dfa/meter.ts'
import { UNSET } from './actions.ts'
import { RankedDfa } from './ranked-dfa.ts'
import { unsetSpans } from './spans.ts'
import type { Stepper } from './stepper.ts'
import { StepTrail } from './trail.ts'

/**
 * New steps allowed at the beginning of a span, and then in as many bytes. A new step takes two or three times as long as
 * one of the simulation, which is the other way, so one in four is still worth it.
 */
const FIRST_STEPS = 2048
const NEXT_STEPS = 1024
const NEXT_BYTES = 4096

export class Multipass {
  private readonly stepper: Stepper
  private readonly cacheBytes: number
  private trail: StepTrail
  private readonly fate: Uint8Array

  constructor(stepper: Stepper, cacheBytes: number) {
    this.stepper = stepper
    this.cacheBytes = cacheBytes
    this.trail = this.emptied()
    this.fate = new Uint8Array(stepper.automaton.groups + 1)
  }

  private emptied(): StepTrail {
    return new StepTrail(new RankedDfa(this.stepper, false, this.cacheBytes))
  }

  /**
   * The captures of the best parse of [start, end), null if there is none, undefined if it gave up.
   *
   * @throws RegexBudgetError `stepsPerCall`
   */
  run(
    text: Uint8Array,
    start: number,
    end: number,
    edges: Edges,
    meter: Meter,
  ): Int32Array | null | undefined {
    const { surroundings, groups } = this.stepper.automaton
    const { trail } = this
    const { dfa } = trail
    trail.begin(start, surroundings.before(text, start, bolOf(edges)), dfa.initial)
    dfa.allow(FIRST_STEPS)
    while (trail.at < end && trail.state !== dfa.dead) {
      if (!trail.run(text, Math.min(end, trail.at + NEXT_BYTES), meter)) {
        if (dfa.isFull) this.trail = this.emptied()
        return undefined
      }
      dfa.allow(NEXT_STEPS)
    }
    if (trail.at < end) return null
    const after = surroundings.after(text, end, text.length, eolOf(edges))
    const finish = dfa.finish(trail.state, trail.kind, after)
    if (finish === null) return null
    const spans = unsetSpans(groups)
    this.fate.fill(UNSET)
    trail.walkBack(text, finish, spans, this.fate)
    spans[0] = start
    spans[1] = end
    return spans
  }
}
