/**
 * How a report says its numbers, in the page and in the terminal alike. Single values are formatted by the scenario
 * grammar's `formatQuantity`; here they become intervals, points and verdicts.
 */
import { formatParameter } from '../../sims/lab/contract/format.ts'
import { formatQuantity } from '../../sims/lab/contract/quantity.ts'
import { takesBareNumber } from '../../sims/lab/contract/units.ts'
import type { AssumptionDocument, At, RunDocument } from '../../sims/lab/contract/document.ts'
import type { Answer, Unit } from '../../sims/lab/contract/sim.ts'
import type { ReportInput } from '../input.ts'

type MetricLabels = ReportInput['metricLabels']

export const NONE = 'none'

/** A value, or the word for its absence. */
export const quantity = (value: number | null, unit: Unit, absent = NONE): string =>
  value === null ? absent : formatQuantity(value, unit)

/** Ends below this, in base units, are zero to any reader: a bound by a normal tail has a hundred zeros. */
const NOTHING = 1e-12

/** `23 to 26 hosts`: the unit once when both ends share it. Null when an end is missing. */
export function interval(low: number | null, high: number | null, unit: Unit): string | null {
  if (low === null || high === null) return null
  const [from, to] = [low, high].map((end) => formatQuantity(Math.abs(end) < NOTHING ? 0 : end, unit)) as [
    string,
    string,
  ]
  if (from === to) return to
  const [value, ...suffix] = from.split(' ')
  return to.endsWith(` ${suffix.join(' ')}`) && suffix.length > 0 ? `${value} to ${to}` : `${from} to ${to}`
}

/** `relayHosts = 24, policy = svix, load = 23.75 %`; empty for a run with a single point. */
export const pointName = (at: At, units: RunDocument['atUnits'] = {}): string =>
  Object.entries(at)
    .map(([param, value]) => `${param} = ${atValue(param, value, units)}`)
    .join(', ')

/** A parameter's value at a point, with its unit. */
export const atValue = (
  param: string,
  value: number | string,
  units: RunDocument['atUnits'] = {},
): string => {
  const unit = Object.hasOwn(units, param) ? units[param] : undefined
  return typeof value === 'string' || unit === undefined ? String(value) : formatParameter(value, unit)
}

/** Why an expectation has no figure: its point is overloaded, or the run saw nothing or too little of it. */
export function absence(one: Expectation, { points }: RunDocument): string {
  const point = points.find(({ at }) => samePoint(at, one.at))
  if (point?.state === 'overloaded') return 'no steady state'
  return point !== undefined && point.samples[one.metric] === undefined ? 'no value' : 'too few observations'
}

/** Neither met nor missed: what it is about does not exist. What is only not printed may well be known to miss its limit. */
export const isUnmeasured = (one: Expectation, document: RunDocument): boolean =>
  !one.ok && one.value === null && absence(one, document) === 'no value'

type Expectation = RunDocument['expectations'][number]

/**
 * Whether a figure is of what happens or does not: a share, a count, a mean of what is never negative. A percentile of 0 leaves
 * some above itself in every replication, and a time of 0 is a time.
 */
const isOfEvents = ({ metric, unit }: Expectation): boolean =>
  !/^p[\d.]+\(/.test(metric) && (unit === 'share' || unit === 'count' || metric.startsWith('mean('))

/** In how many replications it never happened, or always; null where not in all. How near the limit is says nothing then. */
function throughoutIn(one: Expectation, { points }: RunDocument): number | null {
  const samples = points.find(({ at }) => samePoint(at, one.at))?.samples[one.metric] ?? []
  const isEnd = one.value === 0 || (one.value === 1 && one.unit === 'share')
  return isOfEvents(one) && isEnd && samples.length > 0 && samples.every((sample) => sample === one.value)
    ? samples.length
    : null
}

/** What is to be said of an expectation whose limit lies inside its interval; null where it is met or missed clearly. */
export function unclear(one: Expectation, document: RunDocument): string | null {
  if (one.clear !== false) return null
  const throughout = throughoutIn(one, document)
  if (throughout === null) return 'only just'
  return `${one.value === 0 ? 'not one' : 'no exception'} in ${counted(throughout, 'replication')}`
}

export const samePoint = (a: At, b: At): boolean => pointName(a) === pointName(b)

export const VERDICTS = {
  pass: { word: 'PASS', meaning: 'every expectation holds' },
  fail: { word: 'FAIL', meaning: 'an expectation does not hold' },
  overloaded: {
    word: 'OVERLOADED',
    meaning: 'work arrives faster than it is done, so there is no steady state',
  },
  weak: { word: 'TOO WEAK TO JUDGE', meaning: 'the run is too weak for its own question' },
  unfinished: { word: 'UNFINISHED', meaning: 'stopped before it was done' },
  unchecked: { word: 'NO CHECK', meaning: 'nothing was expected of this run' },
} as const satisfies Record<RunDocument['verdict'], { word: string; meaning: string }>

/** `1.3× the load asked about`: the scenario's own, whoever's it is. Seen to hold there, it does not break "at 1×". */
export function multipleOf(multiple: number): string {
  const shown = Number(multiple.toPrecision(3))
  if (shown !== 1) return `${shown}\u00d7 the load asked about`
  return `barely ${multiple < 1 ? 'less' : 'more'} than the load asked about`
}

/** `1 replication`, `12 replications`. */
export const counted = (n: number, noun: string): string =>
  `${n.toLocaleString('en-GB')} ${noun}${n === 1 ? '' : 's'}`

/**
 * `3 replications`, `3 to 12 replications`: those of one point. Points that are judged from the same worlds share
 * theirs, so adding them up would claim more evidence than there is.
 */
export function replicationWords(points: RunDocument['points']): string {
  const counts = points.map((point) => point.replications)
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)]
  if (most === 1) return '1 replication, which has no interval'
  return fewest === most ? counted(most, 'replication') : `${fewest} to ${counted(most, 'replication')}`
}

