/**
 * A Poisson process whose rate is constant in each of many equal parts and starts again after the last: by inversion, an
 * exponential being a mass of expected arrivals that is used up part by part. One draw an arrival whatever the rates, so
 * two profiles share their random numbers.
 */
import { exponential } from './exponential.ts'
import type { Stream } from './stream.ts'

/**
 * The next arrival after `now`. `rates`: arrivals per second in each part, at least one above 0; `length`: of a part,
 * seconds; `open`: when the first part begins.
 */
export function piecewiseArrivals(
  stream: Stream,
  rates: readonly number[],
  length: number,
  open: number,
): (now: number) => number {
  if (!rates.some((rate) => rate > 0)) throw new RangeError('no part has a rate above 0')
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

/** Expected arrivals in `seconds` from the start of the first part on. */
export function expectedPiecewise(rates: readonly number[], length: number, seconds: number): number {
  const round = rates.length * length
  const inRound = length * rates.reduce((sum, rate) => sum + rate, 0)
  const rounds = Math.floor(seconds / round)
  let left = seconds - rounds * round
  let expected = rounds * inRound
  for (const rate of rates) {
    const inPart = Math.min(length, left)
    expected += rate * inPart
    left -= inPart
  }
  return expected
}
