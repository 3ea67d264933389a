/**
 * Closed forms for a fleet without a waiting room: sessions are an M_t/G/infinity queue, whose occupancy is Poisson
 * with mean m(t) = integral of lambda(t - u) P(S > u) du, whatever the distribution of lengths (Eick, Massey and
 * Whitt, "The physics of the M_t/G/infinity queue", Operations Research 41(4), 1993).
 */
import type { TheoryPrediction } from '../lab/contract/sim.ts'
import { clusterRates, dayShape, spanStart, survival } from './demand.ts'
import { MINUTES_A_DAY } from '../lab/world/diurnal.ts'
import { CLUSTERS } from '../lab/world/geography.ts'
import type { VoiceFleetParams } from './params.ts'

export function predictions(params: VoiceFleetParams): TheoryPrediction[] {
  const weights = dayShape(params)
  const stays = survival(params)
  const clusters = CLUSTERS.map((_, cluster) =>
    expectedIn(params, clusterRates(params, weights, cluster), stays),
  )
  const total = (pick: (expected: Expected) => number): number =>
    clusters.reduce((sum, expected) => sum + pick(expected), 0)
  return [
    {
      name: 'sessions at once, M_t/G/inf',
      metric: 'meanConcurrent',
      expected: total((expected) => expected.occupancy),
    },
    {
      name: 'sessions seen: Poisson arrivals, and those already there',
      metric: 'sessions',
      expected: total((expected) => expected.sessions),
    },
  ]
}

interface Expected {
  /** Mean number of sessions at once. */
  readonly occupancy: number
  /** Sessions that are there in some second of the span. */
  readonly sessions: number
}

function expectedIn(params: VoiceFleetParams, rates: Float64Array, stays: Float64Array): Expected {
  const start = spanStart(params, rates)
  const { seconds } = params.span
  let arrivals = 0
  for (let t = 0; t < seconds; t++) arrivals += rateAt(rates, start + t)
  const already = occupancyAt(rates, stays, start - 1) - endedAt(stays, (u) => rateAt(rates, start - 1 - u))
  return {
    occupancy: meanOf(seconds, (t) => occupancyAt(rates, stays, start + t)),
    sessions: arrivals + already,
  }
}

/** Arrivals per second in the minute of this second of the week; before Monday it is the day before. */
export function rateAt(rates: Float64Array, second: number): number {
  const minute = Math.floor(second / 60) % MINUTES_A_DAY
  return rates[minute < 0 ? minute + MINUTES_A_DAY : minute]!
}

/**
 * Mean number of sessions at once in this second: the sum over all ages u of P(S > u) times the rate u seconds ago. Rates
 * change by the minute, so the ages of a minute are summed once for all.
 */
export function occupancyAt(rates: Float64Array, stays: Float64Array, second: number): number {
  const younger = sums(stays)
  let sum = 0
  for (let u = 0; u < stays.length;) {
    const at = second - u
    const next = Math.min(stays.length, u + Math.floor(at - 60 * Math.floor(at / 60)) + 1)
    sum += (younger[next]! - younger[u]!) * rateAt(rates, at)
    u = next
  }
  return sum
}

const known = new WeakMap<Float64Array, Float64Array>()

/** Sums of all values before each; remembered, as `survival` gives the same array again and again. */
function sums(values: Float64Array): Float64Array {
  const before = known.get(values)
  if (before !== undefined) return before
  const all = new Float64Array(values.length + 1)
  for (const [i, value] of values.entries()) all[i + 1] = all[i]! + value
  known.set(values, all)
  return all
}

/** Sessions counted in one second that are gone in the next. */
function endedAt(stays: Float64Array, rateBefore: (u: number) => number): number {
  return stays.reduce((sum, alive, u) => sum + (alive - (stays[u + 1] ?? 0)) * rateBefore(u), 0)
}

/**
 * Mean over the seconds 0 .. n-1 of a curve that is smooth: the trapezoid rule over at most 1,000 of them is within a
 * millionth of the sum over all.
 */
function meanOf(n: number, curve: (second: number) => number): number {
  const steps = Math.min(n - 1, 1000)
  let sum = 0
  for (let i = 0; i <= steps; i++) {
    const weight = i === 0 || i === steps ? 0.5 : 1
    sum += weight * curve((i * (n - 1)) / steps)
  }
  return sum / steps
}
