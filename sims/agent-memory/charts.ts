/** What to look at: the waits of the three servers beside each other. */
import type { ChartSpec, Results } from '../lab/contract/sim.ts'
import type { AgentMemoryParams } from './params.ts'

const SERVERS = [
  ['argetWait', 'yields, with a budget'],
  ['atOnceWait', 'does not yield'],
  ['unboundedWait', 'does not yield, no budget'],
] as const

export function charts({ chosen }: Results<AgentMemoryParams>): ChartSpec[] {
  if (!chosen) return []
  const values = SERVERS.flatMap(([name, server]) =>
    (['p50', 'p99'] as const).flatMap((quantile) => {
      const value = chosen.metrics[`${quantile}(${name})`]?.value ?? null
      return value === null ? [] : [{ server, quantile, milliseconds: value * 1_000 }]
    }),
  )
  return [
    {
      name: 'waits',
      title: 'How long an ARGET waits',
      description:
        'Median and 99th percentile of the time until an ARGET is answered, for the same requests put to three servers.',
      spec: {
        data: { values },
        mark: { type: 'point', filled: true, size: 80 },
        encoding: {
          x: { field: 'milliseconds', type: 'quantitative', scale: { type: 'log' }, title: 'milliseconds' },
          y: { field: 'server', type: 'nominal', title: null, sort: null },
          color: { field: 'quantile', type: 'nominal', title: null },
        },
      },
      table: {
        columns: ['server', 'quantile', 'milliseconds'],
        rows: values.map(({ server, quantile, milliseconds }) => [server, quantile, milliseconds]),
      },
    },
  ]
}
