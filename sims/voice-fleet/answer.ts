/** The answer in one sentence, and what gives way first as voice grows. */
import { formatQuantity } from '../lab/contract/quantity.ts'
import type { Answer, PointResult, Results } from '../lab/contract/sim.ts'
import type { MetricName } from './metrics.ts'
import type { VoiceFleetParams } from './params.ts'

type Point = PointResult<VoiceFleetParams>

const valueOf = (point: Point, metric: MetricName): number | null => point.metrics[metric]?.value ?? null

/** Load multiples at which each resource of the busiest host is used up; the smallest is what breaks first. */
export function headroom(point: Point): { name: string; multiple: number }[] {
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

export function answer({ found, chosen, verdict }: Results<VoiceFleetParams>): Answer {
  const first = chosen ? (headroom(chosen)[0] ?? null) : null
  if (found && found.value === null) {
    const largest = found.searched.at(-1)!
    return {
      text: `Not even ${largest} relay hosts meet the expectations.`,
      value: null,
      unit: 'hosts',
      low: null,
      high: null,
      breaksFirst: first,
    }
  }
  const hosts = found?.value ?? null
  const count = chosen?.params.relayHosts ?? null
  return {
    text: chosen && count !== null ? sentence(chosen, count, verdict) : 'Nothing was measured.',
    value: count,
    unit: 'hosts',
    low: hosts ? hosts.low : null,
    high: hosts ? hosts.high : null,
    breaksFirst: first,
  }
}

function sentence(point: Point, hosts: number, verdict: Results<unknown>['verdict']): string {
  const cores = formatQuantity(hosts * point.params.coresPerHost, 'count')
  const sessions = formatQuantity(valueOf(point, 'peakConcurrent') ?? 0, 'count')
  const packets = formatQuantity(valueOf(point, 'peakPackets') ?? 0, '1/s')
  const peak = point.params.span.at === 'peak' ? 'with every cluster at its peak' : 'at the peak'
  const load = `${peak} (${sessions} sessions, ${packets.replace('/s', ' packets/s')})`
  if (verdict === 'overloaded') return `${hosts} relay hosts (${cores} cores) are overloaded ${load}.`
  const delay = formatQuantity(valueOf(point, 'p99(relayDelay)') ?? 0, 's')
  return `${hosts} relay hosts (${cores} cores) keep p99 relay delay at ${delay} ${load}.`
}
