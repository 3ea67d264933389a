/** The answer: what owners lose, what a theft is worth as things are, and with everything in force. */
import { foundIn } from '../lab/contract/found.ts'
import { formatQuantity } from '../lab/contract/quantity.ts'
import type { Headline, PointResult, Results } from '../lab/contract/sim.ts'
import { isBesideOwner, type Attack, type Defence } from './defences.ts'
import type { MetricName } from './metrics.ts'
import { rogueParams, type RogueParams } from './params.ts'

type Point = PointResult<RogueParams>

const THEFT: Readonly<Record<Attack, string>> = {
  'stolen-key': 'a stolen key',
  'copied-ufrag': 'a copied ufrag',
  replay: 'a replayed check',
  'thief-inside': 'a thief inside',
}
const WITH: Readonly<Record<Defence, string>> = {
  none: 'with nothing against it',
  'single-use': 'with keys for one use',
  consent: 'with consent bound to the owner',
  kill: 'with a kill list',
  all: 'with all of them',
}

const valueOf = (point: Point, metric: MetricName): number => point.metrics[metric]?.value ?? 0

const capital = (text: string): string => text[0]!.toUpperCase() + text.slice(1)

/**
 * Speaks of the theft that costs an owner most, and of the one that is worth most and what lessens it. The figure is the
 * chosen point's own: of its owner's media where the thief is beside him, else of the time that the thief gets.
 */
export function answer({ points, chosen, found }: Results<RogueParams>): Headline {
  const worst = points.reduce((most, one) =>
    valueOf(one, 'forgedTime') > valueOf(most, 'forgedTime') ? one : most,
  )
  const said = `${[...robbed(points), forged(points, worst)].map(capital).join('. ')}.`
  const isBeside = isBesideOwner(chosen.params)
  const { value, low, high } = chosen.metrics[isBeside ? 'lostMedia' : 'forgedTime']!
  return { text: `${foundIn(rogueParams, found)}${said}`, value, unit: isBeside ? 'share' : 's', low, high }
}

function forged(points: readonly Point[], worst: Point): string {
  const { attack, defence } = worst.params
  const time = (point: Point): string => formatQuantity(valueOf(point, 'forgedTime'), 's')
  const bill = formatQuantity(valueOf(worst, 'bill'), 'USD')
  // A defence is named by itself: all else that is swept or searched is as it is there.
  const isSame = (at: Point['at']): boolean =>
    Object.entries(at).every(([path, value]) => path === 'defence' || value === worst.at[path])
  const others = points
    .filter(({ params, at }) => params.attack === attack && params.defence !== defence && isSame(at))
    .toSorted((a, b) => valueOf(b, 'forgedTime') - valueOf(a, 'forgedTime'))
    .map((point) => `${WITH[point.params.defence]} ${time(point)}`)
  const lead = `${THEFT[attack]} is worth ${time(worst)} of sessions ${WITH[defence]} (${bill} a week)`
  return [lead, ...others].join(', ')
}

/** What owners lose while somebody is at it. */
function robbed(points: readonly Point[]): string[] {
  const most = points
    .filter(({ metrics }) => (metrics['lostMedia']?.value ?? 0) > 0)
    .toSorted((a, b) => valueOf(b, 'lostMedia') - valueOf(a, 'lostMedia'))[0]
  if (most === undefined) return []
  const lost = formatQuantity(valueOf(most, 'lostMedia'), 'share')
  return [`${THEFT[most.params.attack]} costs an owner ${lost} of the media while it lasts`]
}
