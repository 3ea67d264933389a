/**
 * Each expected figure against the parameter that was swept or searched, with its limit drawn and named: where it crosses is
 * what a sweep is run for. Of several parameters the searched one, else the one with most values, is the axis; the others'
 * combinations are curves, or with a search a panel each.
 */
import { formatQuantity } from '../contract/format.ts'
import { quantityOf } from '../contract/quantity.ts'
import type { At, ChartSpec, Sim } from '../contract/sim.ts'
import type { Point } from './fold.ts'
import { HEADROOM, type Expectation } from './scenario/expectation.ts'
import { describePoint } from './scenario/params.ts'
import { schemaAt } from './scenario/shape.ts'
import { takesBareNumber } from '../contract/units.ts'

/** Figures that get a chart, and curves in one: more would be a thicket. */
const MOST_CHARTS = 4
const MOST_CURVES = 6

export interface SweepChartRequest {
  readonly sim: Sim
  readonly points: readonly Point[]
  readonly expectations: readonly Expectation[]
  /** The searched parameter, if one was. */
  readonly searched: string | null
  /** The value that the search found. */
  readonly found: number | null
}

export function sweepCharts(request: SweepChartRequest): ChartSpec[] {
  const { points, expectations, searched } = request
  const axis = axisOf(points, searched)
  if (axis === null) return []
  const asked = Map.groupBy(expectations, ({ metric }) => metric)
  asked.delete(HEADROOM)
  return [...asked.values()].slice(0, MOST_CHARTS).flatMap((some) => chart(request, axis, some) ?? [])
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
  { sim, points, searched, found }: SweepChartRequest,
  axis: string,
  /** All that is expected of one figure. */
  asked: readonly Expectation[],
): ChartSpec | null {
  const { metric, unit, figure } = asked[0]!
  const curveOf = (at: At): string =>
    describePoint(sim, Object.fromEntries(Object.entries(at).filter(([name]) => name !== axis)))
  const curves = [...new Set(points.map(({ at }) => curveOf(at)))]
  const values = points.flatMap(({ at, metrics }) => {
    const { value, low, high } = metrics[metric]!
    const curve = curveOf(at)
    if (value === null || curves.indexOf(curve) >= MOST_CURVES) return []
    return [{ x: at[axis] as number, y: value, low: low ?? value, high: high ?? value, curve }]
  })
  if (values.length < 3) return null
  const schema = schemaAt(sim.params, axis.split('.'))
  const axisUnit = (schema && quantityOf(schema)?.unit) ?? 'count'
  const x = {
    field: 'x',
    type: 'quantitative',
    // Hosts are counted in hosts: a unit that the name says already is not said again.
    title: takesBareNumber(axisUnit) ? axis : `${axis} (${axisUnit})`,
    scale: { zero: false, nice: false },
    ...(axisUnit === 'share' ? { axis: { format: '~%' } } : {}),
  }
  const y = {
    field: 'y',
    type: 'quantitative',
    title: unit === 'count' ? metric : `${metric} (${unit})`,
    ...(unit === 'share' ? { axis: { format: '~%' } } : {}),
  }
  const shown = curves.slice(0, MOST_CURVES)
  // Searched values are hosts or servers: how many it takes is read off each world by itself, not off crossing curves.
  const isPanels = searched !== null && curves.length > 1
  const color =
    curves.length > 1 && !isPanels
      ? { color: { field: 'curve', type: 'nominal', title: null, sort: shown } }
      : {}
  const last = Math.max(...values.map((one) => one.x))
  const limits = asked.map(({ op, value }) => ({
    x: last,
    y: value,
    label: `${op} ${formatQuantity(value, unit)}`,
  }))
  const lines = limits.length === 1 ? 'dashed line is the limit' : 'dashed lines are the limits'
  const left = curves.length - shown.length
  const layersOf = (rows: readonly (typeof values)[number][]): unknown[] => [
    {
      data: { values: rows },
      mark: { type: 'area', style: 'band' },
      encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, ...color },
    },
    {
      data: { values: rows },
      mark: { type: 'line', point: rows.length <= 60 },
      encoding: { x, y, ...color },
    },
    { data: { values: limits }, mark: { type: 'rule', style: 'limit' }, encoding: { y } },
    {
      data: { values: limits },
      mark: { type: 'text', style: 'limit-label', align: 'right' },
      encoding: { x, y, text: { field: 'label' } },
    },
    ...(found === null
      ? []
      : [
          {
            data: { values: rows.filter((one) => one.x === found) },
            mark: { type: 'point', style: 'chosen' },
            encoding: { x, y },
          },
        ]),
  ]
  return {
    name: `sweep-${metric.replaceAll(/[^\w-]+/g, '-').replaceAll(/^-|-$/g, '')}`.slice(0, 80),
    title: `${metric} against ${axis}`,
    description:
      `${capitalised(figure?.spec.label ?? metric)}, with its 95 % interval, at every value of ${axis} that was measured; ` +
      `the ${lines}, ${limits.map(({ label }) => label).join(' and ')}` +
      `${found === null ? '' : `, and the ring is the answer, ${axis} = ${found}`}. ` +
      'Overloaded points have no figure and are left out.' +
      (left > 0 ? ` ${left} more combinations are in points.csv.` : ''),
    spec: isPanels
      ? {
          concat: shown.map((curve) => ({
            title: curve,
            layer: layersOf(values.filter((one) => one.curve === curve)),
          })),
          columns: 2,
          resolve: { scale: { x: 'shared', y: 'shared' } },
        }
      : { layer: layersOf(values) },
    table: {
      columns: [axis, ...(curves.length > 1 ? ['at'] : []), metric, 'low', 'high'],
      rows: values.map((one) => [one.x, ...(curves.length > 1 ? [one.curve] : []), one.y, one.low, one.high]),
    },
  }
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
