/**
 * Closed forms for a fleet without a waiting room: sessions are an M_t/G/infinity queue, whose occupancy is Poisson
 * with mean m(t) = integral of lambda(t - u) P(S > u) du, whatever the distribution of lengths (Eick, Massey and
 * Whitt, "The physics of the M_t/G/infinity queue", Operations Research 41(4), 1993).
 */
import type { TheoryPrediction } from '../lab/contract/sim.ts'
import { clusterRates, dayShape, spanStart, survival } from './demand.ts'
import { worldOf } from '../lab/world/geography.ts'
import { occupancyAt, rateAt } from './occupancy.ts'
import type { VoiceFleetParams } from './params.ts'

export function predictions(params: VoiceFleetParams): TheoryPrediction[] {
  const weights = dayShape(params)
  const stays = survival(params)
  const clusters = worldOf(params.clusters).clusters.map((_, cluster) =>
    expectedIn(params, clusterRates(params, weights, cluster), stays),
  )
  const total = (pick: (expected: Expected) => number): number =>
    clusters.reduce((sum, expected) => sum + pick(expected), 0)
  const each = params.survive === 'region' ? ', the sum of each cluster’s own worst case' : ''
  return [
    {
      name: `sessions at once, M_t/G/inf${each}`,
      metric: 'meanConcurrent',
      expected: total((expected) => expected.occupancy),
    },
    {
      name: `sessions seen: Poisson arrivals, and those already there${each}`,
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
