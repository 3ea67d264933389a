/** What to look at: the stages of a turn by age of the call, and what each change would save. */
import { intervalBars } from '../lab/contract/bars.ts'
import type { ChartSpec, PointResult, Results } from '../lab/contract/sim.ts'
import type { TurnLatencyParams } from './params.ts'
import { PUBLISHED } from './published.ts'
import { STAGES } from './stages.ts'
import { savedBy, VARIANTS } from './variants.ts'

type Point = PointResult<TurnLatencyParams>

export function charts({ chosen }: Results<TurnLatencyParams>): ChartSpec[] {
  return [stagesByMinute(chosen), counterfactuals(chosen)]
}

/** Published points taller than this many times the call are of another world, and would flatten it. */
const MOST_TALL = 2

function stagesByMinute({ replications }: Point): ChartSpec {
  const series = replications[0]?.series ?? {}
  const rows = STAGES.flatMap((stage) =>
    (series[stage]?.t ?? []).map((t, i) => ({ stage, minute: t / 60, seconds: series[stage]!.values[i]! })),
  )
  const byMinute = Map.groupBy(rows, ({ minute }) => minute)
  const latencies = [...byMinute.values()].map((stages) =>
    stages.reduce((sum, { seconds }) => sum + seconds, 0),
  )
  const visible = MOST_TALL * Math.max(...latencies)
  const points = PUBLISHED.filter(({ seconds }) => seconds <= visible).map(({ minute, seconds, source }) => ({
    minute,
    seconds,
    source,
  }))
  const x = { field: 'minute', type: 'quantitative', title: 'minute of the call' }
  return {
    name: 'stages-by-minute',
    title: 'Where a turn’s time goes, by minute of the call',
    description:
      'Areas: the mean of each stage in one replication, stacked. Points: published observations, each one report of ' +
      'another deployment; those far above this call are left out.',
    spec: {
      layer: [
        {
          data: { values: rows },
          mark: { type: 'area' },
          encoding: {
            x,
            y: { field: 'seconds', type: 'quantitative', stack: 'zero', title: 'seconds' },
            color: { field: 'stage', type: 'nominal', title: null, sort: [...STAGES] },
            order: { field: 'stage' },
          },
        },
        {
          data: { values: points },
          mark: { type: 'point', filled: true, size: 70, color: 'black' },
          encoding: { x, y: { field: 'seconds', type: 'quantitative' } },
        },
      ],
    },
    table: {
      columns: ['stage', 'minute', 'seconds'],
      rows: rows.map(({ stage, minute, seconds }) => [stage, minute, seconds]),
    },
  }
}

function counterfactuals({ metrics }: Point): ChartSpec {
  const bars = VARIANTS.map(({ name, label }) => ({ label, estimate: metrics[savedBy(name)]! }))
  return intervalBars(bars, {
    name: 'what-would-help',
    title: 'What each change would save in minute 12',
    description:
      'Bars: mean seconds saved on the same callers when one thing is changed, with the 95 % interval over replications.',
    names: '',
    figures: 'seconds saved in minute 12',
    sorted: true,
  })
}
