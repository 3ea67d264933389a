/** What to look at: the wait against load beside its closed form, each prediction beside what was seen, and the queue in time. */
import { formatQuantity } from '../lab/contract/quantity.ts'
import { profileOf } from './arrivals.ts'
import type { SteadyQueue } from '../lab/analysis/theory/index.ts'
import type { ChartSpec, Horizon, PointResult, Results } from '../lab/contract/sim.ts'
import { isBounded, offeredLoad, timed, type MmcParams } from './params.ts'
import { closedForm, predictions } from './theory.ts'

type Point = PointResult<MmcParams>

export function charts(results: Results<MmcParams>): ChartSpec[] {
  const { chosen, points } = results
  if (!chosen) return []
  // A span that opens empty has no steady state to be drawn beside it.
  const { horizon } = results
  return [
    ...waitAgainstLoad(points, chosen, horizon, results.limits['mean(wait)']?.value),
    ...theory(chosen, horizon),
    ...inSystem(chosen, horizon),
  ]
}

/** More curves than this would be a thicket. */
const MOST_CURVES = 5

/** Theory's knee for the pools that were simulated, and the simulated points on it; none where nobody waits. */
function waitAgainstLoad(
  points: readonly Point[],
  chosen: Point,
  horizon: Horizon,
  limit: number | undefined,
): ChartSpec[] {
  if (chosen.params.waitingRoom === 0 || profileOf(chosen.params) !== null) return []
  const pools = new Map([chosen, ...points].map(({ params }) => [poolOf(params), params]))
  const isThicket = pools.size > MOST_CURVES
  const curves = [...pools].slice(0, isThicket ? 1 : MOST_CURVES).flatMap(([pool, params]) => {
    const { serviceTime, servers } = params
    const loads = points.map((point) => offeredLoad(point.params))
    const highest = Math.max(0.98, ...loads.filter((load) => load < 1 || isBounded(params)))
    return Array.from({ length: 100 }, (_, i) => {
      // Closer together where the curve bends.
      const load = highest * (1 - (1 - (i + 1) / 100) ** 3)
      const wait = waitOf({ ...params, arrivalRate: (load * servers) / serviceTime }, horizon)
      return wait === null ? [] : [{ pool, load, wait }]
    }).flat()
  })
  const observed = points.map((point) => {
    const { value, low, high } = point.metrics['mean(wait)']!
    return {
      pool: poolOf(point.params),
      load: offeredLoad(point.params),
      wait: value,
      low,
      high,
      state: point.state,
    }
  })
  const seen = observed.filter(({ wait }) => wait !== null)
  const x = { field: 'load', type: 'quantitative', title: 'offered load', axis: { format: '.0%' } }
  const y = { field: 'wait', type: 'quantitative', title: 'mean wait (s)' }
  // One colour for all where there are too many to tell apart: the axis then says which is which.
  const color = { field: 'pool', type: 'nominal', title: null }
  const encoding = { x, y, ...(pools.size > 1 && !isThicket ? { color } : {}) }
  const chart = {
    name: 'wait-against-load',
    title: 'Mean wait against load',
    description:
      (curves.length === 0
        ? ''
        : isThicket
          ? `Curve: the mean wait that theory gives for ${poolOf(chosen.params)} at each load. `
          : 'Curves: the mean wait that theory gives for these servers at each load. ') +
      'Points with bars: what was simulated, with its 95 % interval. Overloaded points have no mean wait and are left out.',
    spec: {
      layer: [
        ...(curves.length === 0 ? [] : [{ data: { values: curves }, mark: 'line', encoding }]),
        {
          data: { values: seen.filter(({ low }) => low !== null) },
          mark: 'rule',
          encoding: { ...encoding, y: { ...y, field: 'low' }, y2: { field: 'high' } },
        },
        { data: { values: seen }, mark: { type: 'point', filled: true, size: 60 }, encoding },
        ...(limit === undefined
          ? []
          : [
              {
                data: { values: [{ wait: limit }] },
                mark: { type: 'rule', style: 'limit' },
                encoding: { y },
              },
            ]),
      ],
    },
    table: {
      columns: [
        'servers and service time',
        'offered load',
        'state',
        'mean wait (s)',
        'low',
        'high',
        'theory (s)',
      ],
      rows: points.map(({ params }, i) => {
        const { pool, load, state, wait, low, high } = observed[i]!
        return [pool, load, state, wait, low, high, waitOf(params, horizon)]
      }),
    },
  }
  return [chart]
}

