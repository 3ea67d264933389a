import { expect, test } from 'vitest'
import { openStream } from '../kernel/random/stream.ts'
import type { Estimate } from './sim.ts'
import { studentInterval } from '../analysis/interval.ts'
import { checkFamily, checkTheory } from './theory.ts'

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
  expect(checkFamily(rows, [5, 1, 5])).toEqual({ ok: true, rows: 0, missed: 0, p: 1 })
})

test('a right simulator passes the family in at least 95 % of runs, a wrong one fails', () => {
  const rows = 8
  const replications = 6
  const run = (seed: number, bias: number) => {
    const stream = openStream(seed, 0, 'x')
    const predictions = Array.from({ length: rows }, (_, i) => predict(`m${i}`, 0.5))
    const metrics = Object.fromEntries(
      predictions.map(({ metric }, i) => {
        // Sums of uniforms are near normal; row 0 carries the bias.
        const sample = (): number =>
          (stream.uniform() + stream.uniform() + stream.uniform()) / 3 + (i === 0 ? bias : 0)
        const { value, low, high } = studentInterval(Array.from({ length: replications }, sample))
        return [metric, estimate(value, low, high)]
      }),
    )
    return checkFamily(checkTheory(predictions, metrics), Array(rows).fill(replications))
  }
  const right = Array.from({ length: 1000 }, (_, seed) => run(seed, 0))
  const passed = right.filter(({ ok }) => ok).length / 1000
  expect(passed).toBeGreaterThan(0.93)
  // Taken row by row, a third of these runs would have been called wrong.
  expect(right.filter(({ missed }) => missed > 0).length / 1000).toBeGreaterThan(0.25)
  const wrong = Array.from({ length: 50 }, (_, seed) => run(seed, 1.5))
  expect(wrong.every(({ ok }) => !ok)).toBe(true)
})
