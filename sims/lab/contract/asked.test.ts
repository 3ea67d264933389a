import { expect, test } from 'vitest'
import { asked, askedWords } from './asked.ts'

const figure = (unit: string, value: number | null) => ({ unit, value, low: value, high: value })
const point = {
  metrics: { 'mean(wait)': figure('s', 2), 'p95(wait)': figure('s', 6), lost: figure('share', null) },
}
const limit = { op: '<', value: 1 } as const

test('what is expected first is what is asked about', () => {
  expect(asked(point, { 'p95(wait)': limit, lost: limit }, 'mean(wait)')).toEqual({
    name: 'p95(wait)',
    ...figure('s', 6),
  })
  expect(asked(point, {}, 'mean(wait)').name).toBe('mean(wait)')
  expect(
    asked({ metrics: { ...point.metrics, headroom: figure('count', 2) } }, { headroom: limit }, 'lost'),
  ).toEqual({ name: 'lost', ...figure('share', null) })
})

test('it is told with its unit, or that nobody knows it', () => {
  expect(askedWords(asked(point, { 'p95(wait)': limit }, 'lost'))).toBe('p95(wait) is 6 s.')
  expect(askedWords(asked(point, {}, 'lost'))).toBe('lost is unknown.')
})
