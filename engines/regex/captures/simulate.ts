/**
 * Captures by simulation: the path that always works.
 *
 * The ranked states are carried along the span, each with its own copy of the captures; nothing is remembered of the
 * way. Memory is states x groups, time is span x (closure + states x groups). Used where
 * nothing quicker can be, and to check what is.
 */
import { bolOf, eolOf, KINDS } from '../automaton/context.ts'
import type { Edges } from '../automaton/context.ts'
import type { Meter } from '../dfa/meter.ts'
import { RegexBudgetError } from '../types.ts'
import { grown, int32s } from '../foundation/arrays.ts'
import { UNIT_SHIFT, UNIT_WIDTH, unitAt } from './alphabet.ts'
import { apply } from './actions.ts'
import { MASKS } from './context.ts'
import type { Stepper } from './stepper.ts'

/** Bytes of an offset, in two sets of them: before a character and behind it. */
const BYTES_PER_OFFSET = 8
/** A few dozen paths with a few groups each are always allowed: no pattern can be simulated with less. */
const LEAST_BYTES = 1 << 16

/**
 * The array, or a larger one, for the captures of `count` paths.
 * @throws RegexBudgetError `cacheBytes`
 */
export function roomFor(
  array: Int32Array<ArrayBuffer>,
  count: number,
  width: number,
  cacheBytes: number,
): Int32Array<ArrayBuffer> {
  const most = Math.floor(Math.max(cacheBytes, LEAST_BYTES) / BYTES_PER_OFFSET)
  if (count * width > most)
    throw new RegexBudgetError('cacheBytes', BYTES_PER_OFFSET * count * width, BYTES_PER_OFFSET * most)
  return grown(array, count * width, most)
}

/** Gives each of the stepper's paths its captures: those it had, in `old`, and what happened on the way to text[at]. */
export function carry(
  stepper: Stepper,
  at: number,
  old: Int32Array,
  fresh: Int32Array<ArrayBuffer>,
  width: number,
  cacheBytes: number,
): Int32Array<ArrayBuffer> {
  const { count, leaves } = stepper
  const { forgets } = stepper.automaton
  const target = roomFor(fresh, count, width, cacheBytes)
  for (let i = 0; i < count; i++) {
    const { from, actions } = stepper.trace(leaves[i]!)
    const base = i * width
    const source = from * width
    for (let k = 0; k < width; k++) target[base + k] = old[source + k]!
    if (actions.length > 0) apply(actions, at, target, base, forgets)
  }
  stepper.work += count
  return target
}

/**
 * The captures of the best parse of [start, end), or null if there is none.
 *
 * @throws RegexBudgetError `stepsPerCall`; `cacheBytes` where paths times groups do not fit
 */
export function simulate(
  stepper: Stepper,
  text: Uint8Array,
  start: number,
  end: number,
  edges: Edges,
  meter: Meter,
  cacheBytes: number,
): Int32Array | null {
  const { automaton } = stepper
  const { alphabet, forgets } = automaton
  const width = 2 * automaton.groups + 2
  stepper.load(stepper.initial())
  let old = int32s(width).fill(-1)
  let fresh = int32s(width)
  let before = automaton.surroundings.before(text, start, bolOf(edges))
  for (let at = start; at < end;) {
    const workBefore = stepper.work
    const unit = unitAt(alphabet, text, at)
    const symbol = unit >> UNIT_SHIFT
    const kind = alphabet.kind[symbol]!
    stepper.advance(MASKS[before * KINDS + kind]!, symbol, false)
    if (stepper.count === 0) return null
    fresh = carry(stepper, at, old, fresh, width, cacheBytes)
    ;[old, fresh] = [fresh, old]
    before = kind
    at += unit & UNIT_WIDTH
    meter.spend(stepper.work - workBefore)
  }
  const after = automaton.surroundings.after(text, end, text.length, eolOf(edges))
  const finish = stepper.end(MASKS[before * KINDS + after]!)
  if (finish === null) return null
  const spans = old.slice(finish.from * width, (finish.from + 1) * width)
  apply(finish.actions, end, spans, 0, forgets)
  spans[0] = start
  spans[1] = end
  return spans
}
