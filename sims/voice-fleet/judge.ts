/** From the worlds of all clusters to measures, for one number of relay hosts. */
import { LogHistogram } from '../lab/analysis/histogram.ts'
import type { InvariantSample, Measures, PointState, Series } from '../lab/contract/sim.ts'
import type { CellWorld } from './model.ts'
import { RelayDelay } from './delay.ts'
import { apportion, forecastPeaks } from './demand.ts'
import { CLUSTERS } from './geography.ts'
import type { FleetWorld } from './hosts.ts'
import { utilisationIn, type MetricName } from './metrics.ts'
import type { VoiceFleetParams } from './params.ts'

/** Round trips before a caller hears anything: signalling 3, ICE 1, DTLS 1.2 2. */
const SETUP_ROUND_TRIPS = 6

/** A host whose queue does not empty for so long has no steady state. */
const OVERLOAD_SECONDS = 600

export function judge(params: VoiceFleetParams, cells: readonly CellWorld[]): Measures {
  const hosts = apportion(forecastPeaks(params), params.relayHosts)
  const fleets = cells.map((cell, cluster) => fleetOf(cell, hosts[cluster]!))
  const delay = new RelayDelay(fleets, params.packetsPerCoreSecond)
  const rtt = new LogHistogram()
  for (const cell of cells) rtt.merge(LogHistogram.fromData(cell.rtt))
  const total = (pick: (cell: CellWorld) => number): number =>
    cells.reduce((sum, cell) => sum + pick(cell), 0)
  const packets = fleets.reduce((sum, fleet) => sum + fleet.packets, 0)
  const dropped = fleets.reduce((sum, fleet) => sum + fleet.dropped, 0)
  const concurrent = sumByMinute(cells)
  const peakConcurrent = Math.max(...concurrent)
  const bitsPerPacket = 8 * params.packetSize
  const peakHostSessions = Math.max(...fleets.map((fleet) => fleet.peakSessions))
  const setup = rtt.quantile(0.95)
  const metrics: Record<MetricName, number | null> = {
    'p99(relayDelay)': delay.quantile(0.99),
    'p50(relayDelay)': delay.quantile(0.5),
    lost: packets === 0 ? null : dropped / packets,
    'p95(setupTime)': setup === null ? null : SETUP_ROUND_TRIPS * setup,
    peakUtilisation: Math.max(...fleets.map((fleet) => fleet.peakUtilisation)),
    peakConcurrent,
    meanConcurrent: total((cell) => cell.presence) / params.span.seconds,
    peakPackets: peakConcurrent * params.packetsPerSession,
    peakBandwidth: peakConcurrent * params.packetsPerSession * bitsPerPacket,
    peakHostBandwidth: peakHostSessions * params.packetsPerSession * bitsPerPacket,
    peakHostFlows: Math.max(...fleets.map((fleet, cluster) => flowsOfFullestHost(fleet, cells[cluster]!))),
    relayCores: params.relayHosts * params.coresPerHost,
    sessions: total((cell) => cell.injected),
    misrouted: total((cell) => cell.misrouted),
  }
  const utilisations = CLUSTERS.map(
    (cluster, i) => [utilisationIn(cluster), fleets[i]!.peakUtilisation] as const,
  )
  return {
    metrics: { ...metrics, ...Object.fromEntries(utilisations) },
    state: stateOf(fleets),
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

function stateOf(fleets: readonly FleetWorld[]): PointState {
  const longest = Math.max(...fleets.map((fleet) => fleet.longestBacklog))
  if (longest >= OVERLOAD_SECONDS) return 'overloaded'
  return longest > 0 ? 'backlogged' : 'stable'
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
