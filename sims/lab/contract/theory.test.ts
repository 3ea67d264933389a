import { expect, test } from 'vitest'
import type { Estimate } from './sim.ts'
import { checkTheory } from './theory.ts'

const estimate = (value: number | null, low: number | null, high: number | null): Estimate => ({
  unit: 's',
  value,
  low,
  high,
})
const predict = (metric: string, expected: number) => ({ name: `theory of ${metric}`, metric, expected })

test('ok exactly when theory lies inside the interval that is shown', () => {
  const metrics = {
    a: estimate(1, 0.9, 1.1),
    b: estimate(2, 1.9, 2.1),
    exact: estimate(0.1 + 0.2, 0.1 + 0.2, 0.1 + 0.2),
  }
  const rows = checkTheory([predict('a', 1.05), predict('b', 2.11), predict('exact', 0.3)], metrics, {
    load: 0.9,
  })
  expect(rows.map(({ ok }) => ok)).toEqual([true, false, true])
  expect(rows[0]).toEqual({
    name: 'theory of a',
    at: { load: 0.9 },
    metric: 'a',
    expected: 1.05,
    observed: 1,
    low: 0.9,
    high: 1.1,
    ok: true,
  })
})

test('a metric without an interval confirms nothing', () => {
  const metrics = { none: estimate(null, null, null), single: estimate(3, null, null) }
  const rows = checkTheory([predict('none', 3), predict('single', 3), predict('missing', 3)], metrics)
  expect(rows.map(({ ok, observed }) => [ok, observed])).toEqual([
    [false, null],
    [false, 3],
    [false, null],
  ])
})

test('what no run could see is no disagreement, and what it could is', () => {
  const metrics = { nothing: estimate(0, 0, 0) }
  const rows = checkTheory([predict('nothing', 1e-30), predict('nothing', 1e-6)], metrics)
  expect(rows.map(({ ok }) => ok)).toEqual([true, false])
})
