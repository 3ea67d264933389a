/** What to look at: the stages of a turn by age of the call, and what each change would save. */
import type { ChartSpec, PointResult, Results } from '../lab/contract/sim.ts'
import type { TurnLatencyParams } from './params.ts'
import { PUBLISHED } from './published.ts'
import { STAGES } from './stages.ts'
import { savedBy, VARIANTS } from './variants.ts'

type Point = PointResult<TurnLatencyParams>

export function charts({ chosen }: Results<TurnLatencyParams>): ChartSpec[] {
  return [stagesByMinute(chosen), counterfactuals(chosen)]
}

function stagesByMinute({ replications }: Point): ChartSpec {
  const series = replications[0]?.series ?? {}
  const rows = STAGES.flatMap((stage) =>
    (series[stage]?.t ?? []).map((t, i) => ({ stage, minute: t / 60, seconds: series[stage]!.values[i]! })),
  )
  const points = PUBLISHED.map(({ minute, seconds, source }) => ({ minute, seconds, source }))
  const x = { field: 'minute', type: 'quantitative', title: 'minute of the call' }
  return {
    name: 'stages-by-minute',
    title: 'Where a turn’s time goes, by minute of the call',
    description:
      'Areas: the mean of each stage in one replication, stacked. Points: published observations, each one report of ' +
      'another deployment, so shown for scale and not fitted here.',
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
  const bars = VARIANTS.map(({ name, label }) => {
    const { value, low, high } = metrics[savedBy(name)]!
    return { change: label, value, low, high }
  })
  const y = { field: 'change', type: 'nominal', title: null, sort: '-x' }
  const x = { field: 'value', type: 'quantitative', title: 'seconds saved in minute 12' }
  return {
    name: 'what-would-help',
    title: 'What each change would save in minute 12',
    description:
      'Bars: mean seconds saved on the same callers when one thing is changed, with the 95 % interval over replications.',
    spec: {
      data: { values: bars },
      layer: [
        { mark: 'bar', encoding: { y, x } },
        {
          mark: { type: 'rule', color: 'black' },
          encoding: { y, x: { ...x, field: 'low' }, x2: { field: 'high' } },
        },
      ],
    },
    table: {
      columns: ['change', 'seconds saved', 'low', 'high'],
      rows: bars.map(({ change, value, low, high }) => [change, value, low, high]),
    },
  }
}
