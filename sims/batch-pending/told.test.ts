/** Units and intervals in what is told: of the parameters that were asked, whatever they are. */
import { describe, expect, test } from 'vitest'
import type { PointResult, Results } from '../lab/contract/sim.ts'
import { answer } from './answer.ts'
import { charts } from './charts.ts'
import type { BatchParams } from './params.ts'
import { paramsOf } from './testing/context.ts'
import { worthUnder } from './worth.ts'

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
  ({ points, chosen: points[0], verdict: 'pass', limits: {} }) as unknown as Results<BatchParams>

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

describe('the number is what the question asks about, and the sentence has it', () => {
  const CALLBACK = point({}, { way: 'gemini-webhook' })
  const asking = (one: Point, name: string) =>
    answer({ ...results([one]), limits: { [name]: { op: '<', value: 1 } } })
  test.each([
    ['savedShare', 0.01, /removes 20 s, 1 %, against/],
    ['saved', 20, /removes 20 s, 1 %, against/],
    ['mean(total)', 7200, /^Of 2 h \(2 h to 2 h\) from submit to result/],
    ['mean(notice)', 30, /never\. mean\(notice\) is 30 s\.$/],
  ])('%s', (name, value, words) => {
    const headline = asking(CALLBACK, name)
    expect(headline.value).toBe(value)
    expect(headline.text).toMatch(words)
  })
  test('without an expectation that of a callback is what it saves, that of polling what it adds', () => {
    expect(answer(results([CALLBACK])).value).toBe(0.01)
    const polled = answer(results([point({}, { way: 'poll-1min' })]))
    expect(polled.value).toBe(30)
    expect(polled.text).toContain('polling every minute adds 30 s.')
  })
  test('what a callback adds is told, and its share too where that is asked about', () => {
    const metrics = { ...CALLBACK.metrics, saved: { unit: 's', value: -5, low: -6, high: -4 } }
    const { text } = asking({ ...CALLBACK, metrics }, 'savedShare')
    expect(text).toContain('adds 5 s to polling every minute.')
    expect(text).toMatch(/savedShare is 10 ms\.$/)
  })
})

test.each([
  [null, 'For which jobs it is worth 5 % is not known.'],
  [0, 'It is worth 5 % for no job.'],
  [480, 'It is worth 5 % only for jobs under 8 min.'],
])('worth under %s', (value, words) => {
  const one = point({}, { way: 'gemini-webhook' })
  const metrics = { ...one.metrics, worthUnder: { unit: 's', value, low: value, high: value } }
  expect(answer(results([{ ...one, metrics }])).text).toContain(words)
})

test.each([
  [{}, 'and nothing expires or is cancelled:'],
  [{ pendingExpiry: '72h', expiryEnforced: '20%' }, 'and too little of it expires or is cancelled:'],
])('an overloaded queue with %o', (written, words) => {
  const one = point({}, { way: 'poll-1min', ...written })
  expect(answer({ ...results([one]), verdict: 'overloaded' }).text).toContain(words)
})

test('a callback of another rate of jobs is not told under the chosen one’s name', () => {
  const at = (way: string, jobRate: string, seconds: number): Point => {
    const one = point({ way, jobRate }, { way, jobRate })
    return {
      ...one,
      metrics: { ...one.metrics, saved: { unit: 's', value: seconds, low: seconds, high: seconds } },
    }
  }
  const points = [at('gemini-webhook', '1/h', 11), at('poll-1min', '3/h', 0), at('gemini-webhook', '3/h', 33)]
  const { text, at: told } = answer({ ...results(points), chosen: points[1]! })
  expect(told).toEqual({ way: 'gemini-webhook', jobRate: '3/h' })
  expect(text).toContain('removes 33 s')
})

test('that a callback is worth nothing to anybody is told as such, and no replication is without a figure', () => {
  const params = paramsOf({ jobRate: '1/h', way: 'gemini-webhook' })
  expect(worthUnder(params, 3600)).toBe(0)
  expect(worthUnder(params, 5)).toBeGreaterThan(60)
})
