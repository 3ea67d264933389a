/** Poisson arrivals whose rate is the same all day, that of the day's part, or that of a load of the user's own. */
import { ratesOf } from '../lab/contract/arrival-load.ts'
import { exponential } from '../lab/kernel/random/exponential.ts'
import { expectedPiecewise, piecewiseArrivals } from '../lab/kernel/random/piecewise.ts'
import type { Stream } from '../lab/kernel/random/stream.ts'
import { offeredLoad, type MmcParams } from './params.ts'

export const DAY = 86_400

/** Equal parts of time, over and over. */
interface Profile {
  /** Arrivals per second in each. */
  readonly rates: readonly number[]
  /** Of a part, seconds. */
  readonly length: number
}

/** Rates that are not the same all the time; their mean is `arrivalRate`. Null where they are. */
export function profileOf({ arrivalRate, dayProfile, load }: MmcParams): Profile | null {
  if (load !== undefined) return { rates: ratesOf(load, arrivalRate), length: load.every }
  if (dayProfile === undefined) return null
  const mean = dayProfile.reduce((sum, part) => sum + part, 0) / dayProfile.length
  return { rates: dayProfile.map((part) => (arrivalRate * part) / mean), length: DAY / dayProfile.length }
}

/** Expected arrivals in the `span` seconds from the start of the profile. */
export function expectedArrivals(params: MmcParams, span: number): number {
  const profile = profileOf(params)
  return profile === null ? params.arrivalRate * span : expectedPiecewise(profile.rates, profile.length, span)
}

/** Offered load of the span that is measured, as a share of capacity: that of all the profile only where all of it is. */
export function loadOfSpan(params: MmcParams): number {
  const { span } = params
  if (span === undefined || profileOf(params) === null) return offeredLoad(params)
  return offeredLoad({ ...params, arrivalRate: expectedArrivals(params, span) / span })
}

/** The next arrival after `now`, the profile counted from `open`. */
export function arrivalTimes(stream: Stream, params: MmcParams, open: number): (now: number) => number {
  const profile = profileOf(params)
  if (profile === null) return (now) => now + exponential(stream, 1 / params.arrivalRate)
  return piecewiseArrivals(stream, profile.rates, profile.length, open)
}
