/** The answer: how many attacks each verifier lets through, and what one leaked secret opens. */
import { alike } from '../lab/contract/alike.ts'
import { asked, askedWords } from '../lab/contract/asked.ts'
import { foundIn } from '../lab/contract/found.ts'
import { formatQuantity } from '../lab/contract/quantity.ts'
import type { Headline, PointResult, Results } from '../lab/contract/sim.ts'
import { PEERS } from './receivers.ts'
import { ACCEPTED, VERIFIER_LABELS, type MetricName } from './metrics.ts'
import { trustParams, type TrustParams } from './params.ts'

export type Point = PointResult<TrustParams>

export const valueOf = ({ metrics }: Point, metric: MetricName): number | null =>
  metrics[metric]?.value ?? null

/** Speaks of the chosen point, and of the other kinds of secret where all else is as there. */
export function answer({ points, chosen, found, limits }: Results<TrustParams>): Headline {
  const figure = asked(chosen, limits, 'acceptedOurs')
  const { name, value, unit, low, high } = figure
  const own = TOLD.has(name) ? [] : [`With ${chosen.params.secret} ${askedWords(figure)}`]
  const text = [attacks(chosen), leaks(alike(chosen, points, 'secret')), ...own].join(' ')
  return { text: `${foundIn(trustParams, found)}${text}`, value, unit, low, high }
}

/** Figures that the sentences have in them. */
const TOLD: ReadonlySet<string> = new Set([
  ...Object.values(ACCEPTED),
  'mutatedAccepted',
  'forgedFor',
  'forgedEndpoints',
  'openJobs',
])

/** The mean of replications: what one of them saw is not rounded to none. */
const count = (value: number | null): string =>
  value === null ? 'an unknown number' : formatQuantity(value < 10 ? value : Math.round(value), 'count')

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
    const time = valueOf(point, 'forgedFor')
    const lasts = time === null ? 'an unknown time' : formatQuantity(time, 's')
    const reach = `in ${several(valueOf(point, 'forgedEndpoints'), 'endpoint')}, for ${several(valueOf(point, 'openJobs'), 'job')}`
    return `${subject(point, i === 0)} for ${lasts} ${reach}`
  })
  return `${clauses.join('; ')}.`
}

function several(value: number | null, noun: string): string {
  const shown = count(value)
  return `${shown} ${noun}${shown === '1' ? '' : 's'}`
}
