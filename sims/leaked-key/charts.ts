/** What to look at: spend since the leak, one line a control. */
import { alike } from '../lab/contract/alike.ts'
import type { ChartSpec, Results } from '../lab/contract/sim.ts'
import { CONTROLS, PUBLISHED_SPEND } from './controls.ts'
import type { LeakedKeyParams } from './params.ts'

/** A logarithmic axis has no zero. */
const LEAST = 0.1

export function charts({ points, chosen }: Results<LeakedKeyParams>): ChartSpec[] {
  // A line has its control for a name, so all else is as at the chosen point.
  const rows = alike(chosen, points, 'control').flatMap(({ params, replications }) => {
    const { t } = replications[0]!.series!['spent']!
    return t.flatMap((seconds, i) => {
      const sum = replications.reduce((total, { series }) => total + series!['spent']!.values[i]!, 0)
      const spent = sum / replications.length
      return spent < LEAST ? [] : [{ control: CONTROLS[params.control].label, hours: seconds / 3600, spent }]
    })
  })
  const x = { field: 'hours', type: 'quantitative', title: 'hours since the leak' }
  const y = { field: 'spent', type: 'quantitative', scale: { type: 'log' }, title: 'dollars spent, mean' }
  return [
    {
      name: 'spend-over-time',
      title: 'What a stolen key has cost, by what limits it',
      description:
        'Lines: mean dollars spent since the leak, on a logarithmic axis, one line a control. The point is the published case, ' +
        '82,314 dollars in 48 hours without a cap.',
      spec: {
        layer: [
          {
            data: { values: rows },
            mark: { type: 'line' },
            encoding: { x, y, color: { field: 'control', type: 'nominal', title: null, sort: null } },
          },
          {
            data: { values: [{ hours: 48, spent: PUBLISHED_SPEND }] },
            mark: { type: 'point', filled: true, size: 80, color: 'black' },
            encoding: { x, y },
          },
        ],
      },
      table: {
        columns: ['control', 'hours', 'dollars'],
        rows: rows.map(({ control, hours, spent }) => [control, hours, spent]),
      },
    },
  ]
}
