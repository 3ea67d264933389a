/** How many sessions start where and when: the intensity of every route's Poisson process, minute by minute. */
import { normalTail } from '../lab/analysis/normal.ts'
import { lognormalFrom, type LognormalParameters } from '../lab/kernel/random/lognormal.ts'
import { dayWeights, MINUTES_A_DAY, weightAt } from '../lab/world/diurnal.ts'
import { meanRate, type ArrivalLoad } from '../lab/contract/arrival-load.ts'
import { REGIONS, routesTo, worldOf, type Route } from '../lab/world/geography.ts'
import { apportion } from '../lab/world/apportion.ts'
import { routesWithout, serving, worstNeighbour } from './loss.ts'
import { busiestMinute, mostSessions } from './occupancy.ts'
import { sessionsPerSecond, type VoiceFleetParams } from './params.ts'
import { remembered } from './remembered.ts'

/** Arrivals per second on one route for every minute of a day in UTC (the week repeats its day). */
export function routeRates(
  params: VoiceFleetParams,
  weights: Float64Array,
  { region, share }: Route,
): Float64Array {
  const rate = sessionsPerSecond(params) * region.share * share
  const scale = scaleOf(params, weights)
  return weights.map(
    (_, minute) => rate * weightAt(weights, minute, region.utcOffset) * (scale?.[minute] ?? 1),
  )
}

/**
 * What a load of the user's own makes of the curve of the day, by UTC minute: all regions together begin as many sessions
 * as it says, each as large a part of them as the clock there would have it. Null without one.
 */
function scaleOf({ load }: VoiceFleetParams, weights: Float64Array): Float64Array | null {
  if (load === undefined) return null
  const mean = meanRate(load)
  const rates = minuteRates(load)
  return weights.map((_, minute) => {
    const expected = REGIONS.reduce(
      (sum, { share, utcOffset }) => sum + share * weightAt(weights, minute, utcOffset),
      0,
    )
    return rates[minute]! / (mean * expected)
  })
}

/** Arrivals per second in every minute of a day in UTC: what the load says of that minute, however long its intervals are. */
function minuteRates({ every, arrivals, start = 0 }: ArrivalLoad): Float64Array {
  const before = [0]
  for (const count of arrivals) before.push(before.at(-1)! + count)
  const intervals = arrivals.length
  /** Those who arrive before a second of the load, which repeats; negative before its start. */
  const arrived = (second: number): number => {
    const at = second / every
    const round = Math.floor(at / intervals)
    const place = Math.min(intervals - 1, Math.floor(at - round * intervals))
    return round * before[intervals]! + before[place]! + (at - round * intervals - place) * arrivals[place]!
  }
  return Float64Array.from({ length: MINUTES_A_DAY }, (_, minute) => {
    const from = 60 * minute - start
    return Math.max(0, arrived(from + 60) - arrived(from)) / 60
  })
}

/** What the curve of a day, and the lengths of sessions, are made of: keys of what is remembered. */
type Day = [trough: number, peak: number, troughHour: number, peakHour: number]
type Stays = [length: number, spread: number, cap: number]

const dayOf = ({ dayTrough, dayPeak, troughHour, peakHour }: VoiceFleetParams): Day => [
  dayTrough,
  dayPeak,
  troughHour,
  peakHour,
]
const staysOf = ({ sessionLength, sessionSpread, sessionCap }: VoiceFleetParams): Stays => [
  sessionLength,
  sessionSpread,
  Math.ceil(sessionCap),
]

const shapeOf = ([trough, peak, troughHour, peakHour, ...stays]: readonly [...Day, ...Stays]) => ({
  weights: weightsOf(trough, peak, troughHour, peakHour),
  stays: survivalOf(...stays).shares,
})

/** Read-only: who asks again gets the same array. */
export const dayShape = (params: VoiceFleetParams): Float64Array => weightsOf(...dayOf(params))

/** 86,400 powers a curve, and every cluster of every replication asks for the same one three times. */
const weightsOf = remembered((trough: number, peak: number, troughHour: number, peakHour: number) =>
  dayWeights({ trough, peak, troughHour, peakHour }),
)

/** Everything that arrives at a cluster; where a region is to be survived, the worst neighbour's callers as well. */
export function routesOf(params: VoiceFleetParams, cluster: number): Route[] {
  const { clusters, spillShare, survive } = params
  const world = worldOf(clusters)
  if (survive !== 'region') return routesTo(cluster, spillShare, world.regions)
  const weights = dayShape(params)
  const scale = scaleOf(params, weights)
  const lost =
    scale === null
      ? (neighboursOf(clusters, spillShare, ...dayOf(params), ...staysOf(params))[cluster] ?? null)
      : worstNeighbour(world, cluster, spillShare, (routes) =>
          mostSessions(scaled(sumOfRoutes(1, weights, routes), scale), survival(params)),
        )
  return routesAfter(clusters, cluster, lost, spillShare)
}

/** Of each cluster. Who is worst depends on the shape of the day and how long sessions last, not on how many there are. */
const neighboursOf = remembered(
  (clusters: number, spillShare: number, ...shape: readonly [...Day, ...Stays]): (number | null)[] => {
    const { weights, stays } = shapeOf(shape)
    const world = worldOf(clusters)
    return world.clusters.map((_, cluster) =>
      worstNeighbour(world, cluster, spillShare, (routes) =>
        mostSessions(sumOfRoutes(1, weights, routes), stays),
      ),
    )
  },
)

