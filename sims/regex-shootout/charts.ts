/** Bars an engine: ratio to the best where speed was measured, patterns that are not linear where growth was. */
import type { ChartSpec, PointResult, Results } from '../lab/contract/sim.ts'
import { ENGINE_IDS } from './metrics.ts'
import type { ShootoutParams } from './params.ts'

export function charts({ chosen }: Results<ShootoutParams>): ChartSpec[] {
  if (!chosen) return []
  return [
    ...bars(chosen, 'ratio', 'Time over the best engine', {
      description:
        'Geometric mean, over the definitions that an engine answers rightly, of its time over the best one. Shorter is better; 1 would be the best everywhere.',
      axis: 'ratio to the best, logarithmic',
      scale: { type: 'log', domainMin: 1 },
    }),
    ...bars(chosen, 'notLinear', 'Patterns on which a search is not linear', {
      description: 'How many of the patterns make an engine take more than linear time, each seen to do so.',
      axis: 'patterns',
      scale: { domainMin: 0 },
    }),
  ]
}

interface Words {
  readonly description: string
  readonly axis: string
  readonly scale: Readonly<Record<string, unknown>>
}

function bars(
  { metrics }: PointResult<ShootoutParams>,
  name: string,
  title: string,
  { description, axis, scale }: Words,
): ChartSpec[] {
  const values = ENGINE_IDS.flatMap((engine) => {
    const value = metrics[`${name}(${engine})`]?.value ?? null
    return value === null ? [] : [{ engine, value }]
  }).toSorted((a, b) => a.value - b.value)
  if (values.length === 0) return []
  const y = { field: 'engine', type: 'nominal', title: null, sort: null }
  const x = { field: 'value', type: 'quantitative', title: axis, scale }
  return [
    {
      name: name === 'ratio' ? 'ratio' : 'not-linear',
      title,
      description,
      // A point and not a bar: a bar on a logarithmic axis begins nowhere.
      spec: {
        data: { values },
        mark: { type: 'point', filled: true, size: 80 },
        encoding: { x, y },
      },
      table: { columns: ['engine', axis], rows: values.map(({ engine, value }) => [engine, value]) },
    },
  ]
}