/**
 * `assumptions move it from 34 to 94 hosts`: how far the answer goes over the ends of what is uncertain, which an interval
 * over replications says nothing of. Null where nothing was probed.
 */
export function assumptionRange({ assumptions, answer }: RunDocument, labels: MetricLabels): string | null {
  const ends = assumptions.flatMap(({ effect }) => (effect === undefined ? [] : [effect.low, effect.high]))
  const known = ends.filter((end) => end !== null)
  if (known.length === 0) return null
  const { of, unit, mid } = assumptions.find(({ effect }) => effect !== undefined)!.effect!
  // What the sim answers with need not be what the scenario asks first: then the range is that of another figure.
  const isAnswer = [answer.unit, 'count'].includes(unit) && mid !== null && isSame(mid, answer.value)
  const range = interval(Math.min(...known), Math.max(...known), isAnswer ? answer.unit : unit)!
  const beyond = known.length < ends.length ? ', or beyond what was looked at' : ''
  return `assumptions, one at a time, move ${isAnswer ? 'it' : effectName(of, labels)} from ${range}${beyond}`
}

const isSame = (a: number, b: number | null): boolean =>
  b !== null && Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b))

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

const percent = (value: number): string => formatQuantity(value, 'share')

/** What all assumptions together make of the answer: `half of the cases need at most 31 hosts, 90 % at most 62 hosts`. */
export function uncertaintyWords({ uncertainty }: RunDocument): string | null {
  if (uncertainty === undefined) return null
  const { quantiles, effects, samples, unit, impossible = 0, choices } = uncertainty
  const parts = [0.5, 0.9].flatMap((p) => {
    const value = quantiles.find((one) => one.p === p)?.value ?? null
    return value === null ? [] : [`${percent(p)} at most ${formatQuantity(value, unit)}`]
  })
  const [first] = effects
  const none =
    choices === undefined ? 'more than half have no figure' : 'more than half lie beyond what was searched'
  return [
    `of ${counted(samples - impossible, 'case')} ${parts.length === 0 ? none : parts.join(', ')}`,
    ...(first === undefined ? [] : [`${percent(first.share)} of that is ${first.path}`]),
  ].join('; ')
}

/** `62 hosts: enough in 90 % of the cases; the next is worth it where falling short costs more than 25 of them`. */
export function regretWords({ uncertainty }: RunDocument): string | null {
  const value = uncertainty?.leastRegret?.value ?? null
  if (uncertainty === undefined || value === null) return null
  const choice = uncertainty.choices?.find((one) => one.value === value)
  const enough = choice ? `: enough in ${percent(choice.enough)} of the cases` : ''
  const more =
    choice?.worthwhile == null
      ? ''
      : `; the next is worth it where falling short costs more than ${costWords(choice.worthwhile, uncertainty.unit)}`
  return `${formatQuantity(value, uncertainty.unit)}${enough}${more}`
}

/** So much of the searched parameter as a price: `25 of them` of what is counted, `90 s` of a time. */
export const costWords = (amount: number, unit: string): string =>
  takesBareNumber(unit) ? `${formatQuantity(amount, 'count')} of them` : formatQuantity(amount, unit)

/** A searched parameter by its own name, a metric by its label. */
export const effectName = (of: string, labels: MetricLabels): string => labels[of]?.label ?? of

