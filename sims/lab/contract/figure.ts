/**
 * Figures by name: what `expect` may ask for and a report shows.
 *
 *     utilisation                 a declared metric
 *     mean(wait)                  of a declared observation: its mean,
 *     p95(wait), p99.9(wait)      any percentile,
 *     share(wait < 20 s)          and the share of its values on one side of a limit
 */
import type { Distribution } from '../analysis/distribution.ts'
import { distributionOf } from '../analysis/distribution.ts'
import { meanFigure, quantileFigure, ratioFigure, type Figure } from '../analysis/figure.ts'
import { countedFigure, shareFigure } from '../analysis/share.ts'
import { nearest } from './nearest.ts'
import type { Problem } from './problem.ts'
import type { Counted, Measures, MetricSpec, ObservationSpec, Sim } from './sim.ts'
import { parseQuantity } from './units.ts'

/** What of a sim the names depend on. */
export type FigureSource = Pick<Sim, 'metrics' | 'observations'>

export type FigureKind =
  | { readonly kind: 'metric' }
  | { readonly kind: 'mean'; readonly observation: string }
  | { readonly kind: 'quantile'; readonly observation: string; readonly p: number }
  | {
      readonly kind: 'share'
      readonly observation: string
      readonly above: boolean
      /** Whether what equals the limit is part of the share. */
      readonly orEqual: boolean
      readonly limit: number
    }

export interface NamedFigure {
  /** As it stands in documents, white space evened out: `share(wait < 20 s)`. */
  readonly name: string
  readonly spec: MetricSpec
  readonly kind: FigureKind
}

/** Whether it is a share of a whole, which it cannot exceed. */
export const isPart = ({ unit, mayExceed1 }: MetricSpec): boolean => unit === 'share' && mayExceed1 !== true

const PERCENTILES = [50, 95, 99] as const
const OBSERVED = /^(mean|share|p(\d{1,2}(?:\.\d{1,4})?))\((.*)\)$/
const SIDES: Readonly<Record<string, string>> = {
  '<': 'below',
  '<=': 'of at most',
  '>': 'above',
  '>=': 'of at least',
}
const SHARE = /^([^<>=]+?)\s*(<=?|>=?)\s*([^<>=]+)$/

/** The figures that every point has: all metrics, and of every observation the mean and the declared percentiles. */
export function declaredFigures(sim: FigureSource): NamedFigure[] {
  const metrics = Object.entries(sim.metrics).map(([name, spec]) => ({
    name,
    spec,
    kind: { kind: 'metric' } as const,
  }))
  const observed = Object.entries(sim.observations ?? {}).flatMap(([observation, spec]) => [
    meanOf(observation, spec),
    ...(spec.percentiles ?? PERCENTILES).map((percentile) =>
      quantileOf(observation, spec, String(percentile)),
    ),
  ])
  return [...observed, ...metrics]
}

/** Names for a message: what is declared, and how a figure of an observation is written. */
export const figureNames = (sim: FigureSource): string[] => [
  ...declaredFigures(sim).map(({ name }) => name),
  ...Object.keys(sim.observations ?? {}).map((name) => `share(${name} < LIMIT)`),
]

/** Reads a figure's name. Never throws. */
export function readFigure(
  text: string,
  sim: FigureSource,
): { readonly ok: true; readonly figure: NamedFigure } | ({ readonly ok: false } & Problem) {
  const squeezed = squeeze(text)
  const declared = declaredFigures(sim).find(({ name }) => squeeze(name) === squeezed)
  if (declared) return { ok: true, figure: declared }
  const names = figureNames(sim)
  const [, form = '', percentile, inside = ''] = OBSERVED.exec(text.trim()) ?? []
  const share = form === 'share' ? SHARE.exec(inside.trim()) : null
  const observation = (share?.[1] ?? inside).trim()
  const spec = Object.hasOwn(sim.observations ?? {}, observation) ? sim.observations![observation] : undefined
  if (form === '' || spec === undefined || (form === 'share' && share === null)) {
    const near = nearest(squeezed, names)
    const listed = `metrics are ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', ...' : ''}`
    return {
      ok: false,
      message:
        squeezed === ''
          ? 'no metric before the operator'
          : `no metric is called "${squeezed}"${near === undefined ? ` (${listed})` : ''}`,
      expected: names.join(', '),
      found: squeezed,
      nearest: near,
    }
  }
  if (form === 'mean') return { ok: true, figure: meanOf(observation, spec) }
  if (share === null) {
    if (Number(percentile) > 0) return { ok: true, figure: quantileOf(observation, spec, percentile!) }
    return {
      ok: false,
      message: 'a percentile lies above 0 and below 100',
      expected: 'p50, p99, p99.9',
      found: text,
    }
  }
  const [, , op = '', limitText = ''] = share
  const limit = parseQuantity(limitText.trim(), spec.unit)
  if (!limit.ok) {
    return {
      ok: false,
      message: `limit of share(${observation} ${op} ...): expected ${limit.expected}, found "${limitText.trim()}": ${limit.problem}`,
      expected: limit.expected,
      found: limitText.trim(),
      nearest: limit.nearest,
    }
  }
  const name = `share(${observation} ${op} ${limitText.trim()})`
  const label = `${spec.of} with a ${spec.label} ${SIDES[op]} ${limitText.trim()}`
  return {
    ok: true,
    figure: {
      name,
      spec: withState({ unit: 'share', label }, spec),
      kind: {
        kind: 'share',
        observation,
        above: op.startsWith('>'),
        orEqual: op.endsWith('='),
        limit: limit.value,
      },
    },
  }
}

