/** How much batch work there is, and how much of it the slots could do: known before anything is simulated. */
import { dayShape } from './draws.ts'
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
 * Batch work over what is left for it in the measured window, along the day: a backlog of the evening is worked off at
 * night, but by no more slots than batch may have then. Interactive load is taken at its mean of the minute, which leaves
 * batch a little more than it gets; `SaturatedDays` sees the rest.
 */
export const batchLoad = (params: BatchParams): number => loadOf(params, withheldShare(params))

/** Share of the measured window in which capacity is withheld. */
export function withheldShare(params: BatchParams): number {
  const { withheldFrom, withheldUntil } = regimeOf(params)
  const [open, close] = [params.warmUp, params.warmUp + params.span]
  return Math.max(0, Math.min(close, withheldUntil) - Math.max(open, withheldFrom)) / params.span
}

/** The load with batch capacity withheld for this share of the time. */
function loadOf(params: BatchParams, during: number): number {
  const { slots } = params
  const { interactiveLoad, withheldFrom } = regimeOf(params)
  const day = dayShape(params)
  const left = (allowed: number): number =>
    day.reduce((sum, weight) => sum + Math.min(allowed, slots * (1 - interactiveLoad * weight)), 0) /
    day.length
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
