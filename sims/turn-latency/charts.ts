/** What to look at: turns by age of the call, their stages, what each change would save, and which drift is published. */
import { formatQuantity } from '../lab/contract/quantity.ts'
import type { ChartSpec, PointResult, Results } from '../lab/contract/sim.ts'
import { expectedLatency } from './fit.ts'
import type { TurnLatencyParams } from './params.ts'
import { PUBLISHED } from './published.ts'
import { compareShapes, distinct, fitShape, predictShape, SHAPES } from './shapes.ts'
import { STAGES } from './stages.ts'
import { savedBy, VARIANTS } from './variants.ts'

type Point = PointResult<TurnLatencyParams>

export function charts({ chosen }: Results<TurnLatencyParams>): ChartSpec[] {
  // An overloaded call has a queue to look at, and no latency to compare with.
  if (chosen.state === 'overloaded') return [stagesByMinute(chosen), driftShapes(chosen)]
  return [latencyByMinute(chosen), stagesByMinute(chosen), counterfactuals(chosen), driftShapes(chosen)]
}

/** Published points taller than this many times the call are of another world, and would flatten it. */
const MOST_TALL = 2
const MINUTE = { field: 'minute', type: 'quantitative', title: 'minute of the call' }

function latencyByMinute({ replications }: Point): ChartSpec {
  const series = replications[0]?.series ?? {}
  const values = (name: string): readonly number[] => series[name]?.values ?? []
  const rows = (series['latency p50']?.t ?? []).map((t, i) => ({
    minute: t / 60,
    low: values('latency p5')[i]!,
    median: values('latency p50')[i]!,
    high: values('latency p95')[i]!,
  }))
  const visible = MOST_TALL * Math.max(...rows.map(({ high }) => high))
  const points = PUBLISHED.filter(({ seconds }) => seconds <= visible).map(
    ({ minute, seconds, preset, source }) => ({ minute, seconds, deployment: preset, source }),
  )
  const y = { type: 'quantitative', title: 'seconds to the first sound' }
  return {
    name: 'latency-by-minute',
    title: 'How long a turn takes, by minute of the call',
    description:
      'Line: the median of all turns in one replication; band: from the 5th to the 95th percentile. Points: published ' +
      'observations, each one report of one deployment; those far above this call are left out.',
    spec: {
      layer: [
        {
          data: { values: rows },
          mark: { type: 'area', style: 'band' },
          encoding: { x: MINUTE, y: { ...y, field: 'low' }, y2: { field: 'high' } },
        },
        { data: { values: rows }, mark: 'line', encoding: { x: MINUTE, y: { ...y, field: 'median' } } },
        {
          data: { values: points },
          mark: { type: 'point', filled: true, size: 70, color: 'black' },
          encoding: {
            x: MINUTE,
            y: { ...y, field: 'seconds' },
            shape: { field: 'deployment', type: 'nominal', title: 'published of calls that are' },
          },
        },
      ],
    },
    table: {
      columns: ['minute', '5th percentile', 'median', '95th percentile'],
      rows: rows.map(({ minute, low, median, high }) => [minute, low, median, high]),
    },
  }
}

function stagesByMinute({ replications }: Point): ChartSpec {
  const series = replications[0]?.series ?? {}
  const rows = STAGES.flatMap((stage) =>
    (series[stage]?.t ?? []).map((t, i) => ({ stage, minute: t / 60, seconds: series[stage]!.values[i]! })),
  )
  return {
    name: 'stages-by-minute',
    title: 'Where a turn’s time goes, by minute of the call',
    description: 'Areas: the mean of each stage in one replication, stacked.',
    spec: {
      data: { values: rows },
      mark: { type: 'area' },
      encoding: {
        x: MINUTE,
        y: { field: 'seconds', type: 'quantitative', stack: 'zero', title: 'seconds' },
        color: { field: 'stage', type: 'nominal', title: null, sort: [...STAGES] },
        order: { field: 'stage' },
      },
    },
    table: {
      columns: ['stage', 'minute', 'seconds'],
      rows: rows.map(({ stage, minute, seconds }) => [stage, minute, seconds]),
    },
  }
}

