/**
 * How a report says its numbers, in the page and in the terminal alike. Single values are formatted by the scenario
 * grammar's `formatQuantity`; here they become intervals, points and verdicts.
 */
import { formatQuantity } from '../sims/run/scenario/quantity.ts'
import type { AssumptionDocument, At, RunDocument } from '../sims/run/document.ts'
import type { Unit } from '../sims/sim.ts'
import type { ReportInput } from './input.ts'

type MetricLabels = ReportInput['metricLabels']

export const NONE = 'none'

/** A value, or the word for its absence. */
export const quantity = (value: number | null, unit: Unit, absent = NONE): string =>
  value === null ? absent : formatQuantity(value, unit)

/** `23 to 26 hosts`: the unit once when both ends share it. Null when an end is missing. */
export function interval(low: number | null, high: number | null, unit: Unit): string | null {
  if (low === null || high === null) return null
  const [from, to] = [formatQuantity(low, unit), formatQuantity(high, unit)]
  if (from === to) return to
  const [value, ...suffix] = from.split(' ')
  return to.endsWith(` ${suffix.join(' ')}`) && suffix.length > 0 ? `${value} to ${to}` : `${from} to ${to}`
}

/** `relayHosts = 24, policy = svix`; empty for a run with a single point. */
export const pointName = (at: At): string =>
  Object.entries(at)
    .map(([param, value]) => `${param} = ${value}`)
    .join(', ')

export const samePoint = (a: At, b: At): boolean => pointName(a) === pointName(b)

export const VERDICTS = {
  pass: { word: 'PASS', meaning: 'every expectation holds' },
  fail: { word: 'FAIL', meaning: 'an expectation does not hold' },
  overloaded: {
    word: 'OVERLOADED',
    meaning: 'work arrives faster than it is done, so there is no steady state',
  },
} as const satisfies Record<RunDocument['verdict'], { word: string; meaning: string }>

/** `1.3× today's load`. */
export const multipleOf = (multiple: number): string =>
  `${Number(multiple.toPrecision(3))}\u00d7 today\u2019s load`

/** `1 replication`, `12 replications`. */
export const counted = (n: number, noun: string): string =>
  `${n.toLocaleString('en-GB')} ${noun}${n === 1 ? '' : 's'}`

/** What an assumption's ends do to the answer: `1 to 10 % gives relayHosts 9 to 46`. Null when it was not probed. */
export function effectWords(assumption: AssumptionDocument, labels: MetricLabels): string | null {
  const { effect, low, high, unit } = assumption
  if (effect === undefined) return null
  const name = effectName(effect.of, labels)
  const both = interval(effect.low, effect.high, effect.unit)
  if (both !== null) return `${interval(low, high, unit)} gives ${name} ${both}`
  const end = (at: number, value: number | null) =>
    value === null
      ? `${formatQuantity(at, unit)} has no answer`
      : `${formatQuantity(at, unit)} gives ${name} ${formatQuantity(value, effect.unit)}`
  return `${end(low, effect.low)}; ${end(high, effect.high)}`
}

/** A searched parameter by its own name, a metric by its label. */
export const effectName = (of: string, labels: MetricLabels): string => labels[of]?.label ?? of
