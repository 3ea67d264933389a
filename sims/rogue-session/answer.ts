/** The answer: what owners lose, what a theft is worth as things are, and with everything in force. */
import { alike } from '../lab/contract/alike.ts'
import { asked, askedWords, type Asked } from '../lab/contract/asked.ts'
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
 * Speaks of the theft that costs an owner most, and of the one that is worth most and what lessens it, where all else that is
 * swept or searched is as at the chosen point. The number is the chosen point's own: what the question asks about, else its
 * owner's media where the thief is beside him, else the time that the thief gets.
 */
export function answer({ points, chosen, found, limits }: Results<RogueParams>): Headline {
  const thefts = alike(chosen, points, 'attack', 'defence')
  const figure = asked(chosen, limits, isBesideOwner(chosen.params) ? 'lostMedia' : 'forgedTime')
  const robbed = mostBy(thefts, 'lostMedia')
  const worst = mostBy(thefts, 'forgedTime')
  const said = [
    ...(valueOf(robbed, 'lostMedia') > 0 ? [costs(robbed)] : []),
    forged(thefts, worst),
    ...(isTold(figure, chosen, { robbed, worst }) ? [] : [ownWords(figure, chosen)]),
  ]
  const { value, unit, low, high } = figure
  const text = `${foundIn(rogueParams, found)}${said.map(capital).join('. ')}.`
  return { text, value, unit, low, high }
}

const mostBy = (thefts: readonly Point[], metric: MetricName): Point =>
  thefts.reduce((most, one) => (valueOf(one, metric) > valueOf(most, metric) ? one : most))

/** Whether the sentences about the worst thefts have the number of the chosen one in them. */
function isTold(
  { name }: Asked,
  chosen: Point,
  { robbed, worst }: { readonly robbed: Point; readonly worst: Point },
): boolean {
  if (name === 'lostMedia') return robbed === chosen && valueOf(robbed, 'lostMedia') > 0
  return name === 'forgedTime' && worst.params.attack === chosen.params.attack
}

function ownWords(figure: Asked, chosen: Point): string {
  if (figure.name === 'lostMedia') return costs(chosen)
  if (figure.name === 'forgedTime') return worth(chosen)
  const { attack, defence } = chosen.params
  return `of ${THEFT[attack]} ${WITH[defence]} ${askedWords(figure).slice(0, -1)}`
}

const timeOf = (point: Point): string => formatQuantity(valueOf(point, 'forgedTime'), 's')

const worth = (point: Point): string =>
  `${THEFT[point.params.attack]} is worth ${timeOf(point)} of sessions ${WITH[point.params.defence]}`

/** What an owner loses while somebody is at it. */
function costs(point: Point): string {
  const { attack, defence } = point.params
  const lost = formatQuantity(valueOf(point, 'lostMedia'), 'share')
  return `${THEFT[attack]} costs an owner ${lost} of the media while it lasts, ${WITH[defence]}`
}

function forged(thefts: readonly Point[], worst: Point): string {
  const { attack, defence } = worst.params
  const bill = formatQuantity(valueOf(worst, 'bill'), 'USD')
  const others = thefts
    .filter(({ params }) => params.attack === attack && params.defence !== defence)
    .toSorted((a, b) => valueOf(b, 'forgedTime') - valueOf(a, 'forgedTime'))
    .map((point) => `${WITH[point.params.defence]} ${timeOf(point)}`)
  return [`${worth(worst)} (${bill} a week)`, ...others].join(', ')
}
