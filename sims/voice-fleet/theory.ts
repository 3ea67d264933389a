/**
 * Closed forms for a fleet without a waiting room: sessions are an M_t/G/infinity queue, whose occupancy is Poisson
 * with mean m(t) = integral of lambda(t - u) P(S > u) du, whatever the distribution of lengths (Eick, Massey and
 * Whitt, "The physics of the M_t/G/infinity queue", Operations Research 41(4), 1993).
 */
import type { TheoryPrediction } from '../sim.ts'
import { clusterRates, dayShape, spanStart, survival } from './demand.ts'
import { MINUTES_A_DAY } from './diurnal.ts'
import { CLUSTERS } from './geography.ts'
import type { VoiceFleetParams } from './params.ts'

export function predictions(params: VoiceFleetParams): TheoryPrediction[] {
  const weights = dayShape(params)
  const rates = CLUSTERS.map((_, cluster) => clusterRates(params, weights, cluster))
  const rateAt = (second: number): number => {
    const minute = Math.floor(second / 60)
    const minuteOfDay = ((minute % MINUTES_A_DAY) + MINUTES_A_DAY) % MINUTES_A_DAY
    return rates.reduce((sum, rate) => sum + rate[minuteOfDay]!, 0)
  }
  const stays = survival(params)
  const start = spanStart(params)
  const { seconds } = params.span
  const occupancyAt = (second: number): number =>
    stays.reduce((sum, alive, u) => sum + alive * rateAt(second - u), 0)

  let arrivals = 0
  for (let t = 0; t < seconds; t++) arrivals += rateAt(start + t)
  const occupancy = meanOf(seconds, (t) => occupancyAt(start + t))
  return [
    {
      name: 'sessions at once, M_t/G/inf',
      metric: 'meanConcurrent',
      expected: occupancy,
    },
    {
      name: 'sessions seen: Poisson arrivals, and those already there',
      metric: 'sessions',
      expected: arrivals + occupancyAt(start - 1) - endedAt(stays, (u) => rateAt(start - 1 - u)),
    },
  ]
}

/** Sessions counted in one second that are gone in the next. */
function endedAt(stays: Float64Array, rateBefore: (u: number) => number): number {
  return stays.reduce((sum, alive, u) => sum + (alive - (stays[u + 1] ?? 0)) * rateBefore(u), 0)
}

/**
 * Mean over the seconds 0 .. n-1 of a curve that is smooth: the trapezoid rule over at most 2,000 of them is within a
 * millionth of the sum over all.
 */
function meanOf(n: number, curve: (second: number) => number): number {
  const steps = Math.min(n - 1, 2000)
  let sum = 0
  for (let i = 0; i <= steps; i++) {
    const weight = i === 0 || i === steps ? 0.5 : 1
    sum += weight * curve((i * (n - 1)) / steps)
  }
  return sum / steps
}
