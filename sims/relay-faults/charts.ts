/** What to look at: packets lost after the fault, who is back when, and the storm of checks and handshakes. */
import type { ChartSpec, PointResult, Results, Series } from '../lab/contract/sim.ts'
import type { RelayFaultsParams } from './params.ts'

type Point = PointResult<RelayFaultsParams>

export function charts({ points, chosen }: Results<RelayFaultsParams>): ChartSpec[] {
  return [overTime(points), recovery(points), storm(chosen)]
}

/** What tells points apart; legends are short. */
function labelOf({ params, at }: Point): string {
  const { cache } = params
  const told = Object.entries(at).map(([key, value]) =>
    key === 'cache' ? (cache === 'none' ? 'no cache' : 'shared cache') : String(value),
  )
  return told.length === 0 ? params.fault : told.join(', ')
}

const seriesOf = ({ replications }: Point, name: string): Series =>
  replications[0]?.series?.[name] ?? { unit: 's', label: name, t: [], values: [] }

const SECONDS = { field: 't', type: 'quantitative', title: 'seconds after the fault' }

function overTime(points: readonly Point[]): ChartSpec {
  const rows = points.flatMap((point) => {
    const { t, values } = seriesOf(point, 'lost')
    return t.map((at, i) => ({ what: labelOf(point), t: at, lost: values[i]! }))
  })
  return {
    name: 'packets-lost',
    title: 'Media packets lost over time after the fault',
    description:
      'Lines: packets lost a second, one way, all calls together, in one replication of each point.',
    spec: steps(rows, { field: 'lost', title: 'packets lost a second' }),
    table: {
      columns: ['what', 'seconds', 'packets lost a second'],
      rows: rows.map(({ what, t, lost }) => [what, t, lost]),
    },
  }
}

/** A line for each `what`, that holds its value until the next second. */
const steps = (values: readonly object[], y: Readonly<Record<string, unknown>>): ChartSpec['spec'] => ({
  data: { values },
  mark: { type: 'line', interpolate: 'step-after' },
  encoding: {
    x: SECONDS,
    y: { type: 'quantitative', ...y },
    color: { field: 'what', type: 'nominal', title: null },
  },
})

/** Calls still without media, as a share of the most that were at once. */
function recovery(points: readonly Point[]): ChartSpec {
  const rows = points.flatMap((point) => {
    const { t, values } = seriesOf(point, 'out')
    const most = Math.max(1, ...values)
    return t.map((at, i) => ({ what: labelOf(point), t: at, share: values[i]! / most }))
  })
  return {
    name: 'recovery',
    title: 'Who is still without media, by cause',
    description:
      'Lines: calls that are cut off and neither back nor over, against the most that were so at once, in one replication ' +
      'of each point.',
    spec: steps(rows, { field: 'share', title: 'still without media', axis: { format: '.0%' } }),
    table: {
      columns: ['what', 'seconds', 'still without media'],
      rows: rows.map(({ what, t, share }) => [what, t, share]),
    },
  }
}

function storm(point: Point): ChartSpec {
  const rows = ['checks', 'handshakes'].flatMap((name) => {
    const { t, values, label } = seriesOf(point, name)
    return t.map((at, i) => ({ what: label, t: at, rate: values[i]! }))
  })
  return {
    name: 'storm',
    title: `The storm: ${labelOf(point)}`,
    description:
      'Lines: checks that callers send and DTLS handshakes that begin, a second, in one replication.',
    spec: steps(rows, { field: 'rate', title: 'a second' }),
    table: {
      columns: ['what', 'seconds', 'a second'],
      rows: rows.map(({ what, t, rate }) => [what, t, rate]),
    },
  }
}
