/** From the worlds of all clusters to measures, for one number of relay hosts. */
import { distributionOf } from '../lab/analysis/distribution.ts'
import { LogHistogram } from '../lab/analysis/histogram.ts'
import type { Distribution, InvariantSample, Measures, Series } from '../lab/contract/sim.ts'
import type { CellWorld } from './model.ts'
import { RelayDelay, type RelayModel } from './delay.ts'
import { apportion } from '../lab/world/apportion.ts'
import { forecastPeaks } from './demand.ts'
import { CLUSTERS } from '../lab/world/geography.ts'
import type { FleetWorld } from './hosts.ts'
import { utilisationIn, type MetricName } from './metrics.ts'
import type { VoiceFleetParams } from './params.ts'

/** Round trips before a caller hears anything: signalling 3, ICE 1, DTLS 1.2 2. */
const SETUP_ROUND_TRIPS = 6

export function judge(params: VoiceFleetParams, cells: readonly CellWorld[]): Measures {
  const hosts = apportion(forecastPeaks(params), params.relayHosts)
  const fleets = cells.map((cell, cluster) => fleetOf(cell, hosts[cluster]!))
  const delay = new RelayDelay(fleets, params)
  const rtt = new LogHistogram()
  for (const cell of cells) rtt.merge(LogHistogram.fromData(cell.rtt))
  const total = (pick: (cell: CellWorld) => number): number =>
    cells.reduce((sum, cell) => sum + pick(cell), 0)
  const load = peakLoad(params, cells, hosts)
  const packetsPerSession = params.packetsPerSession * params.loadMultiple
  const concurrent = sumByMinute(cells)
  const peakConcurrent = Math.max(...concurrent)
  const bitsPerPacket = 8 * params.packetSize
  const peakHostSessions = Math.max(...fleets.map((fleet) => fleet.peakSessions))
  const metrics: Record<MetricName, number | null> = {
    lost: delay.offered === 0 ? null : delay.lost / delay.offered,
    peakUtilisation: params.loadMultiple * Math.max(...fleets.map((fleet) => fleet.peakUtilisation)),
    peakLoad: load,
    peakConcurrent,
    meanConcurrent: total((cell) => cell.presence) / params.span.seconds,
    peakPackets: peakConcurrent * packetsPerSession,
    peakBandwidth: peakConcurrent * packetsPerSession * bitsPerPacket,
    peakHostBandwidth: peakHostSessions * packetsPerSession * bitsPerPacket,
    peakHostFlows: Math.max(...fleets.map((fleet, cluster) => flowsOfFullestHost(fleet, cells[cluster]!))),
    relayCores: params.relayHosts * params.coresPerHost,
    sessions: total((cell) => cell.injected),
    misrouted: total((cell) => cell.misrouted),
  }
  const utilisations = CLUSTERS.map(
    (cluster, i) => [utilisationIn(cluster), params.loadMultiple * fleets[i]!.peakUtilisation] as const,
  )
  return {
    metrics: { ...metrics, ...Object.fromEntries(utilisations) },
    observations: {
      relayDelay: delay,
      worstRelayDelay: ofWeightOne(worstOf(fleets, params)),
      setupTime: stretched(distributionOf(rtt.toData()), SETUP_ROUND_TRIPS),
    },
    unseen: { lost: Math.max(...cells.map((cell, i) => crowding(cell, hosts[i]!, params))) },
    state:
      load >= 1 ? 'overloaded' : fleets.some((fleet) => fleet.longestBacklog > 0) ? 'backlogged' : 'stable',
    flow: {
      injected: total((cell) => cell.injected),
      completed: total((cell) => cell.completed),
      queued: 0,
      running: total((cell) => cell.running),
      dropped: total((cell) => cell.refused),
      expired: 0,
    },
    little: cells.map((cell, cluster) => ({
      queue: `sessions in ${CLUSTERS[cluster]}`,
      arrivalRate: cell.injected / params.span.seconds,
      meanTime: cell.injected === 0 ? 0 : cell.presence / cell.injected,
      meanNumber: cell.occupancy / params.span.seconds,
    })),
    invariants: invariants(cells),
    series: series(cells, concurrent),
    counters: Object.fromEntries(
      Object.keys(cells[0]!.counters).map((name) => [name, total((cell) => cell.counters[name]!)]),
    ),
  }
}

function fleetOf({ fleets }: CellWorld, hosts: number): FleetWorld {
  const fleet = fleets.find((one) => one.hosts === hosts)
  if (!fleet) throw new Error(`this world was not simulated for ${hosts} hosts in a cluster`)
  return fleet
}

