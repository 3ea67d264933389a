/** The answer in one sentence: who gets no call, and what each rung of the ladder buys and costs. */
import { alike } from '../lab/contract/alike.ts'
import { asked, askedWords } from '../lab/contract/asked.ts'
import { foundIn } from '../lab/contract/found.ts'
import { formatQuantity } from '../lab/contract/quantity.ts'
import type { Headline, PointResult, Results } from '../lab/contract/sim.ts'
import type { MetricName } from './metrics.ts'
import { offerWords } from './offer.ts'
import { firewalledParams, type FirewalledParams } from './params.ts'

type Point = PointResult<FirewalledParams>

const valueOf = (point: Point, metric: MetricName): number | null => point.metrics[metric]?.value ?? null
const shown = (value: number | null, unit: string): string =>
  value === null ? 'an unknown share' : formatQuantity(value, unit)

/** Speaks of the chosen point, and of what else a service could offer where all else is the same. */
export function answer({ points, chosen, found, limits }: Results<FirewalledParams>): Headline {
  const figure = asked(chosen, limits, 'lockedOut')
  const { name, value, unit, low, high } = figure
  const people = shown(valueOf(chosen, 'peopleLockedOut'), 'count')
  const locked = `With ${offerWords(chosen.params)} ${shown(valueOf(chosen, 'lockedOut'), 'share')} of callers, ${people} people a week, get no call`
  const own = name === 'lockedOut' || name === 'gaveUp' ? '' : ` ${askedWords(figure)}`
  const text = `${foundIn(firewalledParams, found)}${locked}${impatient(chosen, name === 'gaveUp')}${remedies(chosen, points)}.${own}`
  return { text, value, unit, low, high }
}

/** They get no call either, and no other offer is what keeps it from them. */
function impatient(point: Point, isAsked: boolean): string {
  const share = valueOf(point, 'gaveUp') ?? 0
  return share === 0 && !isAsked
    ? ''
    : `, and ${formatQuantity(share, 'share')} more give up before they have one`
}

/** What the other ladders and rollouts leave, fewest first, and what those wait who are saved by the best. */
function remedies(chosen: Point, points: readonly Point[]): string {
  const lockedOut = (point: Point): number => valueOf(point, 'lockedOut') ?? 0
  const better = alike(chosen, points, 'ladder', 'rollout')
    .filter((point) => lockedOut(point) < lockedOut(chosen))
    .toSorted((a, b) => lockedOut(a) - lockedOut(b))
  const [best, ...others] = better
  if (best === undefined) return ''
  const median = best.metrics['p50(fallbackSetupTime)']?.value ?? null
  const direct = best.metrics['p50(setupTime)']?.value ?? null
  const wait =
    median === null || direct === null
      ? ''
      : ` (those it saves wait ${formatQuantity(median, 's')} for it, the others ${formatQuantity(direct, 's')})`
  const left = `; with ${offerWords(best.params)} ${shown(lockedOut(best), 'share')} are left${wait}`
  const rest = others.map((point) => `, with ${offerWords(point.params)} ${shown(lockedOut(point), 'share')}`)
  return [left, ...rest].join('')
}