const queueOf = (params: MmcParams, horizon: Horizon): SteadyQueue | null =>
  horizon === 'steady' ? (closedForm(params)?.queue ?? null) : null

const waitOf = (params: MmcParams, horizon: Horizon): number | null =>
  queueOf(params, horizon)?.meanWait ?? null

function poolOf({ servers, serviceTime }: MmcParams): string {
  return `${servers} ${servers === 1 ? 'server' : 'servers'}, ${formatQuantity(serviceTime, 's')} each`
}

/** Each closed form at the chosen point: observation over theory, which should contain 1. */
function theory({ params, metrics }: Point, horizon: Horizon): ChartSpec[] {
  const rows = predictions(params, horizon).flatMap(({ name, metric, expected }) => {
    const { value, low, high } = metrics[metric]!
    if (value === null || low === null || high === null) return []
    return [{ name: name.split(',')[0]!, expected, value, low, high }]
  })
  if (rows.length === 0) return []
  const values = rows.map(({ name, expected, value, low, high }) => {
    return { name, ratio: value / expected, low: low / expected, high: high / expected }
  })
  const x = { field: 'ratio', type: 'quantitative', title: 'observed / theory', scale: { zero: false } }
  const y = { field: 'name', type: 'nominal', title: null, sort: null }
  return [
    {
      name: 'theory',
      title: 'Observation over theory',
      description:
        'Each figure as simulated, divided by its closed form, with its 95 % interval. An interval that contains 1 agrees ' +
        'with theory; one in twenty misses it by chance.',
      spec: {
        layer: [
          { data: { values: [{ ratio: 1 }] }, mark: { type: 'rule', style: 'muted' }, encoding: { x } },
          {
            data: { values },
            mark: 'rule',
            encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, y },
          },
          { data: { values }, mark: { type: 'point', filled: true, size: 60 }, encoding: { x, y } },
        ],
      },
      table: {
        columns: ['figure', 'theory', 'observed', 'low', 'high'],
        rows: rows.map(({ name, expected, value, low, high }) => [name, expected, value, low, high]),
      },
    },
  ]
}

/** The first replication's queue, warm-up included. */
function inSystem({ params, replications }: Point, horizon: Horizon): ChartSpec[] {
  const { warmUp } = timed(params)
  const series = replications[0]?.series?.['inSystem']
  if (!series) return []
  const steady = queueOf(params, horizon)
  const values = series.t.map((t, i) => ({ minutes: t / 60, customers: series.values[i]! }))
  const x = { field: 'minutes', type: 'quantitative', title: 'minutes of virtual time' }
  const y = { field: 'customers', type: 'quantitative', title: 'customers in the system' }
  const mean = steady && { customers: steady.meanInSystem }
  return [
    {
      name: 'in-system',
      title: 'Customers in the system over time',
      description:
        `Customers waiting or served in the first replication, from an empty start; the first ` +
        `${formatQuantity(warmUp, 's')} (shaded) is warm-up and not measured.` +
        (mean ? ' The grey line is the mean that theory gives.' : ''),
      spec: {
        layer: [
          {
            data: { values: [{ from: 0, to: warmUp / 60 }] },
            mark: { type: 'rect', opacity: 0.12 },
            encoding: { x: { ...x, field: 'from' }, x2: { field: 'to' } },
          },
          { data: { values }, mark: { type: 'line', strokeWidth: 1.5 }, encoding: { x, y } },
          ...(mean
            ? [{ data: { values: [mean] }, mark: { type: 'rule', style: 'muted' }, encoding: { y } }]
            : []),
        ],
      },
      table: {
        columns: ['minutes', 'customers'],
        rows: values.filter((_, i) => i % 10 === 0).map(({ minutes, customers }) => [minutes, customers]),
      },
    },
  ]
}