/** Each change hangs from the turn as it is: they do not add up, for two changes may save the same seconds. */
function counterfactuals({ metrics }: Point): ChartSpec {
  const total = metrics['latencyAtMinute12']?.value ?? 0
  const changes = VARIANTS.flatMap(({ name, label }) => {
    const { value, low, high } = metrics[savedBy(name)]!
    return value === null ? [] : [{ label, saved: value, low: low ?? value, high: high ?? value }]
  }).toSorted((a, b) => b.saved - a.saved)
  const values = [
    {
      label: 'as it is',
      from: 0,
      to: total,
      low: total,
      high: total,
      text: formatQuantity(total, 's'),
      kind: 'turn',
    },
    ...changes.map(({ label, saved, low, high }) => ({
      label,
      from: total - saved,
      to: total,
      low: total - high,
      high: total - low,
      text: `-${formatQuantity(Math.max(0, saved), 's')}`,
      kind: 'saved',
    })),
  ]
  const y = { field: 'label', type: 'nominal', title: null, sort: null }
  const x = {
    type: 'quantitative',
    title: 'seconds of a turn in minute 12',
    // Room for the words beside the longest bar, on a phone too.
    scale: { domainMax: 1.4 * total, nice: false },
  }
  return {
    name: 'what-would-help',
    title: 'What each change would take from a turn in minute 12',
    description:
      'The first bar is the turn as it is, mean. From its end hangs, for each change, what it would save on the same ' +
      'callers, with the 95 % interval over replications. Changes do not add up.',
    spec: {
      data: { values },
      layer: [
        {
          mark: 'bar',
          encoding: {
            y,
            x: { ...x, field: 'from' },
            x2: { field: 'to' },
            color: { field: 'kind', type: 'nominal', legend: null },
          },
        },
        {
          mark: { type: 'rule', color: 'black' },
          encoding: { y, x: { ...x, field: 'low' }, x2: { field: 'high' } },
        },
        {
          // Beside the bars: many are too short to hold it.
          mark: { type: 'text', align: 'left', dx: 6 },
          encoding: { y, x: { ...x, field: 'to' }, text: { field: 'text' } },
        },
      ],
    },
    table: {
      columns: ['change', 'seconds saved', 'low', 'high'],
      rows: changes.map(({ label, saved, low, high }) => [label, saved, low, high]),
    },
  }
}

/** Minutes between the points of a line. */
const FINEST = 0.5

/** The three ways to drift, fitted to what is published of calls from far. */
function driftShapes({ params }: Point): ChartSpec {
  const points = PUBLISHED.filter(({ preset }) => preset === 'far')
  const verdicts = compareShapes(params, points)
  const off = (share: number): string => formatQuantity(share, 'share')
  const labelOf = new Map(verdicts.map(({ shape, leftOut }) => [shape, `${shape}, off by ${off(leftOut)}`]))
  const last = Math.max(...points.map(({ minute }) => minute))
  const rows = SHAPES.flatMap((shape) => {
    const parameter = fitShape(params, shape, points)
    return Array.from({ length: Math.round(last / FINEST) + 1 }, (_, i) => {
      const minute = i * FINEST
      const seconds =
        shape === 'context'
          ? expectedLatency({ ...params, endpointingDrift: 0, prefillPerToken: parameter }, minute)
          : predictShape(params, shape, parameter, { minute, seconds: 1 })
      return { shape: labelOf.get(shape)!, minute, seconds }
    })
  })
  const rivals = verdicts.filter((one) => !distinct(verdicts[0]!, one)).map(({ shape }) => shape)
  const said =
    rivals.length === 1
      ? `They support growth by ${rivals[0]}.`
      : `They cannot tell ${rivals.join(' from ')}: too few points.`
  return {
    name: 'drift-shapes',
    title: 'Which drift do the published points show?',
    description:
      'Points: what is published of calls from far. Lines: each mechanism alone, its one parameter fitted to them; off by ' +
      `how much it foretells each point from the others. ${said}`,
    spec: {
      layer: [
        {
          data: { values: rows },
          mark: 'line',
          encoding: {
            x: MINUTE,
            y: { field: 'seconds', type: 'quantitative', title: 'seconds to the first sound' },
            color: { field: 'shape', type: 'nominal', title: null },
          },
        },
        {
          data: { values: points.map(({ minute, seconds }) => ({ minute, seconds })) },
          mark: { type: 'point', filled: true, size: 70, color: 'black' },
          encoding: { x: MINUTE, y: { field: 'seconds', type: 'quantitative' } },
        },
      ],
    },
    table: {
      columns: [
        'mechanism',
        'off, fitted',
        'off, left out',
        ...points.map(({ minute }) => `minute ${minute}, s`),
      ],
      rows: verdicts.map(({ shape, fitted, leftOut, predictions }) => [
        shape,
        fitted,
        leftOut,
        ...predictions,
      ]),
    },
  }
}
