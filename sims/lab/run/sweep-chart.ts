/**
 * Each expected figure against the parameter that was swept or searched, with its limit drawn and named: where it crosses is
 * what a sweep is run for. Of several parameters the searched one, else the one with most values, is the axis; the others'
 * combinations are curves.
 */
import { formatQuantity } from '../contract/format.ts'
import { quantityOf } from '../contract/quantity.ts'
import type { At, ChartSpec, Sim } from '../contract/sim.ts'
import type { Point } from './fold.ts'
import { HEADROOM, type Expectation } from './scenario/expectation.ts'
import { describePoint } from './scenario/params.ts'
import { schemaAt } from './scenario/shape.ts'

/** Figures that get a chart, and curves in one: more would be a thicket. */
const MOST_CHARTS = 4
const MOST_CURVES = 6

export interface SweepChartRequest {
  readonly sim: Sim
  readonly points: readonly Point[]
  readonly expectations: readonly Expectation[]
  /** The searched parameter, if one was. */
  readonly searched: string | null
}

export function sweepCharts({ sim, points, expectations, searched }: SweepChartRequest): ChartSpec[] {
  const axis = axisOf(points, searched)
  if (axis === null) return []
  const asked = new Map(expectations.map((one) => [one.metric, one]))
  return [...asked.values()]
    .filter(({ metric }) => metric !== HEADROOM)
    .slice(0, MOST_CHARTS)
    .flatMap((expectation) => chart(sim, points, axis, expectation) ?? [])
}

/** The numeric parameter to draw against; null where there are fewer than three values of any. */
function axisOf(points: readonly Point[], searched: string | null): string | null {
  const names = [...new Set(points.flatMap(({ at }) => Object.keys(at)))]
  const counted = names.flatMap((name) => {
    const values = new Set(points.map(({ at }) => at[name]))
    return [...values].every((value) => typeof value === 'number') ? [{ name, count: values.size }] : []
  })
  const most = counted.toSorted((a, b) => b.count - a.count)[0]
  const chosen = counted.find(({ name }) => name === searched) ?? most
  return chosen !== undefined && chosen.count > 2 ? chosen.name : null
}

function chart(
  sim: Sim,
  points: readonly Point[],
  axis: string,
  { metric, op, value: limit, unit, figure }: Expectation,
): ChartSpec | null {
  const curveOf = (at: At): string =>
    describePoint(sim, Object.fromEntries(Object.entries(at).filter(([name]) => name !== axis)))
  const curves = [...new Set(points.map(({ at }) => curveOf(at)))]
  const shown = new Set(curves.slice(0, MOST_CURVES))
  const values = points.flatMap(({ at, metrics }) => {
    const { value, low, high } = metrics[metric]!
    const curve = curveOf(at)
    if (value === null || !shown.has(curve)) return []
    return [{ x: at[axis] as number, y: value, low: low ?? value, high: high ?? value, curve }]
  })
  if (values.length < 3) return null
  const schema = schemaAt(sim.params, axis.split('.'))
  const axisUnit = (schema && quantityOf(schema)?.unit) ?? 'count'
  const x = {
    field: 'x',
    type: 'quantitative',
    title: axisUnit === 'count' ? axis : `${axis} (${axisUnit})`,
    scale: { zero: false },
    ...(axisUnit === 'share' ? { axis: { format: '~%' } } : {}),
  }
  const y = {
    field: 'y',
    type: 'quantitative',
    title: unit === 'count' ? metric : `${metric} (${unit})`,
    ...(unit === 'share' ? { axis: { format: '~%' } } : {}),
  }
  const color =
    curves.length > 1 ? { color: { field: 'curve', type: 'nominal', title: null, sort: [...shown] } } : {}
  const last = Math.max(...values.map((one) => one.x))
  const limits = [{ x: last, y: limit, label: `${op} ${formatQuantity(limit, unit)}` }]
  const left = curves.length - shown.size
  return {
    name: `sweep-${metric.replaceAll(/[^\w-]+/g, '-').replaceAll(/^-|-$/g, '')}`.slice(0, 80),
    title: `${metric} against ${axis}`,
    description:
      `${capitalised(figure?.spec.label ?? metric)}, with its 95 % interval, at every value of ${axis} that was measured; ` +
      `the rule is the limit, ${op} ${formatQuantity(limit, unit)}. Overloaded points have no figure and are left out.` +
      (left > 0 ? ` ${left} more combinations are in points.csv.` : ''),
    spec: {
      layer: [
        {
          data: { values },
          mark: { type: 'area', style: 'band' },
          encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, ...color },
        },
        {
          data: { values },
          mark: { type: 'line', point: values.length <= 60 },
          encoding: { x, y, ...color },
        },
        { data: { values: limits }, mark: { type: 'rule', style: 'limit' }, encoding: { y } },
        {
          data: { values: limits },
          mark: { type: 'text', style: 'limit-label', align: 'right' },
          encoding: { x, y, text: { field: 'label' } },
        },
      ],
    },
    table: {
      columns: [axis, ...(curves.length > 1 ? ['at'] : []), metric, 'low', 'high'],
      rows: values.map((one) => [one.x, ...(curves.length > 1 ? [one.curve] : []), one.y, one.low, one.high]),
    },
  }
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
