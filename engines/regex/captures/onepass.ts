/**
 * Captures in one pass, for patterns that leave no choice.
 *
 * `([a-z]+)@([a-z]+)` is one-pass: after each character there is one state to be in, so captures can be written down as
 * they happen. `(.*)c(.*)` is not: on a "c" there are two. Whether a pattern is one-pass is found by exploring its
 * determinised rankings: none may hold more than one state. Then a run is one table look-up a character, and nothing is
 * remembered of the way. (RE2's onepass.cc has the idea.)
 *
 * Writing captures takes longer than walking. Where a loop is around all groups, each iteration forgets what the last
 * one wrote: then the span is walked first, only noting where the last iteration began, and captures are written from
 * there.
 *
 * Worth (`npm run regex:paths`, one-pass): 1.8 to 4 times two passes.
 */
import { bolOf, eolOf } from '../automaton/context.ts'
import type { Edges } from '../automaton/context.ts'
import type { Meter } from '../dfa/meter.ts'
import { apply, CLOSE, FORGET } from './actions.ts'
import { UNIT_SHIFT, UNIT_WIDTH, unitAt } from './alphabet.ts'
import { FULL, RankedDfa } from './ranked-dfa.ts'
import { unsetSpans } from './spans.ts'
import type { Step, Stepper } from './stepper.ts'

/** Steps explored before giving up: a pattern that needs more is better determinised as texts ask for it. */
const MAX_STEPS = 2048

/** Bits of an entry of the table, below the state it leads to: what the step does to captures. */
const ACTS = 1
const FORGETS_ALL = 2
/** It sets one offset and does nothing else. */
const SETS = 4
const SHIFT = 3

export class OnePass {
  private readonly dfa: RankedDfa
  /** `target state << SHIFT | bits` by state and symbol; -1: no way on. */
  private readonly table: Int32Array
  /** What happens on the step of each entry of the table. */
  private readonly actions: readonly (readonly number[])[]
  /** Of those that only set an offset, which. */
  private readonly offsets: Uint16Array
  /** Whether some step forgets all groups. */
  private readonly loops: boolean
  // Where the walk stands.
  private at = 0
  private state = 0
  private kind = 0

  private constructor(dfa: RankedDfa, table: Int32Array, actions: readonly (readonly number[])[]) {
    this.dfa = dfa
    this.table = table
    this.actions = actions
    this.offsets = Uint16Array.from(actions, (list) => offsetOf(list[0] ?? 0))
    this.loops = table.some((entry) => entry >= 0 && (entry & FORGETS_ALL) !== 0)
  }

  /** The one-pass matcher of the pattern, or null where it is not one-pass or too large to tell cheaply. */
  static build(stepper: Stepper): OnePass | null {
    const { alphabet, forgets, groups } = stepper.automaton
    const dfa = new RankedDfa(stepper, false, 1 << 20)
    const { stride } = dfa
    const entries: number[] = []
    const actions: (readonly number[])[] = []
    const forgetsAll = (action: number): boolean =>
      (action & 3) === FORGET && forgets[2 * (action >> 2)] === 1 && forgets[2 * (action >> 2) + 1] === groups
    for (let state = 0; state === 0 || dfa.has(state); state += stride) {
      for (let column = 0; column < stride; column++) {
        if (entries.length === MAX_STEPS) return null
        const number = dfa.step(state, Math.floor(column / alphabet.classes), column % alphabet.classes)
        if (number === FULL) return null
        const step = dfa.steps[number] as Step
        if (step.from.length > 1) return null
        const list = step.actions[0] ?? []
        const sets = list.length === 1 && (list[0]! & 3) !== FORGET
        const flags = (sets ? SETS : list.length > 0 ? ACTS : 0) | (list.some(forgetsAll) ? FORGETS_ALL : 0)
        actions.push(list)
        entries.push(step.from.length === 0 ? -1 : (dfa.target[number]! << SHIFT) | flags)
      }
    }
    return new OnePass(dfa, Int32Array.from(entries), actions)
  }

  /**
   * The captures of the parse of [start, end), or null if there is none.
   *
   * @throws RegexBudgetError `stepsPerCall`
   */
  run(text: Uint8Array, start: number, end: number, edges: Edges, meter: Meter): Int32Array | null {
    meter.spend(end - start)
    const { dfa } = this
    const { surroundings, groups, forgets } = dfa.automaton
    const spans = unsetSpans(groups)
    this.at = start
    this.state = dfa.initial
    this.kind = surroundings.before(text, start, bolOf(edges))
    if (this.loops && !this.walk(text, end, null)) return null
    if (!this.walk(text, end, spans)) return null
    const after = surroundings.after(text, end, text.length, eolOf(edges))
    const finish = dfa.finish(this.state, this.kind, after)
    if (finish === null) return null
    apply(finish.actions, end, spans, 0, forgets)
    spans[0] = start
    spans[1] = end
    return spans
  }

  /**
   * Walks to `end`, writing captures to `spans`; or, without, leaves everything where the last step was that forgets all
   * groups. False: there is no way on.
   */
  private walk(text: Uint8Array, end: number, spans: Int32Array | null): boolean {
    const { dfa, table, actions, offsets } = this
    const { alphabet, hasAssertions, forgets } = dfa.automaton
    const { low, kind: kinds, classes, bytes } = alphabet
    const ascii = bytes ? 256 : 128
    const noted = spans === null ? FORGETS_ALL : ACTS | SETS
    let { at, state, kind } = this
    while (at < end) {
      const byte = text[at]!
      let symbol: number
      let width = 1
      // Packed and taken apart again, an ASCII character would take an eighth longer.
      if (byte < ascii) symbol = low[byte]!
      else {
        const unit = unitAt(alphabet, text, at)
        symbol = unit >> UNIT_SHIFT
        width = unit & UNIT_WIDTH
      }
      const column = state + (hasAssertions ? kind * classes : 0) + symbol
      const entry = table[column]!
      if (entry < 0) return false
      if ((entry & noted) !== 0) {
        if (spans === null) {
          this.at = at
          this.state = state
          this.kind = kind
        } else if ((entry & SETS) !== 0) spans[offsets[column]!] = at
        else apply(actions[column] as readonly number[], at, spans, 0, forgets)
      }
      if (hasAssertions) kind = kinds[symbol]!
      state = entry >> SHIFT
      at += width
    }
    if (spans === null) return true
    this.at = at
    this.state = state
    this.kind = kind
    return true
  }
}

/** Where an action that opens or closes a group puts its place. */
const offsetOf = (action: number): number => 2 * (action >> 2) + ((action & 3) === CLOSE ? 1 : 0)
