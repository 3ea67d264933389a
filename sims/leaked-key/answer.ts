/** The answer: which control keeps a theft within the limit asked about, and whether a cap or an alarm leaves less. */
import { alike } from '../lab/contract/alike.ts'
import { asked, askedWords, type Asked } from '../lab/contract/asked.ts'
import { foundIn } from '../lab/contract/found.ts'
import { formatQuantity } from '../lab/contract/quantity.ts'
import type { Estimate, Headline, PointResult, Results } from '../lab/contract/sim.ts'
import { CONTROLS, mostSpent, type ControlName } from './controls.ts'
import { leakedKeyParams, type LeakedKeyParams } from './params.ts'

type Point = PointResult<LeakedKeyParams>
type Limit = Results<unknown>['limits'][string]

/** `82,314`: bills are read to the dollar. */
const dollars = (value: number): string => String(Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, ',')
const list = (items: readonly string[]): string => new Intl.ListFormat('en-GB').format(items)
const labelOf = ({ params }: Point): string => CONTROLS[params.control].label

/** Controls are compared on one theft: all else that is swept is as it is at the chosen point. */
export function answer({ points, chosen, found, limits }: Results<LeakedKeyParams>): Headline {
  const controls = alike(chosen, points, 'control')
  const figure = asked(chosen, limits, 'mean(spend)')
  const { name, value, unit, low, high } = figure
  const limit = limits[name]
  const isCompared = controls.length > 1
  const text = [
    `With ${labelOf(chosen)} ${costs(figure)}`,
    ...(isCompared && limit !== undefined && unit === 'dollars' ? within(controls, name, limit) : []),
    ...(isCompared ? capOrAlarm(controls) : []),
  ].join(' ')
  return { text: `${foundIn(leakedKeyParams, found)}${text}`, value, unit, low, high }
}

/** `5 % of stolen keys cost 178,432 dollars and more.` */
function costs(figure: Asked): string {
  const { name, value } = figure
  const [, percentile] = /^p([\d.]+)\(spend\)$/.exec(name) ?? []
  if (value !== null && percentile !== undefined) {
    const share = formatQuantity(1 - Number(percentile) / 100, 'share')
    return `${share} of stolen keys cost ${dollars(value)} dollars and more.`
  }
  return name === 'mean(spend)'
    ? `a stolen key costs ${withInterval(figure)} dollars on average.`
    : askedWords(figure)
}

const MEETS: Readonly<Record<Limit['op'], (value: number, limit: number) => boolean>> = {
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
  '==': (value, limit) => value === limit,
}

/** Which controls meet the limit that the question sets, each with its own figure; nothing of those whose figure nobody knows. */
function within(controls: readonly Point[], name: string, { op, value: limit }: Limit): string[] {
  const shown = (isMet: boolean): string[] =>
    controls.flatMap((point) => {
      const value = point.metrics[name]?.value ?? null
      return value !== null && MEETS[op](value, limit) === isMet
        ? [`${labelOf(point)} (${dollars(value)})`]
        : []
    })
  const [met, missed] = [shown(true), shown(false)]
  const wanted = `${name} ${op} ${dollars(limit)} dollars`
  if (met.length === 0)
    return missed.length === 0
      ? []
      : [`${capital(list(missed))} ${missed.length === 1 ? 'does' : 'do'} not keep ${wanted}.`]
  const without = missed.length === 0 ? '' : `; ${list(missed)} ${missed.length === 1 ? 'does' : 'do'} not`
  return [`${capital(list(met))} ${met.length === 1 ? 'keeps' : 'keep'} ${wanted}${without}.`]
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** Whether an alert leaves more than a published cap on average, as far as their intervals tell. */
function capOrAlarm(controls: readonly Point[]): string[] {
  const at = (name: ControlName): Point | undefined => controls.find(({ params }) => params.control === name)
  const tier = at('tier-1') ?? at('tier-2') ?? at('tier-3')
  if (tier === undefined) return []
  const alert = at('alert')
  return alert === undefined
    ? [`${labelOf(tier)} leaves ${leftBy(tier)} dollars on average, ${atMost(tier)}.`]
    : [
        `An alert alone leaves ${leftBy(alert)} dollars on average, ${against(alert, tier)} ${labelOf(tier)}: ` +
          `${leftBy(tier)}, ${atMost(tier)}.`,
      ]
}

function against(alert: Point, tier: Point): string {
  const [alarmed, capped] = [alert.metrics['mean(spend)'], tier.metrics['mean(spend)']]
  if ((alarmed?.low ?? 0) > (capped?.high ?? Infinity)) return 'more than'
  return (alarmed?.high ?? Infinity) < (capped?.low ?? 0) ? 'less than' : 'about as much as'
}

function atMost({ params }: Point): string {
  const control = CONTROLS[params.control]
  const lag = mostSpent(control, params.billingLag) - control.cap
  const through = lag > 0 ? ` and ${dollars(lag)} that the billing lag lets through` : ''
  return `at most its cap of ${dollars(control.cap)}${through}`
}

const leftBy = ({ metrics }: Point): string => withInterval(metrics['mean(spend)']!)

/** A mean with its interval. */
function withInterval({ value, low, high }: Pick<Estimate, 'value' | 'low' | 'high'>): string {
  if (value === null) return 'unknown'
  const interval = low === null || high === null ? '' : ` (${dollars(low)} to ${dollars(high)})`
  return `${dollars(value)}${interval}`
}