/** Why the verdict is what it is, in one clause. */
export function reason(document: RunDocument): string {
  const { answer, expectations, trust, verdict } = document
  if (verdict === 'overloaded' || verdict === 'unfinished' || verdict === 'unchecked')
    return VERDICTS[verdict].meaning
  if (verdict === 'weak')
    return trust.reasons.find(({ code }) => code !== 'precision')?.text ?? trust.reasons[0]!.text
  const failed = expectations.filter((one) => !one.ok && !isUnmeasured(one, document))
  const first = failed[0]
  if (first !== undefined) {
    const at = pointName(first.at, document.atUnits)
    const more = failed.length > 1 ? `, and ${failed.length - 1} more` : ''
    return `${first.text} does not hold${at === '' ? '' : ` at ${at}`}${more}`
  }
  if (verdict === 'fail') {
    const { breaksFirst: first } = answer
    return first !== null && first.multiple < 1
      ? `${first.name} is used up at ${multipleOf(first.multiple)}`
      : VERDICTS.fail.meaning
  }
  const all =
    expectations.length === 1 ? 'the expectation holds' : `all ${expectations.length} expectations hold`
  const narrow = expectations.filter((one) => unclear(one, document) === 'only just').length
  const bare = expectations.filter((one) => unclear(one, document) !== null).length - narrow
  const which = (count: number, how: string): string[] =>
    count === 0 ? [] : [expectations.length === 1 ? how : `${count} of them ${how}`]
  return [
    all,
    ...which(narrow, 'only just'),
    ...which(bare, 'as far as these replications saw, which rules out little'),
  ].join(', ')
}

/** `24 hosts` and `95 % interval 23 to 26 hosts`; null for an answer that is no number. */
export function answerNumber({
  value,
  low,
  high,
  unit,
}: Answer): { value: string; range: string | null } | null {
  if (value === null) return null
  const shown = formatQuantity(value, unit)
  const range = interval(low, high, unit)
  // A search knows one end only when the other lies outside what it searched.
  if (low !== null && high === null)
    return {
      value: shown,
      range: `95 % interval from ${formatQuantity(low, unit)} to beyond what was searched`,
    }
  if (low === null && high !== null)
    return {
      value: shown,
      range: `95 % interval from below what was searched to ${formatQuantity(high, unit)}`,
    }
  if (range === null) return { value: shown, range }
  return {
    value: shown,
    range:
      range === shown
        ? 'chance alone moves it by less than a unit of its last digit'
        : `95 % interval ${range}`,
  }
}

/** What stands against the answer: each reason of the trust check and what to do about it. */
export const trustWords = ({ trust }: RunDocument): string[] =>
  trust.reasons.map(({ text, remedy }) => `${text}. Do: ${remedy}`)

/** `2.1 h each after 95 s of warm-up, chosen to suit the question`; null where the sim does not say. */
export function timeWords({ points }: RunDocument): string | null {
  const [first] = points
  if (first?.time === undefined || points.some(({ time }) => time?.span !== first.time!.span)) return null
  const { span, warmUp, chosen } = first.time
  const start = warmUp > 0 ? ` after ${formatQuantity(warmUp, 's')} of warm-up` : ' from the start'
  return `${formatQuantity(span, 's')} each${start}${chosen ? ', as long as the question needs' : ''}`
}

/** `3 of 4 agree`. */
export const tally = (checks: readonly { readonly ok: boolean }[], verb: string): string =>
  `${checks.filter(({ ok }) => ok).length} of ${checks.length} ${verb}`

/** `4 of 4 agree`; with one replication there is no interval that could hold a theory or miss it. */
export function theoryWords(theory: RunDocument['theory']): string {
  if (theory.length === 0) return 'no closed form applies'
  return theory.every(({ low }) => low === null) ? 'no interval to compare' : tally(theory, 'agree')
}

/** The first broken invariant, where and how; null when all hold. */
export function brokenWords({ invariants, atUnits }: RunDocument): string | null {
  const first = invariants.find(({ ok }) => !ok)
  if (first === undefined) return null
  const at = pointName(first.at, atUnits)
  const detail = first.detail === undefined ? '' : `: ${first.detail}`
  return `BROKEN: ${first.name}${at === '' ? '' : ` at ${at}`}${detail} (${tally(invariants, 'hold')})`
}

const UNIT_SPACE = /(\d) (?=(?:[kMGTP]|[nµm]?s|min|h|d|x|[KMGT]?i?B)\b|%)/g

/** A sentence whose numbers stay with their units when it breaks over lines. */
export const unbroken = (sentence: string): string => sentence.replaceAll(UNIT_SPACE, '$1\u00a0')
