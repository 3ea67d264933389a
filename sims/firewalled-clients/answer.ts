/** The answer in one sentence: who gets no call, and what each rung of the ladder buys and costs. */
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

/** Speaks of the chosen point, and of the ladder and rollout that lock out fewest where all else is the same. */
export function answer({ points, chosen, found }: Results<FirewalledParams>): Headline {
  const { value, low, high } = chosen.metrics['lockedOut']!
  const people = shown(valueOf(chosen, 'peopleLockedOut'), 'count')
  const locked = `With ${offerWords(chosen.params)} ${shown(value, 'share')} of callers, ${people} people a week, get no call`
  const text = `${foundIn(firewalledParams, found)}${locked}${remedy(chosen, points)}.`
  return { text, value, unit: 'share', low, high }
}

/** What the service decides: of two that differ in this, the one that locks out fewer is a remedy for the other. */
const OFFER: ReadonlySet<string> = new Set(['ladder', 'rollout'])

function remedy(chosen: Point, points: readonly Point[]): string {
  const isSame = ({ at }: Point): boolean =>
    Object.entries(at).every(([path, value]) => OFFER.has(path) || value === chosen.at[path])
  const lockedOut = (point: Point): number => valueOf(point, 'lockedOut') ?? 0
  const best = points.filter(isSame).toSorted((a, b) => lockedOut(a) - lockedOut(b))[0]
  if (best === undefined || lockedOut(best) >= lockedOut(chosen)) return ''
  const left = shown(valueOf(best, 'lockedOut'), 'share')
  const median = best.metrics['p50(fallbackSetupTime)']?.value ?? null
  const direct = best.metrics['p50(setupTime)']?.value ?? null
  const wait =
    median === null || direct === null
      ? ''
      : `; those it saves wait ${formatQuantity(median, 's')} for it, the others ${formatQuantity(direct, 's')}`
  return `; with ${offerWords(best.params)} ${left} are left${wait}`
}
