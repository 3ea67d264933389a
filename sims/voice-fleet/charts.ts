/** What a planner looks at: the knee, the week, and how full each cluster is. */
import { formatQuantity } from '../lab/contract/quantity.ts'
import type { ChartSpec, Results } from '../lab/contract/sim.ts'
import { CLUSTERS, worldOf } from '../lab/world/geography.ts'
import { utilisationIn } from './metrics.ts'
import type { VoiceFleetParams } from './params.ts'

/** The worst cluster's: what the fleet is sized by. */
const KNEE = 'p99(worstRelayDelay)'

/** More points than pixels help nobody. */
const MAX_POINTS = 336

export function charts(results: Results<VoiceFleetParams>): ChartSpec[] {
  return [...knee(results), ...strip(results), ...utilisation(results)]
}

/** Delay against hosts, where hosts were searched or swept. */
function knee({ points, limits, found }: Results<VoiceFleetParams>): ChartSpec[] {
  if (points.length < 2) return []
  const rows = points.map(({ params, state, metrics }) => {
    const { value, low, high } = metrics[KNEE]!
    return {
      hosts: params.relayHosts,
      state,
      delay: ms(value),
      low: ms(low),
      high: ms(high),
      lost: metrics['lost']!.value,
    }
  })
  // A fluid queue's interval may reach below zero, which a logarithm cannot draw.
  const values = rows
    .filter((row) => row.delay !== null)
    .map((row) => ({
      ...row,
      low: Math.max(row.low ?? row.delay!, row.delay! / 10),
      high: row.high ?? row.delay!,
    }))
  const limit = limits[KNEE] ?? limits['p99(relayDelay)']
  const last = values.at(-1)?.hosts ?? 0
  const chosen = values.filter((row) => row.hosts === found?.value)
  const x = { field: 'hosts', type: 'quantitative', title: 'relay hosts', scale: { zero: false } }
  const y = { type: 'quantitative', title: 'p99 relay delay, ms', scale: { type: 'log' } }
  const limited = limit
    ? [{ hosts: last, limit: ms(limit.value), label: `limit ${formatQuantity(limit.value, 's')}` }]
    : []
  return [
    {
      name: 'knee',
      title: 'Where delay takes off: p99 by number of relay hosts',
      description:
        'Relay delay, 99th percentile over the packets of the worst cluster, on a logarithmic scale, with its 95 % interval. The dashed line ' +
        'is the limit, the ring the answer. Fleets that are overloaded have no percentile and are left out.',
      spec: {
        data: { values },
        encoding: { x },
        layer: [
          {
            mark: { type: 'area', style: 'band' },
            encoding: { y: { ...y, field: 'low' }, y2: { field: 'high' } },
          },
          { mark: 'line', encoding: { y: { ...y, field: 'delay' } } },
          {
            data: { values: limited },
            mark: { type: 'rule', style: 'limit' },
            encoding: { y: { ...y, field: 'limit' }, x: null },
          },
          {
            data: { values: limited },
            mark: { type: 'text', style: 'limit-label', align: 'right' },
            encoding: { y: { ...y, field: 'limit' }, text: { field: 'label' } },
          },
          {
            data: { values: chosen },
            mark: { type: 'point', style: 'chosen' },
            encoding: { y: { ...y, field: 'delay' } },
          },
          {
            data: { values: chosen.map((row) => ({ ...row, label: `${row.hosts} hosts` })) },
            mark: { type: 'text', style: 'chosen-label' },
            encoding: { y: { ...y, field: 'delay' }, text: { field: 'label' } },
          },
        ],
      },
      table: {
        columns: ['relay hosts', 'state', 'p99 relay delay, ms', 'low', 'high', 'lost'],
        rows: rows.map(({ hosts, state, delay, low, high, lost }) => [hosts, state, delay, low, high, lost]),
      },
    },
  ]
}

const ms = (seconds: number | null): number | null => (seconds === null ? null : 1000 * seconds)

/** How full the busiest core of each cluster gets. */
function utilisation({ chosen }: Results<VoiceFleetParams>): ChartSpec[] {
  if (!chosen) return []
  const { sites } = worldOf(chosen.params.clusters)
  const rows = CLUSTERS.filter((_, site) => sites.includes(site)).map((cluster) => ({
    cluster,
    ...chosen.metrics[utilisationIn(cluster)]!,
  }))
  const values = rows.map((row) => ({ ...row, label: formatQuantity(row.value ?? 0, 'share') }))
  const encoding = {
    y: { field: 'cluster', type: 'nominal', title: null, sort: '-x' },
    x: {
      field: 'value',
      type: 'quantitative',
      title: 'utilisation in its busiest second',
      axis: { format: '.0%' },
    },
  }
  return [
    {
      name: 'utilisation',
      title: 'Relay CPU of the busiest core, by cluster',
      description:
        'Share of its packets per second that the busiest core of each cluster takes in its busiest second. Hosts are ' +
        'whole, so small clusters have more room; the dashed line is all of it.',
      spec: {
        layer: [
          { data: { values }, mark: 'bar', encoding },
          {
            data: { values },
            mark: { type: 'text', style: 'bar-label' },
            encoding: { ...encoding, text: { field: 'label' } },
          },
          {
            data: { values: [{ full: 1 }] },
            mark: { type: 'rule', style: 'limit' },
            encoding: { x: { ...encoding.x, field: 'full' } },
          },
        ],
      },
      table: {
        columns: ['cluster', 'utilisation', 'low', 'high'],
        rows: rows.map(({ cluster, value, low, high }) => [cluster, value, low, high]),
      },
    },
  ]
}

/** Sessions at once over the span, by cluster. */
function strip({ chosen }: Results<VoiceFleetParams>): ChartSpec[] {
  const series = chosen?.replications[0]?.series
  if (!series) return []
  const { clusters } = worldOf(chosen.params.clusters)
  const t = series['concurrent']!.t
  const step = Math.ceil(t.length / MAX_POINTS)
  const kept = t.map((_, i) => i).filter((i) => i % step === step - 1)
  const isLong = t.at(-1)! > 2 * 3600
  const [unit, word] = isLong ? [3600, 'hours'] : [60, 'minutes']
  const title = `${word} since the start of the span${chosen.params.span.at === 'peak' ? ', each cluster at its peak' : ' (UTC)'}`
  const values = kept.flatMap((i) =>
    clusters.map((cluster) => ({
      at: t[i]! / unit,
      cluster,
      sessions: series[`concurrent/${cluster}`]!.values[i]!,
    })),
  )
  return [
    {
      name: 'sessions',
      title: 'Sessions at once, by cluster',
      description:
        `Sessions in progress in each cluster over the span, one value every ${step} min, from replication 0.` +
        (chosen.params.survive === 'region'
          ? ' Each cluster has the callers of the neighbour whose loss hurts it most: they are never all there at once.'
          : ''),
      spec: {
        data: { values },
        mark: { type: 'area' },
        encoding: {
          x: { field: 'at', type: 'quantitative', title },
          y: { field: 'sessions', type: 'quantitative', title: 'sessions', stack: 'zero' },
          color: { field: 'cluster', type: 'nominal', sort: clusters, title: 'cluster' },
          order: { field: 'cluster', sort: 'ascending' },
        },
      },
      table: {
        columns: [title, ...clusters],
        rows: kept.map((i) => [
          t[i]! / unit,
          ...clusters.map((cluster) => series[`concurrent/${cluster}`]!.values[i]!),
        ]),
      },
    },
  ]
}
