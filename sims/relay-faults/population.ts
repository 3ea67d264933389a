/** Who calls where at the evening peak of a cluster: rates, hosts, and which clusters take over. */
import { dayWeights, weightAt } from '../lab/world/diurnal.ts'
import { ratesOf, type ArrivalLoad } from '../lab/contract/arrival-load.ts'
import { apportion } from '../lab/world/apportion.ts'
import { CLUSTERS, routesTo } from '../lab/world/geography.ts'

const WEEK = 7 * 86_400
/** Local hours of the day's trough and peak: those of `voice-fleet`. */
const TROUGH_HOUR = 5
const PEAK_HOUR = 19

/** The parameters that it follows from. */
interface World {
  readonly cluster: (typeof CLUSTERS)[number]
  readonly load?: ArrivalLoad | undefined
  readonly weeklyActiveUsers: number
  readonly voiceShare: number
  readonly sessionsPerUser: number
  readonly sessionLength: number
  readonly spillShare: number
  readonly dayTrough: number
  readonly dayPeak: number
  readonly relayHosts: number
}

/** One stream of callers of the cluster. */
export interface CallersOf {
  /** Calls that begin in a second when the fault strikes. */
  readonly rate: number
  /** Round trip added because the cluster is not their nearest. */
  readonly isFar: boolean
  /** Where they go when it is gone: index into CLUSTERS. */
  readonly elsewhere: number
}

export interface Population {
  readonly cluster: number
  readonly callers: readonly CallersOf[]
  /** By cluster, at that moment: calls at once, relay hosts. */
  readonly concurrent: readonly number[]
  readonly hosts: readonly number[]
}

export function populationOf(params: World): Population {
  const { weeklyActiveUsers, voiceShare, sessionsPerUser, sessionLength, spillShare } = params
  const total = (weeklyActiveUsers * voiceShare * sessionsPerUser) / WEEK
  const weights = dayWeights({
    trough: params.dayTrough,
    peak: params.dayPeak,
    troughHour: TROUGH_HOUR,
    peakHour: PEAK_HOUR,
  })
  const rateOf = (cluster: number, minute: number): number =>
    routesTo(cluster, spillShare).reduce(
      (sum, { region, share }) =>
        sum + total * region.share * share * weightAt(weights, minute, region.utcOffset),
      0,
    )
  const peaks = CLUSTERS.map((_, cluster) =>
    Array.from(weights, (_, minute) => rateOf(cluster, minute)).reduce(
      (best, rate, minute) => (rate > best.rate ? { rate, minute } : best),
      { rate: 0, minute: 0 },
    ),
  )
  const cluster = CLUSTERS.indexOf(params.cluster)
  const { minute } = peaks[cluster]!
  const here = rateOf(cluster, minute)
  const scale = params.load === undefined ? 1 : ratesOf(params.load)[0]! / here
  return {
    cluster,
    callers: routesTo(cluster, spillShare).map(({ region, share, isFar }) => ({
      rate: scale * total * region.share * share * weightAt(weights, minute, region.utcOffset),
      isFar,
      elsewhere: isFar ? region.home : region.spill,
    })),
    concurrent: CLUSTERS.map((_, one) => (one === cluster ? scale : 1) * rateOf(one, minute) * sessionLength),
    hosts: apportion(
      peaks.map(({ rate }) => rate),
      params.relayHosts,
    ),
  }
}
