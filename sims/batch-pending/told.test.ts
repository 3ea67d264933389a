/** Units and intervals in what is told: of the parameters that were asked, whatever they are. */
import { expect, test } from 'vitest'
import type { PointResult, Results } from '../lab/contract/sim.ts'
import { answer } from './answer.ts'
import { charts } from './charts.ts'
import type { BatchParams } from './params.ts'
import { paramsOf } from './testing/context.ts'

type Point = PointResult<BatchParams>

function point(
  at: Readonly<Record<string, number | string>>,
  written: Readonly<Record<string, unknown>>,
): Point {
  const figure = (value: number) => ({ unit: 's', value, low: value, high: value })
  const metrics = {
    'mean(total)': figure(7200),
    'mean(notice)': figure(30),
    saved: figure(20),
    savedShare: figure(0.01),
  }
  return { at, params: paramsOf({ jobRate: '1/h', ...written }), metrics } as unknown as Point
}

const results = (points: Point[]): Results<BatchParams> =>
  ({ points, chosen: points[0], verdict: 'pass' }) as unknown as Results<BatchParams>

test('a swept number is shown in its own unit', () => {
  const points = [
    point({ way: 'poll-1min', slots: 16 }, { way: 'poll-1min', slots: 16 }),
    point({ way: 'poll-1min', upperTier: 0.5 }, { way: 'poll-1min', upperTier: '50%' }),
    point({ way: 'poll-1min', pendingExpiry: 86_400 }, { way: 'poll-1min', pendingExpiry: '24h' }),
  ]
  const bars = charts(results(points)).find(({ name }) => name === 'time-by-stage')!
  const labels = [...new Set(bars.table.rows.map(([label]) => label))]
  expect(labels).toEqual([
    '16 slots, polling every minute',
    '50 %, polling every minute',
    '24 h, polling every minute',
  ])
})

test('polling is named by the interval that was asked', () => {
  const written = { way: 'gemini-webhook', pollInterval: '10min' }
  const told = (more: Readonly<Record<string, unknown>>): string =>
    answer(results([point({}, { ...written, ...more })])).text
  expect(told({})).toContain('against polling every 10 min.')
  expect(told({ pollInterval: '60s' })).toContain('against polling every minute.')
  expect(told({ way: 'poll-1min' })).toContain('polling every 10 min adds 30 s.')
  const [saved] = charts(results([point({}, { ...written, way: 'poll-1min' })]))
  expect(JSON.stringify(saved)).toContain('polling every 10 min')
  expect(JSON.stringify(saved)).not.toContain('every minute')
})

test('says which point it speaks of: the callback, though polling is the worst', () => {
  const callback = point({ way: 'gemini-webhook' }, { way: 'gemini-webhook' })
  const polling = point({ way: 'poll-1min' }, { way: 'poll-1min' })
  expect(answer(results([polling, callback])).at).toEqual({ way: 'gemini-webhook' })
  expect(answer(results([callback, polling])).at).toEqual({ way: 'gemini-webhook' })
})
