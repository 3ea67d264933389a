/** How many sessions start where and when: the intensity of every route's Poisson process, minute by minute. */
import { normalTail } from '../lab/analysis/normal.ts'
import { lognormalFrom, type LognormalParameters } from '../lab/kernel/random/lognormal.ts'
import { dayWeights, weightAt } from '../lab/world/diurnal.ts'
import { CLUSTERS, routesTo, type Route } from '../lab/world/geography.ts'
import type { VoiceFleetParams } from './params.ts'
import { remembered } from './remembered.ts'
import { WEEK } from './span.ts'

/** Sessions per second that the whole service starts on average. */
export function meanArrivalRate(params: VoiceFleetParams): number {
  return (params.weeklyActiveUsers * params.voiceShare * params.sessionsPerUser) / WEEK
}

/** Arrivals per second on one route for every minute of a day in UTC (the week repeats its day). */
export function routeRates(
  params: VoiceFleetParams,
  weights: Float64Array,
  { region, share }: Route,
): Float64Array {
  const rate = meanArrivalRate(params) * region.share * share
  return weights.map((_, minute) => rate * weightAt(weights, minute, region.utcOffset))
}

/** Read-only: who asks again gets the same array. */
export function dayShape(params: VoiceFleetParams): Float64Array {
  return weightsOf(params.dayTrough, params.dayPeak, params.troughHour, params.peakHour)
}

/** 86,400 powers a curve, and every cluster of every replication asks for the same one three times. */
const weightsOf = remembered((trough: number, peak: number, troughHour: number, peakHour: number) =>
  dayWeights({ trough, peak, troughHour, peakHour }),
)

/** Arrivals per second at one cluster, all its routes together, for every minute of a day in UTC. */
export function clusterRates(params: VoiceFleetParams, weights: Float64Array, cluster: number): Float64Array {
  const total = new Float64Array(weights.length)
  for (const route of routesTo(cluster, params.spillShare)) {
    const rates = routeRates(params, weights, route)
    for (let minute = 0; minute < total.length; minute++) total[minute]! += rates[minute]!
  }
  return total
}

/** First second of a cluster's span, counted from Monday 00:00 UTC; may be negative near the week's start. */
export function spanStart(params: VoiceFleetParams, rates: Float64Array): number {
  if (params.span.at === 'start') return 0
  return rates.indexOf(Math.max(...rates)) * 60 - Math.floor(params.span.seconds / 2)
}

/** The lognormal of session lengths before the cap. */
export function lengthDistribution(params: VoiceFleetParams): LognormalParameters {
  const { sessionLength: mean, sessionSpread: sigma } = params
  return lognormalFrom({ mean, median: mean / Math.exp((sigma * sigma) / 2) })
}

/**
 * Share of sessions still going u seconds after they began, u = 0, 1, ... up to the cap: P(ceil(length) > u), for
 * the sim counts whole seconds.
 */
export function survival(params: VoiceFleetParams): Float64Array {
  const { mu, sigma } = lengthDistribution(params)
  const cap = Math.ceil(params.sessionCap)
  return Float64Array.from({ length: cap }, (_, u) => (u === 0 ? 1 : normalTail((Math.log(u) - mu) / sigma)))
}

/** Peaks of the clusters' arrival rates: what a planner can forecast; they do not depend on the seed. */
export function forecastPeaks(params: VoiceFleetParams): number[] {
  const weights = dayShape(params)
  return CLUSTERS.map((_, cluster) => Math.max(...clusterRates(params, weights, cluster)))
}