/** Arrivals per second at one cluster, all its routes together, for every minute of a day in UTC. */
export function clusterRates(params: VoiceFleetParams, weights: Float64Array, cluster: number): Float64Array {
  const rates = sumOfRoutes(sessionsPerSecond(params), weights, routesOf(params, cluster))
  return scaled(rates, scaleOf(params, weights))
}

const scaled = (rates: Float64Array, scale: Float64Array | null): Float64Array =>
  scale === null ? rates : rates.map((rate, minute) => rate * scale[minute]!)

function sumOfRoutes(rate: number, weights: Float64Array, routes: readonly Route[]): Float64Array {
  const total = new Float64Array(weights.length)
  for (const { region, share } of routes) {
    const scale = rate * region.share * share
    for (let minute = 0; minute < total.length; minute++)
      total[minute]! += scale * weightAt(weights, minute, region.utcOffset)
  }
  return total
}

/** First second of a cluster's span, counted from Monday 00:00 UTC; may be negative near the week's start. */
export function spanStart(params: VoiceFleetParams, rates: Float64Array): number {
  if (params.span.at === 'start') return 0
  return busiestMinute(rates, survival(params)) * 60 - Math.floor(params.span.seconds / 2)
}

/** The lognormal of session lengths before the cap. */
export const lengthDistribution = ({ sessionLength, sessionSpread }: VoiceFleetParams): LognormalParameters =>
  lognormalOf(sessionLength, sessionSpread)

const lognormalOf = (mean: number, sigma: number): LognormalParameters =>
  lognormalFrom({ mean, median: mean / Math.exp((sigma * sigma) / 2) })

/** The 95th percentile of the first hop lies at three times its median. */
const RTT_SPREAD = 3

/** The lognormal of first-hop round trips to the nearest cluster. */
export const firstHop = ({ firstHopRtt }: VoiceFleetParams): LognormalParameters =>
  lognormalFrom({ median: firstHopRtt, p95: RTT_SPREAD * firstHopRtt })

/**
 * Share of sessions still going u seconds after they began, u = 0, 1, ... up to the cap: P(ceil(length) > u), for
 * the sim counts whole seconds. Read-only.
 */
export const survival = (params: VoiceFleetParams): Float64Array => survivalOf(...staysOf(params)).shares

/** Mean length of a session under the cap, s: what `survival` sums to. */
export const meanStay = (params: VoiceFleetParams): number => survivalOf(...staysOf(params)).mean

const survivalOf = remembered((length: number, spread: number, cap: number) => {
  const { mu, sigma } = lognormalOf(length, spread)
  const shares = Float64Array.from({ length: cap }, (_, u) =>
    u === 0 ? 1 : normalTail((Math.log(u) - mu) / sigma),
  )
  return { shares, mean: shares.reduce((sum, alive) => sum + alive, 0) }
})

/**
 * Most sessions at once in each cluster, on average: what a planner can forecast; they do not depend on the seed. Hosts carry
 * sessions, so a minute in which many begin and few are there is no peak.
 */
export function forecastPeaks(params: VoiceFleetParams): readonly number[] {
  const { clusters, spillShare, survive, load } = params
  if (load !== undefined) return peaksUnderLoad(params)
  const isRegion = survive === 'region' ? 1 : 0
  const shares = peaksOf(clusters, spillShare, isRegion, ...dayOf(params), ...staysOf(params))
  const rate = sessionsPerSecond(params)
  return shares.map((share) => rate * share)
}

const knownPeaks = new WeakMap<VoiceFleetParams, readonly number[]>()

/** Remembered, as every number of hosts that is judged asks for them. */
function peaksUnderLoad(params: VoiceFleetParams): readonly number[] {
  let peaks = knownPeaks.get(params)
  if (peaks === undefined) {
    const weights = dayShape(params)
    const stays = survival(params)
    peaks = worldOf(params.clusters).clusters.map((_, cluster) =>
      mostSessions(clusterRates(params, weights, cluster), stays),
    )
    knownPeaks.set(params, peaks)
  }
  return peaks
}

/** Of one arrival per second all over the world. */
const peaksOf = remembered(
  (clusters: number, spillShare: number, isRegion: number, ...shape: readonly [...Day, ...Stays]) => {
    const { weights, stays } = shapeOf(shape)
    return worldOf(clusters).clusters.map((_, cluster) => {
      const lost = isRegion === 1 ? (neighboursOf(clusters, spillShare, ...shape)[cluster] ?? null) : null
      return mostSessions(sumOfRoutes(1, weights, routesAfter(clusters, cluster, lost, spillShare)), stays)
    })
  },
)

function routesAfter(clusters: number, cluster: number, lost: number | null, spillShare: number): Route[] {
  const { regions } = worldOf(clusters)
  return lost === null
    ? routesTo(cluster, spillShare, regions)
    : routesWithout(cluster, lost, spillShare, regions)
}

/** Of so many relay hosts, those of each cluster that serve after the loss that is to be survived. */
export function servingHosts(params: VoiceFleetParams, relayHosts: number): number[] {
  const { survive, zones } = params
  const left = (hosts: number): number => serving(hosts, survive, zones)
  return apportion(forecastPeaks(params), relayHosts, left).map(left)
}
