/**
 * The first-hop round trips of a cluster's sessions, all of them, in one draw a bucket of the histogram.
 *
 * Nothing else depends on a session's round trip, and sessions arrive by a Poisson process: those whose round trip falls
 * into one bucket are a Poisson process of their own, independent of all others' (thinning). So the count of each bucket
 * is a Poisson number around sessions x P(bucket); scaled to the sessions that a route had, these are what as many round
 * trips drawn one by one would come to. (Means are of the buckets' middles, which is nothing to 2^-7 of a power of two.)
 * One draw a session took a twentieth of the time of a whole pass.
 */
import { LogHistogram, type LogHistogramData } from '../lab/analysis/histogram.ts'
import { normalCdf } from '../lab/analysis/normal.ts'
import { poisson } from '../lab/kernel/random/poisson.ts'
import type { Stream } from '../lab/kernel/random/stream.ts'
import { firstHop } from './demand.ts'
import type { VoiceFleetParams } from './params.ts'
import { remembered } from './remembered.ts'

export interface RouteSessions {
  readonly sessions: number
  readonly isFar: boolean
  readonly stream: Stream
}

/** A bucket that a round trip falls into once in 2^60 is as good as none. */
const NEGLIGIBLE = 2 ** -60

/** Seconds. */
export function roundTrips(params: VoiceFleetParams, routes: readonly RouteSessions[]): LogHistogramData {
  const { mu, sigma } = firstHop(params)
  const rtt = new LogHistogram()
  for (const { sessions, isFar, stream } of routes) {
    const { middles, shares } = bucketsOf(mu, sigma, isFar ? params.farRtt : 0)
    if (sessions === 0) continue
    let counts: number[] = []
    let total = 0
    while (total === 0) {
      counts = shares.map((share) => poisson(stream, sessions * share))
      total = counts.reduce((sum, count) => sum + count, 0)
    }
    for (const [i, count] of counts.entries()) rtt.add(middles[i]!, (count * sessions) / total)
  }
  return rtt.toData()
}

/** The buckets that a lognormal, `shift` later, falls into: their middles, and how likely each is. */
const bucketsOf = remembered((mu: number, sigma: number, shift: number) => {
  const rtt = new LogHistogram()
  const below = (value: number): number =>
    value <= shift ? 0 : normalCdf((Math.log(value - shift) - mu) / sigma)
  const first = rtt.bucketOf(shift + Math.exp(mu - 9 * sigma))
  const last = rtt.bucketOf(shift + Math.exp(mu + 9 * sigma))
  const middles: number[] = []
  const shares: number[] = []
  let before = 0
  for (let bucket = first; bucket <= last; bucket++) {
    const [low, high] = rtt.edgesOf(bucket)
    const until = below(high)
    if (until - before > NEGLIGIBLE) {
      middles.push((low + high) / 2)
      shares.push(until - before)
    }
    before = until
  }
  return { middles, shares }
})
