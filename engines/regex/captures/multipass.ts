/**
 * Captures in two passes: forward with the determinised rankings, back along the winning path.
 *
 * Forward costs two table look-ups a character and notes the step's number; the step knows where each of its paths came
 * from and what it captured, so the way back is a pointer chase that stops when every group is known. Two passes over
 * tables, against the simulation's work on every state at every character: tens of times faster. (Borsotti and
 * Trofimovich's multi-pass TDFA, with rankings for states.)
 *
 * When the cache is full, the captures of all paths are read off, and the run goes on with an empty cache; if the cache
 * was hardly used before it filled, every ranking is a new one here, and the simulation takes over.
 */
import { EDGE, SILENT_EDGE } from '../automaton/context.ts'
import { ENDED, UNSET } from './actions.ts'
import { RankedDfa } from './ranked-dfa.ts'
import type { Edges } from './simulate.ts'
import { simulate } from './simulate.ts'
import type { Stepper } from './stepper.ts'
import { Trail } from './trail.ts'

/** Characters read for each step made that make another cache worth while: a step costs some simulated characters. */
const WORTH_WHILE = 4

export class Multipass {
  /** Characters that the simulation had to read. */
  simulated = 0
  private readonly stepper: Stepper
  private readonly cacheBytes: number
  private trail: Trail
  private readonly fate: Uint8Array

  constructor(stepper: Stepper, cacheBytes: number) {
    this.stepper = stepper
    this.cacheBytes = cacheBytes
    this.trail = this.emptied()
    this.fate = new Uint8Array(stepper.automaton.groups + 1)
  }

  private emptied(): Trail {
    return new Trail(new RankedDfa(this.stepper, false, this.cacheBytes))
  }

  /**
   * The captures of the best parse of [start, end), null if there is none.
   *
   * @throws RegexBudgetError `stepsPerCall`
   */
  run(text: Uint8Array, start: number, end: number, edges: Edges, maxSteps: number): Int32Array | null {
    const { surroundings, groups } = this.stepper.automaton
    const kind = surroundings.before(text, start, edges.notBol ? SILENT_EDGE : EDGE)
    this.trail.begin(start, kind, this.trail.dfa.initial)
    let base: Int32Array | null = null
    let known = this.trail.dfa.steps.length
    while (!this.trail.run(text, end, maxSteps)) {
      const { trail } = this
      const { dfa, at } = trail
      const captures = this.readOff(text, base)
      const ranking = dfa.rankingOf(trail.state)
      const worthWhile = trail.characters >= WORTH_WHILE * (dfa.steps.length - known)
      this.trail = this.emptied()
      if (!worthWhile) {
        this.simulated += end - at
        return simulate(this.stepper, text, start, end, edges, maxSteps, { at, ranking, captures })
      }
      known = 0
      base = captures
      this.trail.begin(at, trail.kind, this.trail.dfa.enter(ranking))
    }
    const { trail } = this
    if (trail.at < end) return null
    const after = surroundings.after(text, end, text.length, edges.notEol ? SILENT_EDGE : EDGE)
    const finish = trail.dfa.finish(trail.state, trail.kind, after)
    if (finish === null) return null
    const spans = new Int32Array(2 * groups + 2).fill(-1)
    this.fate.fill(UNSET)
    const place = trail.walkBack(text, finish, spans, this.fate)
    if (base !== null) this.takeOver(base, place, spans)
    spans[0] = start
    spans[1] = end
    return spans
  }

  /** The captures of every path where the trail stopped. */
  private readOff(text: Uint8Array, base: Int32Array | null): Int32Array<ArrayBuffer> {
    const { trail, fate } = this
    const width = 2 * fate.length
    const count = trail.dfa.rankingOf(trail.state).states.length
    const all = new Int32Array(count * width).fill(-1)
    for (let i = 0; i < count; i++) {
      const spans = all.subarray(i * width, (i + 1) * width)
      fate.fill(UNSET)
      const place = trail.keepingPlace(text, () =>
        trail.walkBack(text, { from: i, actions: [] }, spans, fate),
      )
      if (base !== null) this.takeOver(base, place, spans)
    }
    return all
  }

  /** What the walk did not find happened before the trail began: `base` has it, for each path of that place. */
  private takeOver(base: Int32Array, place: number, spans: Int32Array): void {
    const { fate } = this
    const from = place * spans.length
    for (let group = 1; group < fate.length; group++) {
      if (fate[group] === UNSET) spans[2 * group + 1] = base[from + 2 * group + 1] as number
      if (fate[group] === UNSET || fate[group] === ENDED) spans[2 * group] = base[from + 2 * group] as number
    }
  }
}
