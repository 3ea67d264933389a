/** The answer in one sentence, and what is used up first as voice grows. */
import { formatQuantity } from '../lab/contract/quantity.ts'
import type { Headline, Headroom, PointResult, Results } from '../lab/contract/sim.ts'
import type { Loss } from './loss.ts'
import { CLUSTERS } from '../lab/world/geography.ts'
import { loadIn, type MetricName } from './metrics.ts'
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

export function answer({ chosen, verdict, limits }: Results<VoiceFleetParams>): Headline {
  return {
    text: sentence(chosen, verdict, limits),
    value: chosen.params.relayHosts,
    unit: 'hosts',
    low: null,
    high: null,
  }
}

/** What the fleet does without: "with every cluster at its peak and one host of each cluster lost". */
const SURVIVES: Readonly<Record<Loss, string | null>> = {
  none: null,
  host: 'one host of each cluster lost',
  zone: 'one zone of each cluster lost',
  region: 'the neighbour lost that hurts each cluster most',
}

type Limits = Results<unknown>['limits']

function sentence(point: Point, verdict: Results<unknown>['verdict'], limits: Limits): string {
  const { params } = point
  const hosts = `${params.relayHosts} relay hosts (${formatQuantity(params.relayHosts * params.coresPerHost, 'count')} cores)`
  const sessions = formatQuantity(valueOf(point, 'peakConcurrent') ?? 0, 'count')
  const packets = formatQuantity(valueOf(point, 'peakPackets') ?? 0, '1/s')
  const isOwnPeak = params.span.at === 'peak'
  const lost = SURVIVES[params.survive]
  const without = lost === null ? '' : `${isOwnPeak ? ' and' : ', with'} ${lost}`
  const peak = `${isOwnPeak ? 'with every cluster at its peak' : 'at the peak'}${without}`
  // No neighbour is the worst for all: what each cluster has then is never there at once.
  const sum = params.survive === 'region' ? ', the sum of each cluster’s own worst case' : ''
  const peakWords = `${peak} (${sessions} sessions, ${packets.replace('/s', ' packets/s')}${sum})`
  if (verdict === 'overloaded') return `${hosts} are overloaded ${peakWords}.`
  const load = formatQuantity(valueOf(point, 'peakLoad') ?? 0, 'share')
  return [
    `${hosts} are loaded to ${load} in the fullest cluster (${fullestCluster(point)}) over ${over(params)}, ${peakWords}.`,
    leastWords(point),
    delayWords(point, limits),
    costWords(point),
  ]
    .filter((words) => words !== '')
    .join(' ')
}

const over = ({ span }: VoiceFleetParams): string =>
  span.seconds === WEEK ? 'a week' : formatQuantity(span.seconds, 's')

/** The plain minimum beside the answer: what a sizing without a target and without losses would have said. */
function leastWords(point: Point): string {
  const least = valueOf(point, 'leastHosts')
  return least === null ? '' : `${Math.round(least)} hosts would just carry it, with nothing to spare.`
}

const DELAY = 'p99(worstRelayDelay)'
/** A limit this many times as large as what was measured decides nothing. */
const FAR = 5

/** The delay, and which of what was asked decides the number of hosts where it is not the delay. */
function delayWords(point: Point, limits: Limits): string {
  const delay = point.metrics[DELAY]?.value ?? null
  if (delay === null) return 'Too few packets are late for a p99 of relay delay.'
  const shown = formatQuantity(delay, 's')
  const limit = limits[DELAY]?.value
  if (limit === undefined || delay * FAR > limit) return `Its p99 relay delay is ${shown}.`
  const binds = limits['peakLoad'] === undefined ? 'Capacity' : 'Load'
  return `${binds} is what binds, not delay: its p99 is ${shown}, far below ${formatQuantity(limit, 's')}.`
}

function costWords(point: Point): string {
  const [egress, cost] = [valueOf(point, 'egress'), valueOf(point, 'cost')]
  if (egress === null || cost === null || cost === 0) return ''
  const { params } = point
  const onEgress = 1 - (params.relayHosts * params.prices.host) / cost
  return `A month costs ${formatQuantity(cost, 'USD')}, ${formatQuantity(onEgress, 'share')} of it for ${formatQuantity(egress, 'TB')} of egress.`
}

/** The one whose load the sentence gives; where the busiest core is, chance has a say. */
function fullestCluster({ metrics }: Point): string {
  const loads = CLUSTERS.map((cluster) => metrics[loadIn(cluster)]?.value ?? 0)
  return CLUSTERS[loads.indexOf(Math.max(...loads))]!
}
