/**
 * Captures in two passes: forward with the determinised rankings, back along the winning path.
 *
 * Forward costs two table look-ups a character and notes the step's number; the step knows where each of its paths came
 * from and what it captured, so the way back is a pointer chase that stops when every group is known. Two passes over
 * tables, against the simulation's work on every state at every character: tens of times faster. (Borsotti and
 * Trofimovich's multi-pass TDFA, with rankings for states.)
 */
import { EDGE, SILENT_EDGE } from '../automaton/context.ts'
import type { Automaton } from './automaton.ts'
import { RankedDfa } from './ranked-dfa.ts'
import type { Edges } from './simulate.ts'
import { Trail } from './trail.ts'

export class Multipass {
  private readonly automaton: Automaton
  private readonly trail: Trail
  private readonly fate: Uint8Array

  constructor(automaton: Automaton, cacheBytes: number) {
    this.automaton = automaton
    this.trail = new Trail(new RankedDfa(automaton, false, cacheBytes))
    this.fate = new Uint8Array(automaton.groups + 1)
  }

  /**
   * The captures of the best parse of [start, end), null if there is none, undefined when the cache is full.
   *
   * @throws RegexBudgetError `stepsPerCall` when more than `maxSteps` characters would be read.
   */
  run(
    text: Uint8Array,
    start: number,
    end: number,
    edges: Edges,
    maxSteps: number,
  ): Int32Array | null | undefined {
    const { trail, fate } = this
    const { surroundings, groups } = this.automaton
    trail.begin(start, surroundings.before(text, start, edges.notBol ? SILENT_EDGE : EDGE))
    if (!trail.run(text, end, maxSteps)) return undefined
    const after = surroundings.after(text, end, text.length, edges.notEol ? SILENT_EDGE : EDGE)
    const finish = trail.at < end ? null : trail.dfa.finish(trail.state, trail.kind, after)
    if (finish === null) return null
    const spans = new Int32Array(2 * groups + 2).fill(-1)
    fate.fill(0)
    trail.walkBack(text, finish, spans, fate)
    spans[0] = start
    spans[1] = end
    return spans
  }
}
