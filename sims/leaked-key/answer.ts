/** The answer in one sentence: what the theft costs under published limits, and without any. */
import type { Headline, PointResult, Results } from '../lab/contract/sim.ts'
import { CONTROLS, mostSpent, type ControlName } from './controls.ts'
import type { LeakedKeyParams } from './params.ts'

type Point = PointResult<LeakedKeyParams>

/** `82,314`: bills are read to the dollar. */
const dollars = (value: number): string => String(Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, ',')

export function answer({ points, chosen }: Results<LeakedKeyParams>): Headline {
  const at = (name: ControlName): Point | undefined => points.find(({ params }) => params.control === name)
  const tier = at('tier-1') ?? at('tier-2') ?? at('tier-3')
  const worst = at('uncapped')
  const told = tier ?? chosen
  const { value, low, high } = (worst ?? told).metrics['mean(spend)']!
  const headline = { value, unit: 'dollars', low, high }
  if (tier === undefined || worst === undefined) return { text: alone(told), ...headline }
  return { text: `${capped(tier)} in place of ${meanOf(worst)}; ${alarms(at('alert'))}`, ...headline }
}

function capped({ params }: Point): string {
  const control = CONTROLS[params.control]
  const lag = mostSpent(control, params.billingLag) - control.cap
  const through = lag > 0 ? ` (plus what the billing lag lets through, at most ${dollars(lag)})` : ''
  return `Under the published ${control.label} limits the same theft costs at most ${dollars(control.cap)} dollars${through}`
}

/** A mean with its interval. */
function meanOf({ metrics }: Point): string {
  const { value, low, high } = metrics['mean(spend)']!
  if (value === null) return 'an unknown sum'
  const interval = low === null || high === null ? '' : ` (${dollars(low)} to ${dollars(high)})`
  return `${dollars(value)}${interval}`
}

const alarms = (alert: Point | undefined): string =>
  alert === undefined
    ? 'caps decide.'
    : `caps decide, not alarms: an alert alone leaves ${meanOf(alert)}, in one of twenty thefts ${dollars(alert.metrics['p95(spend)']?.value ?? 0)} and more.`

const alone = (point: Point): string =>
  `With ${CONTROLS[point.params.control].label} a stolen key costs ${meanOf(point)} dollars on average.`
