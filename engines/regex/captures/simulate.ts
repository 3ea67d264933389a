/**
 * Captures by simulation: the path that always works.
 *
 * The ranked states are carried along the span, each with its own copy of the captures; nothing is remembered of the
 * way. Memory is states x groups, time is span x (closure + states x groups). Used where the determinised path
 * (`multipass.ts`) runs out of budget, and to check it.
 */
import { decodeAt, EDGE, KINDS, SILENT_EDGE } from '../automaton/context.ts'
import { RegexBudgetError } from '../types.ts'
import { classOf, widthOf } from './alphabet.ts'
import { CLOSE, FORGET, OPEN } from './automaton.ts'
import { MASKS } from './context.ts'
import type { Stepper } from './stepper.ts'

/** Whether the text's own edges count as edges. */
export interface Edges {
  readonly notBol: boolean
  readonly notEol: boolean
}

/** Does to `captures[base...]` what the actions of a path say at text position `at`. */
export function apply(
  actions: readonly number[],
  at: number,
  captures: Int32Array,
  base: number,
  forgets: Int32Array,
): void {
  for (const action of actions) {
    const index = action >> 2
    const kind = action & 3
    if (kind === OPEN) captures[base + 2 * index] = at
    else if (kind === CLOSE) captures[base + 2 * index + 1] = at
    else if (kind === FORGET) {
      const first = forgets[2 * index] as number
      captures.fill(-1, base + 2 * first, base + 2 * (forgets[2 * index + 1] as number) + 2)
    }
  }
}

/**
 * The captures of the best parse of [start, end), or null if there is none.
 *
 * @throws RegexBudgetError `stepsPerCall` when the work exceeds `maxWork`.
 */
export function simulate(
  stepper: Stepper,
  text: Uint8Array,
  start: number,
  end: number,
  edges: Edges,
  maxWork: number,
): Int32Array | null {
  const { automaton } = stepper
  const { alphabet, forgets } = automaton
  const width = 2 * automaton.groups + 2
  let ranking = stepper.initial()
  let old = new Int32Array(width).fill(-1)
  let fresh = new Int32Array(width)
  let before = automaton.surroundings.before(text, start, edges.notBol ? SILENT_EDGE : EDGE)
  const workBefore = stepper.work
  for (let at = start; at < end;) {
    const code = alphabet.bytes ? (text[at] as number) : decodeAt(text, at, text.length)
    const symbol = classOf(alphabet, code)
    const kind = alphabet.kind[symbol] as number
    const {
      ranking: next,
      from,
      actions,
    } = stepper.step(ranking, MASKS[before * KINDS + kind] as number, symbol)
    const count = from.length
    if (count === 0) return null
    if (fresh.length < count * width) fresh = new Int32Array(2 * count * width)
    for (let i = 0; i < count; i++) {
      const source = (from[i] as number) * width
      fresh.set(old.subarray(source, source + width), i * width)
      apply(actions[i] as readonly number[], at, fresh, i * width, forgets)
    }
    ;[old, fresh] = [fresh, old]
    ranking = next
    before = kind
    at += alphabet.bytes ? 1 : widthOf(code)
    stepper.work += count
    if (stepper.work - workBefore > maxWork) {
      throw new RegexBudgetError('stepsPerCall', stepper.work - workBefore, maxWork)
    }
  }
  const after = automaton.surroundings.after(text, end, text.length, edges.notEol ? SILENT_EDGE : EDGE)
  const finish = stepper.finish(ranking, MASKS[before * KINDS + after] as number)
  if (finish === null) return null
  const spans = old.slice(finish.from * width, (finish.from + 1) * width)
  apply(finish.actions, end, spans, 0, forgets)
  spans[0] = start
  spans[1] = end
  return spans
}
