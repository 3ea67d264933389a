/** The answer in one sentence: who gets no call, and what each rung of the ladder buys and costs. */
import { formatQuantity } from '../lab/contract/quantity.ts'
import type { Headline, PointResult, Results } from '../lab/contract/sim.ts'
import type { MetricName } from './metrics.ts'
import type { Ladder } from './networks.ts'
import type { FirewalledParams } from './params.ts'

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

/** Speaks of the ladder that locks most out, and of the one that locks out fewest. */
export function answer({ points, chosen }: Results<FirewalledParams>): Headline {
  const byLocked = points.toSorted((a, b) => (valueOf(b, 'lockedOut') ?? 0) - (valueOf(a, 'lockedOut') ?? 0))
  const worst = byLocked[0] ?? chosen
  const best = byLocked.at(-1) ?? chosen
  const { value, low, high } = worst.metrics['lockedOut']!
  const people = shown(valueOf(worst, 'peopleLockedOut'), 'count')
  const locked = `${WITH[worst.params.ladder]} ${shown(value, 'share')} of callers, ${people} people a week, get no call`
  return { text: `${locked}${remedy(worst, best)}.`, value, unit: 'share', low, high }
}

function remedy(worst: Point, best: Point): string {
  if (best.params.ladder === worst.params.ladder) return ''
  const left = shown(valueOf(best, 'lockedOut'), 'share')
  const median = best.metrics['p50(fallbackSetupTime)']?.value ?? null
  const direct = best.metrics['p50(setupTime)']?.value ?? null
  const wait =
    median === null || direct === null
      ? ''
      : `; those it saves wait ${formatQuantity(median, 's')} for it, the others ${formatQuantity(direct, 's')}`
  return `; ${WITH[best.params.ladder].replace('With', 'with')} ${left} are left${wait}`
}