function meanOf(observation: string, spec: ObservationSpec): NamedFigure {
  const label = `${spec.label}, mean over all ${spec.of}`
  return {
    name: `mean(${observation})`,
    spec: withState({ unit: spec.unit, label }, spec),
    kind: { kind: 'mean', observation },
  }
}

function quantileOf(observation: string, spec: ObservationSpec, percentile: string): NamedFigure {
  const label = `${spec.label}, ${percentile === '50' ? 'median' : `${ordinal(percentile)} percentile`} over all ${spec.of}`
  return {
    name: `p${percentile}(${observation})`,
    spec: withState({ unit: spec.unit, label }, spec),
    kind: { kind: 'quantile', observation, p: Number(percentile) / 100 },
  }
}

const withState = (metric: MetricSpec, { steadyState, overloadedBy }: ObservationSpec): MetricSpec => ({
  ...metric,
  ...(steadyState === undefined ? {} : { steadyState }),
  ...(overloadedBy === undefined ? {} : { overloadedBy }),
})

function ordinal(number: string): string {
  const ending =
    number.includes('.') || /1[123]$/.test(number) ? 'th' : { 1: 'st', 2: 'nd', 3: 'rd' }[number.at(-1)!]
  return `${number}${ending ?? 'th'}`
}

const squeeze = (name: string): string => name.replaceAll(/\s+/g, '')

/**
 * The figure over these replications; null when one of them lacks the metric or cannot know the observation, or nothing was
 * observed at all.
 */
export function figureOver({ name, kind }: NamedFigure, replications: readonly Measures[]): Figure | null {
  if (kind.kind === 'metric') {
    const values = replications.map(({ metrics }) => metrics[name] ?? null)
    const present = values.filter((value) => value !== null)
    if (present.length === 0 || present.length < values.length) return null
    const wholes = replications.map((one) => one.wholes?.[name])
    const figure = wholes.every((whole) => whole !== undefined)
      ? ratioFigure(
          present.map((value, i) => value * wholes[i]!),
          wholes,
        )
      : meanFigure(present)
    const counted = replications.map((one) => one.counted?.[name])
    return counted.every((one) => one !== undefined) ? ofCounted(figure, present, counted) : figure
  }
  // Those that can know it are a chosen part: the runs that went well.
  if (replications.some(({ observations }) => observations?.[kind.observation] === null)) return null
  const distributions = replications.map((measures) => distributionOfIn(measures, kind.observation))
  if (!distributions.some(({ count }) => count > 0)) return null
  const counts = distributions.map(({ count }) => count)
  if (kind.kind === 'quantile') return quantileFigure(distributions, kind.p)
  const sums = distributions.map((one, i) => {
    if (kind.kind === 'mean') return one.sum
    const above = one.exceeding(kind.limit, kind.above === kind.orEqual)
    return kind.above ? above : counts[i]! - above
  })
  const isCounted = kind.kind === 'share' && distributions.some(({ isObserved }) => isObserved === true)
  return isCounted ? shareFigure(sums, counts) : ratioFigure(sums, counts)
}

/** As sure as what was counted makes it: a share of few is a whole number of hits, whatever its unit. */
function ofCounted(figure: Figure, values: readonly number[], counted: readonly Counted[]): Figure {
  const all = counted[0]?.all ?? 1
  return countedFigure(
    figure,
    values.map((value, i) => Math.round((value / all) * counted[i]!.of)),
    counted.map((one) => one.of),
    all,
  )
}

const kept = new WeakMap<object, Distribution>()

const NOTHING: Distribution = { count: 0, sum: 0, smallest: 0, exceeding: () => 0 }

/**
 * A replication's distribution; its tail sums are worked out once, however many figures ask. An observation that cannot be
 * known is one of nothing.
 */
export function distributionOfIn(measures: Measures, observation: string): Distribution {
  const observed = measures.observations?.[observation]
  if (observed === undefined)
    throw new Error(`a replication measured no "${observation}", which its sim declares`)
  if (observed === null) return NOTHING
  let distribution = kept.get(observed)
  if (distribution === undefined) {
    distribution = distributionOf(observed)
    kept.set(observed, distribution)
  }
  return distribution
}
