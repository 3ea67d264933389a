/** From the worlds of all clusters to measures, for one number of relay hosts. */
import { distributionOf } from '../lab/analysis/distribution.ts'
import { LogHistogram } from '../lab/analysis/histogram.ts'
import { poissonAbove } from '../lab/analysis/poisson.ts'
import type { Distribution, InvariantSample, Measures, Series } from '../lab/contract/sim.ts'
import type { CellWorld } from './model.ts'
import { RelayDelay, type RelayModel } from './delay.ts'
import { costPerMonth, egressPerMonth } from './cost.ts'
import { servingHosts } from './demand.ts'
import { stormOf } from './storm.ts'
import { bytesOnWire } from './wire.ts'
import { CLUSTERS, worldOf } from '../lab/world/geography.ts'
import type { FleetWorld } from './hosts.ts'
import { loadIn, utilisationIn, type MetricName } from './metrics.ts'
import type { VoiceFleetParams } from './params.ts'
import { fillsFrom, lossShare, waitTail } from './queueing.ts'

/** Round trips before a caller hears anything: signalling 3, ICE 1, DTLS 1.2 2. */
const SETUP_ROUND_TRIPS = 6

export function judge(params: VoiceFleetParams, cells: readonly CellWorld[]): Measures {
  const hosts = servingHosts(params, params.relayHosts)
  const fleets = cells.map((cell, cluster) => fleetOf(cell, hosts[cluster]!))
  const delay = new RelayDelay(fleets, params)
  const total = (pick: (cell: CellWorld) => number): number =>
    cells.reduce((sum, cell) => sum + pick(cell), 0)
  const loads = clusterLoads(params, cells)
  const shares = loads.map((one, i) => one / hosts[i]!)
  const load = Math.max(...shares)
  const storm = params.survive === 'region' ? stormOf(params) : null
  const packetsPerSession = params.packetsPerSession * params.loadMultiple
  const concurrent = sumByMinute(cells)
  const peakConcurrent = Math.max(...concurrent)
  const wire = packetsPerSession * bytesOnWire(params.packetSize, 0)
  // More of them go on to pods, with the relay's header, than come from there.
  const toPods = (packetsPerSession - params.packetsToCaller * params.loadMultiple) * headerOnWire(params)
  const bitsPerSession = 8 * (wire + Math.max(0, toPods))
  const peakHostSessions = Math.max(...fleets.map((fleet) => fleet.peakSessions))
  const metrics: Record<MetricName, number | null> = {
    lost: delay.offered === 0 ? null : delay.lost / delay.offered,
    peakUtilisation: params.loadMultiple * Math.max(...fleets.map((fleet) => fleet.peakUtilisation)),
    peakLoad: load,
    peakConcurrent,
    meanConcurrent: total((cell) => cell.presence) / params.span.seconds,
    peakPackets: peakConcurrent * packetsPerSession,
    peakBandwidth: peakConcurrent * bitsPerSession,
    peakHostBandwidth: peakHostSessions * bitsPerSession,
    peakHostFlows: Math.max(...fleets.map((fleet, cluster) => flowsOfFullestHost(fleet, cells[cluster]!))),
    imbalance: imbalanceOf(params, fleets, loads, hosts),
    leastHosts: loads.reduce((sum, one) => sum + Math.floor(one) + 1, 0),
    egress: egressPerMonth(params),
    cost: costPerMonth(params),
    stormHandshakes: storm?.handshakes ?? null,
    stormChecks: storm?.checks ?? null,
    relayCores: params.relayHosts * params.coresPerHost,
    sessions: total((cell) => cell.injected),
    misrouted: total((cell) => cell.misrouted),
  }
  const { clusters, sites } = worldOf(params.clusters)
  const bySite = CLUSTERS.flatMap((name, site) => {
    const worst = (values: readonly number[]): number | null => {
      const here = values.filter((_, cluster) => sites[cluster] === site)
      return here.length === 0 ? null : Math.max(...here)
    }
    return [
      [
        utilisationIn(name),
        worst(fleets.map((fleet) => params.loadMultiple * fleet.peakUtilisation)),
      ] as const,
      [loadIn(name), worst(shares)] as const,
    ]
  })
  return {
    metrics: { ...metrics, ...Object.fromEntries(bySite) },
    observations: {
      relayDelay: delay,
      worstRelayDelay: ofWeightOne(worstOf(fleets, params)),
      setupTime: stretched(roundTripsOf(cells), SETUP_ROUND_TRIPS),
    },
    unseen: { lost: Math.max(...cells.map((cell, i) => crowding(cell, hosts[i]!, params))) },
    state:
      load >= 1 ? 'overloaded' : fleets.some((fleet) => hasQueued(fleet, params)) ? 'backlogged' : 'stable',
    flow: {
      injected: total((cell) => cell.injected),
      completed: total((cell) => cell.completed),
      queued: 0,
      running: total((cell) => cell.running),
      dropped: total((cell) => cell.refused),
      expired: 0,
    },
    little: cells.map((cell, cluster) => ({
      queue: `sessions in ${clusters[cluster]!}`,
      arrivalRate: cell.injected / params.span.seconds,
      meanTime: cell.injected === 0 ? 0 : cell.presence / cell.injected,
      meanNumber: cell.occupancy / params.span.seconds,
    })),
    invariants: invariants(cells),
    series: series(params, cells, concurrent),
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

/** Whether some core had more in a second than it forwards: as it was, or as it would be under a multiple of the load. */
const hasQueued = (fleet: FleetWorld, { loadMultiple }: VoiceFleetParams): boolean =>
  loadMultiple === 1 ? fleet.longestBacklog > 0 : loadMultiple * fleet.peakUtilisation > 1

/** The cluster's fullest moment, as much of it as the busiest host's share of sessions. */
function flowsOfFullestHost(fleet: FleetWorld, cell: CellWorld): number {
  return cell.peakConcurrent === 0 ? 0 : (cell.peakFlows * fleet.peakSessions) / cell.peakConcurrent
}

/**
 * The delays of the cluster whose p99 is the longest: a pool of all would hide it. Most likely it is the fullest; another
 * is asked for its own p99 only when more than a hundredth of its packets take longer than that.
 */
function worstOf(fleets: readonly FleetWorld[], model: RelayModel): RelayDelay {
  const fullestFirst = fleets.toSorted((a, b) => b.peakUtilisation - a.peakUtilisation)
  let worst = new RelayDelay(fullestFirst.slice(0, 1), model)
  let p99 = worst.quantile(0.99) ?? 0
  for (const fleet of fullestFirst.slice(1)) {
    const delay = new RelayDelay([fleet], model)
    if (delay.exceeding(p99) <= 0.01 * delay.count) continue
    worst = delay
    p99 = delay.quantile(0.99) ?? 0
  }
  return worst
}

const roundTrips = new WeakMap<readonly CellWorld[], Distribution>()

/** Of all sessions; the same for every number of hosts that these worlds are judged for. */
function roundTripsOf(cells: readonly CellWorld[]): Distribution {
  let known = roundTrips.get(cells)
  if (known === undefined) {
    const rtt = new LogHistogram()
    for (const cell of cells) rtt.merge(LogHistogram.fromData(cell.rtt))
    known = distributionOf(rtt.toData())
    roundTrips.set(cells, known)
  }
  return known
}

/** Bytes that the relay's header adds to a packet on the wire. */
const headerOnWire = ({ packetSize, relayHeader }: VoiceFleetParams): number =>
  bytesOnWire(packetSize, relayHeader) - bytesOnWire(packetSize, 0)

/**
 * Load of each cluster in hosts' worth, over a stretch as long as a session lasts: sessions come and go that fast, so a
 * cluster that is offered more than it forwards for so long is overloaded, and one that a few seconds of luck fill is not.
 * It needs no backlog to have built up, so a span of minutes shows it as well as a week.
 */
function clusterLoads(params: VoiceFleetParams, cells: readonly CellWorld[]): number[] {
  const perSession =
    (params.packetsPerSession * params.loadMultiple) / (params.coresPerHost * params.packetsPerCoreSecond)
  return cells.map(({ concurrentByMinute: minutes }) => {
    const stretch = Math.min(minutes.length, Math.max(1, Math.round(params.sessionLength / 60)))
    let sum = 0
    let most = 0
    for (let i = 0; i < minutes.length; i++) {
      sum += minutes[i]! - (i >= stretch ? minutes[i - stretch]! : 0)
      if (i >= stretch - 1 && sum > most) most = sum
    }
    return (most / stretch) * perSession
  })
}

/** How much more the busiest core of a cluster gets than the mean of its cores; the worst cluster's. */
function imbalanceOf(
  params: VoiceFleetParams,
  fleets: readonly FleetWorld[],
  loads: readonly number[],
  hosts: readonly number[],
): number | null {
  const ratios = fleets.flatMap(({ peakUtilisation }, i) =>
    loads[i]! > 0 ? [(params.loadMultiple * peakUtilisation * hosts[i]!) / loads[i]! - 1] : [],
  )
  return ratios.length === 0 ? null : Math.max(0, ...ratios)
}

/**
 * A bound on the share of packets that a cluster loses, given how many sessions it had at its fullest: a core has a binomial
 * share of them, no further spread than a Poisson number, and only when that share is nearly what it forwards, or more, can a
 * large buffer overflow. That chance, times the excess of one who is beyond it; and what a small one loses below.
 */
function crowding(cell: CellWorld, hosts: number, params: VoiceFleetParams): number {
  const mean = cell.peakConcurrent / (hosts * params.coresPerHost)
  const { packetsPerCoreSecond, queueLimit, packetsPerSession, loadMultiple } = params
  const fills = fillsFrom(packetsPerCoreSecond, queueLimit)
  const most = (fills * packetsPerCoreSecond) / (packetsPerSession * loadMultiple)
  if (mean >= most) return 1
  const below = lossShare(fills, queueLimit, waitTail(fills))
  return Math.min(1, below + poissonAbove(mean, most) * (most / (most - mean)))
}

/** The same distribution with a weight of one: the worst cluster is a large one here and a small one there. */
function ofWeightOne(one: Distribution): Distribution {
  if (one.count === 0) return one
  return {
    count: 1,
    sum: one.sum / one.count,
    smallest: one.smallest,
    exceeding: (x, orEqual) => one.exceeding(x, orEqual) / one.count,
  }
}

/** The distribution of `factor` times the value. */
function stretched(one: Distribution, factor: number): Distribution {
  return {
    count: one.count,
    sum: factor * one.sum,
    smallest: factor * one.smallest,
    exceeding: (x, orEqual) => one.exceeding(x / factor, orEqual),
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

function series(
  { survive, clusters }: VoiceFleetParams,
  cells: readonly CellWorld[],
  concurrent: readonly number[],
): Record<string, Series> {
  const t = concurrent.map((_, minute) => 60 * (minute + 1))
  const one = (label: string, values: readonly number[]): Series => ({ unit: 'count', label, t, values })
  return {
    concurrent: one(
      survive === 'region'
        ? 'Sessions at once, the sum of each cluster’s own worst case'
        : 'Sessions at once, all clusters together',
      concurrent,
    ),
    ...Object.fromEntries(
      worldOf(clusters).clusters.map((cluster, i) => [
        `concurrent/${cluster}`,
        one(`Sessions at once, ${cluster}`, [...cells[i]!.concurrentByMinute]),
      ]),
    ),
  }
}
