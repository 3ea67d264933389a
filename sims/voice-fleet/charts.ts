/** What a planner looks at: the knee, the week, and how full each cluster is. */
import type { ChartSpec, Results } from '../sim.ts'
import { CLUSTERS } from './geography.ts'
import type { VoiceFleetParams } from './params.ts'

/** More points than pixels help nobody. */
const MAX_POINTS = 336

export function charts(results: Results<VoiceFleetParams>): ChartSpec[] {
  return [...knee(results), ...strip(results)]
}

/** Delay against hosts, where hosts were searched or swept. */
function knee({ points, limits, found }: Results<VoiceFleetParams>): ChartSpec[] {
  const rows = points.flatMap((point) => {
    const { value, low, high } = point.metrics['p99(relayDelay)']!
    const loss = point.metrics['lost']!.value
    return [{ hosts: point.params.relayHosts, state: point.state, delay: value, low, high, loss }]
  })
  if (rows.length < 2) return []
  const drawn = rows.filter((row) => row.delay !== null)
  const limit = limits['p99(relayDelay)']
  const x = { field: 'hosts', type: 'quantitative', title: 'relay hosts', scale: { zero: false } }
  const y = { field: 'ms', type: 'quantitative', title: 'p99 relay delay (ms)', scale: { type: 'log' } }
  const values = drawn.map(({ hosts, delay, low, high }) => {
    const ms = (seconds: number | null): number => 1000 * (seconds ?? delay!)
    return { hosts, ms: ms(delay), low: ms(low), high: ms(high) }
  })
  const chosen = values.filter((row) => row.hosts === found?.value?.value)
  return [
    {
      name: 'knee',
      title: 'Where delay takes off',
      description:
        'Relay delay, 99th percentile over all packets, against the number of relay hosts, with its 95 % interval; ' +
        'fleets that are overloaded have no percentile and are left out.',
      spec: {
        layer: [
          {
            data: { values },
            mark: { type: 'area', opacity: 0.25 },
            encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } },
          },
          { data: { values }, mark: { type: 'line', point: true }, encoding: { x, y } },
          ...(limit
            ? [
                {
                  data: { values: [{ ms: 1000 * limit.value }] },
                  mark: { type: 'rule', strokeDash: [6, 4] },
                  encoding: { y },
                },
              ]
            : []),
          ...(chosen.length > 0
            ? [
                {
                  data: { values: chosen },
                  mark: { type: 'point', size: 160, filled: true },
                  encoding: { x, y },
                },
              ]
            : []),
        ],
      },
      table: {
        columns: ['relay hosts', 'state', 'p99 relay delay (ms)', 'low', 'high', 'lost'],
        rows: rows.map(({ hosts, state, delay, low, high, loss }) => {
          const ms = (seconds: number | null): number | null => (seconds === null ? null : 1000 * seconds)
          return [hosts, state, ms(delay), ms(low), ms(high), loss]
        }),
      },
    },
  ]
}

/** Sessions at once over the span, by cluster. */
function strip({ chosen }: Results<VoiceFleetParams>): ChartSpec[] {
  const series = chosen?.replications[0]?.series
  if (!series) return []
  const t = series['concurrent']!.t
  const step = Math.ceil(t.length / MAX_POINTS)
  const kept = t.map((_, i) => i).filter((i) => i % step === step - 1)
  const isLong = t.at(-1)! > 2 * 3600
  const [unit, word] = isLong ? [3600, 'hours'] : [60, 'minutes']
  const title = `${word} since the start of the span${chosen.params.span.at === 'peak' ? ', each cluster at its peak' : ' (UTC)'}`
  const values = kept.flatMap((i) =>
    CLUSTERS.map((cluster) => ({
      at: t[i]! / unit,
      cluster,
      sessions: series[`concurrent/${cluster}`]!.values[i]!,
    })),
  )
  return [
    {
      name: 'sessions',
      title: 'Sessions at once, by cluster',
      description: `Sessions in progress in each cluster over the span, one value every ${step} min, from replication 0.`,
      spec: {
        data: { values },
        mark: { type: 'area' },
        encoding: {
          x: { field: 'at', type: 'quantitative', title },
          y: { field: 'sessions', type: 'quantitative', title: 'sessions', stack: 'zero' },
          color: { field: 'cluster', type: 'nominal', sort: CLUSTERS, title: 'cluster' },
          order: { field: 'cluster', sort: 'ascending' },
        },
      },
      table: {
        columns: [title, ...CLUSTERS],
        rows: kept.map((i) => [
          t[i]! / unit,
          ...CLUSTERS.map((cluster) => series[`concurrent/${cluster}`]!.values[i]!),
        ]),
      },
    },
  ]
}
