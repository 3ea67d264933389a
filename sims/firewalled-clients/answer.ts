/** The answer in one sentence: who gets no call, and what each rung of the ladder buys and costs. */
import { foundIn } from '../lab/contract/found.ts'
import { formatQuantity } from '../lab/contract/quantity.ts'
import type { Headline, PointResult, Results } from '../lab/contract/sim.ts'
import type { MetricName } from './metrics.ts'
import type { Ladder } from './networks.ts'
import { firewalledParams, type FirewalledParams } from './params.ts'

type Point = PointResult<FirewalledParams>

const WITH: Readonly<Record<Ladder, string>> = {
  none: 'With UDP only',
  'turn-udp': 'With TURN over UDP',
  'ice-tcp': 'With ICE-TCP',
  'turn-tls': 'With TURN/TLS on 443',
  all: 'With all fallbacks',
}

const valueOf = (point: Point, metric: MetricName): number | null => point.metrics[metric]?.value ?? null
const shown = (value: number | null, unit: string): string =>
  value === null ? 'an unknown share' : formatQuantity(value, unit)

/** Speaks of the chosen point, and of the ladder that locks out fewest where all else is the same. */
export function answer({ points, chosen, found }: Results<FirewalledParams>): Headline {
  const { value, low, high } = chosen.metrics['lockedOut']!
  const people = shown(valueOf(chosen, 'peopleLockedOut'), 'count')
  const locked = `${WITH[chosen.params.ladder]} ${shown(value, 'share')} of callers, ${people} people a week, get no call`
  const text = `${foundIn(firewalledParams, found)}${locked}${remedy(chosen, points)}.`
  return { text, value, unit: 'share', low, high }
}

function remedy(chosen: Point, points: readonly Point[]): string {
  const isSame = ({ at }: Point): boolean =>
    Object.entries(at).every(([path, value]) => path === 'ladder' || value === chosen.at[path])
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
  return `; ${WITH[best.params.ladder].replace('With', 'with')} ${left} are left${wait}`
}
