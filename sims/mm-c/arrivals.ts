/** Poisson arrivals whose rate is the same all day, or that of the day's part. */
import { exponential } from '../lab/kernel/random/exponential.ts'
import type { Stream } from '../lab/kernel/random/stream.ts'
import type { MmcParams } from './params.ts'

export const DAY = 86_400

/** Arrivals per second in each part of the day; their mean is `arrivalRate`. */
export function ratesOfDay({ arrivalRate, dayProfile = [1] }: MmcParams): number[] {
  const mean = dayProfile.reduce((sum, part) => sum + part, 0) / dayProfile.length
  return dayProfile.map((part) => (arrivalRate * part) / mean)
}

/** Expected arrivals in the `span` seconds from the start of a day. */
export function expectedArrivals(params: MmcParams, span: number): number {
  const rates = ratesOfDay(params)
  const length = DAY / rates.length
  const days = Math.floor(span / DAY)
  let left = span - days * DAY
  let expected = days * DAY * params.arrivalRate
  for (const rate of rates) {
    const seconds = Math.min(length, left)
    expected += rate * seconds
    left -= seconds
  }
  return expected
}

/**
 * The next arrival after `now`, time of day counted from `open`. With a profile the exponential is a mass of expected
 * arrivals, used up part by part: one draw an arrival either way, so two profiles share their random numbers.
 */
export function arrivalTimes(stream: Stream, params: MmcParams, open: number): (now: number) => number {
  const { arrivalRate, dayProfile } = params
  if (dayProfile === undefined) return (now) => now + exponential(stream, 1 / arrivalRate)
  const rates = ratesOfDay(params)
  const length = DAY / rates.length
  return (now) => {
    let mass = exponential(stream, 1)
    // Parts are counted and not summed up, so that rounding cannot keep the clock before an end that it has reached.
    let part = Math.floor((now - open) / length)
    let time = now
    for (;;) {
      const rate = rates[((part % rates.length) + rates.length) % rates.length]!
      const end = open + (part + 1) * length
      const inPart = rate * Math.max(0, end - time)
      if (mass < inPart) return time + mass / rate
      mass -= inPart
      time = end
      part++
    }
  }
}
