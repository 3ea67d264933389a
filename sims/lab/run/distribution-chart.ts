/**
 * Every declared observation as its complementary distribution: what share of customers waits longer than x, the share on a
 * logarithmic scale, where an exponential tail is a straight line and a p99.9 can be read as easily as a median.
 */
import { distributionOfIn } from '../contract/figure.ts'
import { axisUnit, formatQuantity } from '../contract/format.ts'
import type { ChartSpec, Distribution, ObservationSpec, Sim } from '../contract/sim.ts'
import { effectiveAt, isMeaningless, type Point } from './fold.ts'
import type { Expectation } from './scenario/expectation.ts'
import { fewestEffective } from '../analysis/theory/run-length.ts'
import { quantileFigure } from '../analysis/figure.ts'

/** Points of the curve. */
const STEPS = 60
/** The smallest share that is drawn: one in a million. */
const RAREST = 1e-6
const MARKED = {
  one: 'The line marks the limit that was set.',
  several: 'The lines mark the limits that were set.',
}

/** One chart an observation, of the point the answer speaks of; none when it is overloaded or nothing was observed. */
export function distributionCharts(
  sim: Sim,
  point: Point,
  expectations: readonly Pick<Expectation, 'metric' | 'value'>[],
): ChartSpec[] {
  return Object.entries(sim.observations ?? {}).flatMap(([name, spec]) => {
    if (isMeaningless(spec, point)) return []
    // One that cannot know them would make this a picture of the others.
    if (point.replications.some(({ observations }) => observations?.[name] === null)) return []
    const distributions = point.replications.map((measures) => distributionOfIn(measures, name))
    const values = curve(distributions, leastShare(name, spec, distributions, point))
    if (values.length < 3) return []
    const rules = expectations.flatMap(({ metric, value }) =>
      metric.endsWith(`(${name})`) && metric.startsWith('p') ? [{ x: value, metric }] : [],
    )
    return [chart(name, spec, values, rules)]
  })
}

/** The share down to which the curve is worth drawing: a hundredth of a percent more would be the noise of a few clumps. */
function leastShare(
  name: string,
  spec: ObservationSpec,
  distributions: readonly Distribution[],
  point: Point,
): number {
  const reached = [0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 1e-4, 1e-5, RAREST].filter((share) => {
    if (distributions.length < 2) return share >= 0.01
    const named = {
      name: `p${Number((100 * (1 - share)).toPrecision(6))}(${name})`,
      spec: { unit: spec.unit, label: spec.label, ...(spec.steadyState ? { steadyState: true } : {}) },
      kind: { kind: 'quantile', observation: name, p: 1 - share },
    } as const
    const effective = effectiveAt(named, quantileFigure(distributions, 1 - share), point.plan)
    return effective !== null && effective >= fewestEffective(point.plan.isSteady, distributions.length)
  })
  return Math.min(1, ...reached)
}

function curve(distributions: readonly Distribution[], least: number): { x: number; share: number }[] {
  const total = distributions.reduce((sum, { count }) => sum + count, 0)
  if (total === 0 || least >= 1) return []
  const shareAbove = (x: number): number =>
    distributions.reduce((sum, one) => sum + one.exceeding(x), 0) / total
  let high = 1e-9
  while (shareAbove(high) > least && high < 1e18) high *= 1.1
  return Array.from({ length: STEPS + 1 }, (_, i) => {
    const x = (high * i) / STEPS
    return { x, share: shareAbove(x) }
  }).filter(({ share }) => share > 0)
}

function chart(
  name: string,
  spec: ObservationSpec,
  values: readonly { x: number; share: number }[],
  rules: readonly { x: number; metric: string }[],
): ChartSpec {
  const { unit, label, of } = spec
  const { suffix, scale } = axisUnit(Math.max(...values.map((one) => one.x)), unit)
  const x = { field: 'x', type: 'quantitative', title: unit === 'count' ? label : `${label} (${suffix})` }
  const scaled = <T extends { readonly x: number }>(rows: readonly T[]): T[] =>
    rows.map((row) => ({ ...row, x: row.x / scale }))
  const y = {
    field: 'share',
    type: 'quantitative',
    title: `share of ${of} above`,
    scale: { type: 'log' },
    axis: { format: '~%' },
  }
  return {
    name: `distribution-${name.replaceAll(/[^\w-]/g, '-')}`,
    title: `${label.charAt(0).toUpperCase()}${label.slice(1)}: its distribution`,
    description:
      `The share of ${of} whose ${label} is longer than the value below, on a logarithmic scale, over all replications; ` +
      'it ends where too few independent observations are left.' +
      (rules.length > 0 ? ` ${MARKED[rules.length === 1 ? 'one' : 'several']}` : ''),
    spec: {
      layer: [
        { data: { values: scaled(values) }, mark: { type: 'line' }, encoding: { x, y } },
        ...(rules.length > 0
          ? [{ data: { values: scaled(rules) }, mark: { type: 'rule', style: 'limit' }, encoding: { x } }]
          : []),
      ],
    },
    table: {
      // Each cell has its own unit.
      columns: [label, `share of ${of} above`],
      rows: values.filter((_, i) => i % 6 === 0).map((one) => [formatQuantity(one.x, unit), one.share]),
    },
  }
}
