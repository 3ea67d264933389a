/** The answer in one sentence, and what is used up first as voice grows. */
import { formatQuantity } from '../lab/contract/quantity.ts'
import type { Headline, Headroom, PointResult, Results } from '../lab/contract/sim.ts'
import { CLUSTERS } from '../lab/world/geography.ts'
import { utilisationIn, type MetricName } from './metrics.ts'
import type { VoiceFleetParams } from './params.ts'
import { WEEK } from './span.ts'

type Point = PointResult<VoiceFleetParams>

const valueOf = (point: Point, metric: MetricName): number | null => point.metrics[metric]?.value ?? null

/** Load multiples at which each resource of the busiest host is used up; the smallest is what breaks first. */
export function resources(point: Point): Headroom[] {
  const { params } = point
  const limits: [string, number | null, number][] = [
    ['relay CPU', valueOf(point, 'peakUtilisation'), 1],
    ['network card', valueOf(point, 'peakHostBandwidth'), params.hostBandwidth],
    ['flow table', valueOf(point, 'peakHostFlows'), params.flowTableSize],
  ]
  return limits
    .flatMap(([name, used, limit]) => (used !== null && used > 0 ? [{ name, multiple: limit / used }] : []))
    .toSorted((a, b) => a.multiple - b.multiple)
}

export function answer({ chosen, verdict }: Results<VoiceFleetParams>): Headline {
  return {
    text: sentence(chosen, verdict),
    value: chosen.params.relayHosts,
    unit: 'hosts',
    low: null,
    high: null,
  }
}

function sentence(point: Point, verdict: Results<unknown>['verdict']): string {
  const hosts = point.params.relayHosts
  const cores = formatQuantity(hosts * point.params.coresPerHost, 'count')
  const sessions = formatQuantity(valueOf(point, 'peakConcurrent') ?? 0, 'count')
  const packets = formatQuantity(valueOf(point, 'peakPackets') ?? 0, '1/s')
  const { at, seconds } = point.params.span
  const peak = at === 'peak' ? 'with every cluster at its peak' : 'at the peak'
  const load = `${peak} (${sessions} sessions, ${packets.replace('/s', ' packets/s')})`
  if (verdict === 'overloaded') return `${hosts} relay hosts (${cores} cores) are overloaded ${load}.`
  const delay = point.metrics['p99(worstRelayDelay)']?.value ?? null
  const over = seconds === WEEK ? 'a week' : formatQuantity(seconds, 's')
  if (delay === null) {
    return `${hosts} relay hosts (${cores} cores) carry ${over} ${load}; too few packets are late for a p99 of the worst cluster (${worstCluster(point)}).`
  }
  return `${hosts} relay hosts (${cores} cores) keep p99 relay delay at ${formatQuantity(delay, 's')} over ${over} in the worst cluster (${worstCluster(point)}) ${load}.`
}

/** Clusters differ in nothing but how full their hosts are, so the fullest has the longest delays. */
function worstCluster({ metrics }: Point): string {
  const used = CLUSTERS.map((cluster) => metrics[utilisationIn(cluster)]?.value ?? 0)
  return CLUSTERS[used.indexOf(Math.max(...used))]!
}
