/**
 * Little's law, always on (invariant 5): L = lambda W. Each side is measured on its own (a time integral here, a sum over
 * customers there), so a lost customer, a double count or a clock that jumps shows as a difference.
 *
 * Over a finite window the two sides differ by what crosses its ends: customers present at the start or the end are in
 * one side wholly and in the other in part. That difference shrinks with the length of the window; `tolerance` says how
 * large it may be in this sample.
 */
import type { InvariantSample } from './invariant.ts'

/** Little's law on one queue (invariant 5): L = lambda W, each side measured on its own. */
export interface LittleSample {
  readonly queue: string
  /** Arrivals per second, measured. */
  readonly arrivalRate: number
  /** Mean time in the queue or system, seconds, measured per customer. */
  readonly meanTime: number
  /** Mean number in it, measured as a time integral. */
  readonly meanNumber: number
  /** Largest relative difference that end effects can cause in this sample; default 1 %. */
  readonly tolerance?: number
}

export const LITTLE_TOLERANCE = 0.01

/**
 * Checks one sample: the two sides may differ by `tolerance` of the larger. A NaN, infinite or negative side is not ok,
 * whatever the tolerance.
 */
export function obeysLittle(sample: LittleSample): Omit<InvariantSample, 'name'> {
  const { arrivalRate, meanTime, meanNumber, tolerance = LITTLE_TOLERANCE } = sample
  const product = arrivalRate * meanTime
  const sound = [arrivalRate, meanTime, meanNumber].every((side) => side >= 0 && side < Infinity)
  const difference = Math.abs(product - meanNumber)
  if (sound && difference <= tolerance * Math.max(product, meanNumber)) return { ok: true }
  return {
    ok: false,
    detail: `L = ${meanNumber}, lambda W = ${arrivalRate} x ${meanTime} = ${product}; ${tolerance * 100} % allowed`,
  }
}
