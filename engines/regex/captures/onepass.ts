/**
 * Captures in one pass, for patterns that leave no choice.
 *
 * `([a-z]+)@([a-z]+)` is one-pass: after each character there is one state to be in, so captures can be written down
 * as they happen. `(.*)c(.*)` is not: on a "c" there are two. Whether a pattern is one-pass is found by exploring its
 * determinised rankings: none may hold more than one state. Then a run is one table look-up a character, and nothing
 * is remembered of the way. (RE2's onepass.cc has the idea.)
 */
import { decodeAt, EDGE, SILENT_EDGE } from '../automaton/context.ts'
import { RegexBudgetError } from '../types.ts'
import { classOf, widthOf } from './alphabet.ts'
import { apply } from './actions.ts'
import { FULL, RankedDfa } from './ranked-dfa.ts'
import type { Edges } from './simulate.ts'
import type { Step, Stepper } from './stepper.ts'

/** Steps explored before giving up: a pattern that needs more is better determinised as texts ask for it. */
const MAX_STEPS = 2048

export class OnePass {
  private readonly dfa: RankedDfa
  /** `target state << 1 | has actions` by state and symbol; -1: no way on. */
  private readonly table: Int32Array

  private constructor(dfa: RankedDfa, table: Int32Array) {
    this.dfa = dfa
    this.table = table
  }

  /** The one-pass matcher of the pattern, or null where it is not one-pass or too large to tell cheaply. */
  static build(stepper: Stepper): OnePass | null {
    const { automaton } = stepper
    const dfa = new RankedDfa(stepper, false, 1 << 20)
    const { stride } = dfa
    const { classes } = automaton.alphabet
    const entries: number[] = []
    for (let state = 0; state === 0 || dfa.has(state); state += stride) {
      for (let column = 0; column < stride; column++) {
        if (entries.length === MAX_STEPS) return null
        const number = dfa.step(state, Math.floor(column / classes), column % classes)
        if (number === FULL) return null
        const step = dfa.steps[number] as Step
        if (step.from.length > 1) return null
        const acts = step.actions.some((list) => list.length > 0) ? 1 : 0
        entries.push(step.from.length === 0 ? -1 : ((dfa.target[number] as number) << 1) | acts)
      }
    }
    return new OnePass(dfa, Int32Array.from(entries))
  }

  /**
   * The captures of the parse of [start, end), or null if there is none.
   *
   * @throws RegexBudgetError `stepsPerCall` when the span is longer than `maxSteps`.
   */
  run(text: Uint8Array, start: number, end: number, edges: Edges, maxSteps: number): Int32Array | null {
    if (end - start > maxSteps) throw new RegexBudgetError('stepsPerCall', end - start, maxSteps)
    const { dfa, table } = this
    const { alphabet, hasAssertions, surroundings, groups, forgets } = dfa.automaton
    const { low, kind: kinds, classes, bytes } = alphabet
    const ascii = bytes ? 256 : 128
    const spans = new Int32Array(2 * groups + 2).fill(-1)
    let kind = surroundings.before(text, start, edges.notBol ? SILENT_EDGE : EDGE)
    let state = dfa.initial
    for (let at = start; at < end;) {
      const byte = text[at] as number
      let symbol: number
      let width = 1
      if (byte < ascii) symbol = low[byte] as number
      else {
        const code = decodeAt(text, at, text.length)
        symbol = classOf(alphabet, code)
        width = widthOf(code)
      }
      const column = state + (hasAssertions ? kind * classes : 0) + symbol
      const entry = table[column] as number
      if (entry < 0) return null
      if (entry & 1) {
        const step = dfa.steps[dfa.table[column] as number] as Step
        apply(step.actions[0] as readonly number[], at, spans, 0, forgets)
      }
      if (hasAssertions) kind = kinds[symbol] as number
      state = entry >> 1
      at += width
    }
    const after = surroundings.after(text, end, text.length, edges.notEol ? SILENT_EDGE : EDGE)
    const finish = dfa.finish(state, kind, after)
    if (finish === null) return null
    apply(finish.actions, end, spans, 0, forgets)
    spans[0] = start
    spans[1] = end
    return spans
  }
}
