/** The answer: how many attacks each verifier lets through, and what one leaked secret opens. */
import { formatQuantity } from '../lab/contract/quantity.ts'
import type { Headline, PointResult, Results } from '../lab/contract/sim.ts'
import { PEERS } from './receivers.ts'
import { ACCEPTED, VERIFIER_LABELS, type MetricName } from './metrics.ts'
import type { TrustParams } from './params.ts'

export type Point = PointResult<TrustParams>

export const valueOf = ({ metrics }: Point, metric: MetricName): number | null =>
  metrics[metric]?.value ?? null

export function answer({ points, chosen }: Results<TrustParams>): Headline {
  const { value, low, high } = chosen.metrics['acceptedOurs']!
  // Several points with one kind of secret differ in something else: then it is the chosen one that is spoken of.
  const kinds = new Set(points.map(({ params }) => params.secret))
  const text = `${attacks(chosen)} ${leaks(kinds.size === points.length ? points : [chosen])}`
  return { text, value, unit: 'count', low, high }
}

const count = (value: number | null): string =>
  value === null ? 'an unknown number' : formatQuantity(Math.round(value), 'count')

/** Of one replication, as every figure is. */
function attacks(point: Point): string {
  const tried = point.replications[0]?.counters['attacks'] ?? 0
  const mutated = point.params.mutations
  const others = PEERS.map((peer) => `${VERIFIER_LABELS[peer]} ${count(valueOf(point, ACCEPTED[peer]))}`)
  const random =
    mutated === 0
      ? ''
      : ` and ${count(valueOf(point, 'mutatedAccepted'))} of ${formatQuantity(mutated, 'count')} mutated ones`
  return `Ours accepts ${count(valueOf(point, 'acceptedOurs'))} of ${formatQuantity(tried, 'count')} attacks${random}, ${others.join(', ')}.`
}

/** What leaks, first as the subject of a sentence of its own, then behind another. */
function subject({ params: { secret, overlap } }: Point, isFirst: boolean): string {
  if (secret === 'per-request') return isFirst ? 'A leaked per-request key forges' : 'a per-request key'
  const end =
    secret === 'static-overlap'
      ? `rotated with ${formatQuantity(overlap, 's')} of overlap,`
      : 'revoked at once,'
  return isFirst ? `A leaked static secret, ${end} forges` : end
}

function leaks(points: readonly Point[]): string {
  const clauses = points.map((point, i) => {
    const [time, endpoints, jobs] = (['forgedFor', 'forgedEndpoints', 'openJobs'] as const).map(
      (metric) => valueOf(point, metric) ?? 0,
    ) as [number, number, number]
    const reach = `in ${several(endpoints, 'endpoint')}, for ${several(jobs, 'job')}`
    return `${subject(point, i === 0)} for ${formatQuantity(time, 's')} ${reach}`
  })
  return `${clauses.join('; ')}.`
}

const several = (value: number, noun: string): string =>
  `${count(value)} ${noun}${Math.round(value) === 1 ? '' : 's'}`
