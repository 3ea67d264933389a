/**
 * One cluster, second by second: the loop in which every session of a week begins and ends.
 *
 * Arrivals are Poisson with a rate that changes by the minute; lengths are lognormal. Time before the
 * span is run in over the longest possible session, so that the span begins with the sessions that would be there;
 * those that end before it never reach the relay.
 */
import type { LogHistogramData } from '../lab/analysis/histogram.ts'
import { lognormal } from '../lab/kernel/random/lognormal.ts'
import { poisson } from '../lab/kernel/random/poisson.ts'
import type { Stream } from '../lab/kernel/random/stream.ts'
import type { ReplicationContext } from '../lab/contract/sim.ts'
import {
  clusterRates,
  dayShape,
  lengthDistribution,
  routeRates,
  routesOf,
  servingHosts,
  spanStart,
} from './demand.ts'
import { Departures } from './departures.ts'
import { MINUTES_A_DAY } from '../lab/world/diurnal.ts'
import { FirstPackets } from './first-packets.ts'
import { worldOf } from '../lab/world/geography.ts'
import { Hosts, type FleetWorld } from './hosts.ts'
import type { VoiceFleetParams } from './params.ts'
import { roundTrips, type RouteSessions } from './round-trips.ts'
import { Words } from './words.ts'

/** What happened in one cluster; plain data. */
export interface CellWorld {
  /** One for every number of hosts that the cluster may be given. */
  readonly fleets: readonly FleetWorld[]
  /** First-hop round trips of all sessions, seconds. */
  readonly rtt: LogHistogramData
  /** Sessions that were there in some second of the span. */
  readonly injected: number
  readonly completed: number
  readonly running: number
  /** Session-seconds in the span, summed session by session and second by second. */
  readonly presence: number
  readonly occupancy: number
  readonly concurrentByMinute: Int32Array
  readonly peakConcurrent: number
  readonly peakFlows: number
  readonly flowsLeft: number
  readonly misrouted: number
  readonly refused: number
  readonly integrityFailures: number
  readonly counters: Readonly<Record<string, number>>
}

interface Source extends RouteSessions {
  readonly rates: Float64Array
  sessions: number
  readonly arrivals: Stream
  readonly lengths: Stream
  readonly clients: Stream
}

export function simulateCell(params: VoiceFleetParams, ctx: ReplicationContext): CellWorld {
  const cluster = ctx.part
  const cap = Math.ceil(params.sessionCap)
  const { seconds } = params.span
  const length = lengthDistribution(params)
  const sources = openSources(params, ctx)
  const hosts = hostsOf(params, ctx)
  // Virtual second 0 is the start of the run-in, `cap` the start of the span.
  const end = cap + seconds
  const first = new FirstPackets({
    cluster,
    pods: params.podsPerCluster,
    flows: flowsWanted(params, sources),
    idleTimeout: params.flowIdleTimeout,
    verifyOneIn: params.verifyOneIn,
    packetsPerSession: params.packetsPerSession,
    packetSize: params.packetSize,
    end: end + cap + Math.ceil(params.flowIdleTimeout) + 2,
    stream: ctx.stream(`checks/${nameOf(params, cluster)}`),
  })
  const departures = new Departures(cap + 1)
  const gone = new Words()
  const come = new Words()
  const concurrentByMinute = new Int32Array(Math.floor(seconds / 60))
  let injected = 0
  let completed = 0
  let presence = 0
  let occupancy = 0
  let concurrent = 0
  let peakConcurrent = 0

  const clock = spanStart(params, clusterRates(params, dayShape(params), cluster)) - cap
  for (let now = 0; now < end; now++) {
    gone.clear()
    departures.take(now, gone)
    hosts.change(gone, -1)
    concurrent -= gone.count
    if (now >= cap) completed += gone.count
    come.clear()
    const minute = Math.floor((clock + now) / 60)
    const minuteOfDay = ((minute % MINUTES_A_DAY) + MINUTES_A_DAY) % MINUTES_A_DAY
    for (const source of sources) {
      for (let left = poisson(source.arrivals, source.rates[minuteOfDay]!); left > 0; left--) {
        const stays = Math.min(cap, Math.ceil(lognormal(source.lengths, length.mu, length.sigma)))
        const until = now + Math.max(1, stays)
        if (until <= cap) continue
        const address = source.clients.uint32()
        first.add(address, now, until)
        come.add(address)
        departures.add(until, address)
        presence += Math.min(until, end) - Math.max(now, cap)
        source.sessions++
      }
    }
    hosts.change(come, 1)
    concurrent += come.count
    injected += come.count
    if (now < cap) continue
    hosts.second()
    occupancy += concurrent
    if (concurrent > peakConcurrent) peakConcurrent = concurrent
    const second = now - cap + 1
    if (second % 60 === 0) {
      concurrentByMinute[second / 60 - 1] = concurrent
      if (second % 600 === 0) ctx.progress(second / seconds, injected)
    }
  }
  first.finish()
  ctx.progress(1, injected)

  return {
    fleets: hosts.world(),
    rtt: roundTrips(params, sources),
    injected,
    completed,
    running: concurrent - first.refused,
    presence,
    occupancy,
    concurrentByMinute,
    peakConcurrent,
    peakFlows: first.peakFlows,
    flowsLeft: first.flows,
    misrouted: first.misrouted,
    refused: first.refused,
    integrityFailures: first.integrityFailures,
    counters: { sessions: injected, ...first.counters() },
  }
}

/** What the streams of a cluster are named by. */
export const nameOf = ({ clusters }: VoiceFleetParams, cluster: number): string =>
  worldOf(clusters).clusters[cluster]!

/** The hosts of this cluster, for every number of them that may be asked for. */
export function hostsOf(params: VoiceFleetParams, ctx: ReplicationContext): Hosts {
  const asked = ctx.judged('relayHosts').map((hosts) => servingHosts(params, hosts)[ctx.part]!)
  return new Hosts([...new Set(asked)], {
    packetsPerSession: params.packetsPerSession,
    coresPerHost: params.coresPerHost,
    capacity: params.packetsPerCoreSecond,
    queueLimit: params.queueLimit,
    luck: (hosts) => ctx.stream(`queues/${nameOf(params, ctx.part)}/${hosts}`),
  })
}

function openSources(params: VoiceFleetParams, ctx: ReplicationContext): Source[] {
  const weights = dayShape(params)
  const cluster = nameOf(params, ctx.part)
  return routesOf(params, ctx.part).map((route) => {
    const name = `${route.region.name}/${cluster}`
    return {
      rates: routeRates(params, weights, route),
      isFar: route.isFar,
      sessions: 0,
      arrivals: ctx.stream(`arrivals/${name}`),
      lengths: ctx.stream(`lengths/${name}`),
      stream: ctx.stream(`rtts/${name}`),
      clients: ctx.stream(`clients/${name}`),
    }
  })
}

/** Room for half as many flows again as the busiest minute is expected to hold, idle ones included. */
function flowsWanted(params: VoiceFleetParams, sources: readonly Source[]): number {
  const peakRate = sources.reduce((sum, { rates }) => sum + Math.max(...rates), 0)
  const expected = peakRate * (params.sessionLength + params.flowIdleTimeout)
  return Math.min(1 << 22, Math.ceil(1.5 * expected) + 4096)
}
