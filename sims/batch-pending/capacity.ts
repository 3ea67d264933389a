/** How much batch work there is, and how much of it the slots could do: known before anything is simulated. */
import type { BatchParams } from './params.ts'
import { regimeOf } from './presets.ts'
import { meanRequests } from './sizes.ts'

/** Slots that batch may have at most at `now`: what is not withheld, rounded down. */
export function batchSlots(params: BatchParams, now: number): number {
  const { withheld, withheldFrom, withheldUntil } = regimeOf(params)
  const share = now >= withheldFrom && now < withheldUntil ? withheld : 0
  // 0.9 of 10 slots is 9, whatever floating point makes of it.
  return Math.floor(params.slots * (1 - share) + 1e-9)
}

/** Slots that batch work needs, on average. */
export const batchErlangs = (params: BatchParams): number =>
  params.jobRate * meanRequests(params) * params.requestTime

/**
 * Batch work over what is left for it in the measured window. Interactive load is taken at its mean: a backlog of the
 * evening is worked off at night.
 */
export function batchLoad(params: BatchParams): number {
  const { withheldFrom, withheldUntil } = regimeOf(params)
  const [open, close] = [params.warmUp, params.warmUp + params.span]
  const during = Math.max(0, Math.min(close, withheldUntil) - Math.max(open, withheldFrom)) / params.span
  return loadOf(params, during)
}

/** The same, with batch capacity withheld for this share of the time. */
function loadOf(params: BatchParams, during: number): number {
  const { slots } = params
  const { interactiveLoad, withheldFrom } = regimeOf(params)
  const left = (allowed: number): number => Math.min(allowed, slots * (1 - interactiveLoad))
  const capacity = during * left(batchSlots(params, withheldFrom)) + (1 - during) * left(slots)
  return capacity > 0 ? batchErlangs(params) / capacity : Infinity
}

/** Whether nothing bounds the queue: every job stays until it is served. */
export const canGrow = ({ pendingExpiry, cancelAfter }: BatchParams): boolean =>
  pendingExpiry === undefined && cancelAfter === undefined

/**
 * Load of the work that stays whatever happens; at 1 and above the queue grows without end. Without expiry that is all of
 * it. With expiry it is that of the jobs that are passed over, and they find what capacity there is when the withholding
 * is over.
 */
export function lastingLoad(params: BatchParams): number {
  if (canGrow(params)) return batchLoad(params)
  if (params.cancelAfter !== undefined) return 0
  const isForGood = regimeOf(params).withheldUntil === Infinity
  return loadOf(params, isForGood ? 1 : 0) * (1 - params.expiryEnforced)
}