/** The cluster's fullest moment, as much of it as the busiest host's share of sessions. */
function flowsOfFullestHost(fleet: FleetWorld, cell: CellWorld): number {
  return cell.peakConcurrent === 0 ? 0 : (cell.peakFlows * fleet.peakSessions) / cell.peakConcurrent
}

/** The delays of the cluster whose p99 is the longest: a pool of all would hide it. */
function worstOf(fleets: readonly FleetWorld[], model: RelayModel): RelayDelay {
  const delays = fleets.map((fleet) => new RelayDelay([fleet], model))
  const p99 = delays.map((delay) => delay.quantile(0.99) ?? 0)
  return delays[p99.indexOf(Math.max(...p99))]!
}

/**
 * Load against capacity of the fullest cluster, over a stretch as long as a session lasts: sessions come and go that fast,
 * so a cluster that is offered more than it forwards for so long is overloaded, and one that a few seconds of luck fill is
 * not. It needs no backlog to have built up, so a span of minutes shows it as well as a week.
 */
function peakLoad(params: VoiceFleetParams, cells: readonly CellWorld[], hosts: readonly number[]): number {
  const perSession =
    (params.packetsPerSession * params.loadMultiple) / (params.coresPerHost * params.packetsPerCoreSecond)
  return Math.max(
    ...cells.map(({ concurrentByMinute: minutes }, cluster) => {
      const stretch = Math.min(minutes.length, Math.max(1, Math.round(params.sessionLength / 60)))
      let sum = 0
      let most = 0
      for (let i = 0; i < minutes.length; i++) {
        sum += minutes[i]! - (i >= stretch ? minutes[i - stretch]! : 0)
        if (i >= stretch - 1 && sum > most) most = sum
      }
      return (most / stretch) * (perSession / hosts[cluster]!)
    }),
  )
}

/**
 * A bound on the share of packets that a cluster loses, given how many sessions it had at its fullest: a host has a binomial
 * share of them, and only when that share is more than it forwards can its buffer overflow. Chernoff's bound on the tail,
 * exp(-(c ln(c/m) - c + m)) for a mean of m and a capacity of c sessions, times the excess of one who is beyond it.
 */
function crowding(cell: CellWorld, hosts: number, params: VoiceFleetParams): number {
  const mean = cell.peakConcurrent / hosts
  const most =
    (params.coresPerHost * params.packetsPerCoreSecond) / (params.packetsPerSession * params.loadMultiple)
  if (mean === 0) return 0
  if (mean >= most) return 1
  const tail = Math.exp(-(most * Math.log(most / mean) - most + mean))
  return Math.min(1, tail * (most / (most - mean)))
}

/** The same distribution with a weight of one: the worst cluster is a large one here and a small one there. */
function ofWeightOne(one: Distribution): Distribution {
  if (one.count === 0) return one
  return {
    count: 1,
    sum: one.sum / one.count,
    smallest: one.smallest,
    exceeding: (x) => one.exceeding(x) / one.count,
  }
}

/** The distribution of `factor` times the value. */
function stretched(one: Distribution, factor: number): Distribution {
  return {
    count: one.count,
    sum: factor * one.sum,
    smallest: factor * one.smallest,
    exceeding: (x) => one.exceeding(x / factor),
  }
}

function sumByMinute(cells: readonly CellWorld[]): number[] {
  return Array.from(cells[0]!.concurrentByMinute, (_, minute) =>
    cells.reduce((sum, cell) => sum + cell.concurrentByMinute[minute]!, 0),
  )
}

function invariants(cells: readonly CellWorld[]): InvariantSample[] {
  const misrouted = cells.reduce((sum, cell) => sum + cell.misrouted, 0)
  const leftOver = cells.reduce((sum, cell) => sum + cell.flowsLeft, 0)
  const unverified = cells.reduce((sum, cell) => sum + cell.integrityFailures, 0)
  return [
    { name: 'every first packet reaches its pod', ok: misrouted === 0, detail: `${misrouted} did not` },
    { name: 'every flow expires', ok: leftOver === 0, detail: `${leftOver} flows outlived their session` },
    {
      name: 'MESSAGE-INTEGRITY and FINGERPRINT verify',
      ok: unverified === 0,
      detail: `${unverified} did not`,
    },
  ]
}

function series(cells: readonly CellWorld[], concurrent: readonly number[]): Record<string, Series> {
  const t = concurrent.map((_, minute) => 60 * (minute + 1))
  const one = (label: string, values: readonly number[]): Series => ({ unit: 'count', label, t, values })
  return {
    concurrent: one('Sessions at once, all clusters together', concurrent),
    ...Object.fromEntries(
      cells.map((cell, cluster) => [
        `concurrent/${CLUSTERS[cluster]}`,
        one(`Sessions at once, ${CLUSTERS[cluster]}`, [...cell.concurrentByMinute]),
      ]),
    ),
  }
}
