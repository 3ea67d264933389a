import { describe, expect, test } from 'vitest'
import { exponential } from '../kernel/random/exponential.ts'
import { openStream } from '../kernel/random/stream.ts'
import { orderStatisticInterval } from './quantile.ts'

const exponentials = (seed: number, n: number): number[] => {
  const stream = openStream(seed, 0, 'x')
  return Array.from({ length: n }, () => exponential(stream, 1))
}

/** Share of experiments whose interval holds the truth. */
function coverage(
  truth: number,
  experiments: number,
  interval: (seed: number) => { low: number | null; high: number | null },
): number {
  let held = 0
  for (let seed = 0; seed < experiments; seed++) {
    const { low, high } = interval(seed)
    if (low! <= truth && truth <= high!) held++
  }
  return held / experiments
}

describe('order statistics', () => {
  test('the ranks of the published table: median of 20 between the 6th and the 15th, 95.86 %', () => {
    // Conover, Practical Nonparametric Statistics; Hahn & Meeker, table A.15a.
    const result = orderStatisticInterval(
      Array.from({ length: 20 }, (_, i) => i + 1),
      0.5,
    )
    expect(result).toMatchObject({ value: 10.5, low: 6, high: 15, method: 'order statistics' })
    expect(result.confidence).toBeCloseTo(0.9586, 4)
  })
  test('covers at least as promised', () => {
    const share = coverage(-Math.log(0.05), 400, (seed) =>
      orderStatisticInterval(exponentials(seed, 300), 0.95),
    )
    expect(share).toBeGreaterThanOrEqual(0.93)
  })
  test('no interval where no two observations can hold the quantile', () => {
    expect(orderStatisticInterval(exponentials(1, 50), 0.99)).toMatchObject({
      low: null,
      high: null,
      enough: false,
    })
    expect(orderStatisticInterval([1, 2, 3, 4, 5], 0.5)).toMatchObject({ low: null, confidence: null })
  })
})

test('refuses quantiles outside 0..1 and empty samples', () => {
  expect(() => orderStatisticInterval([1], 1)).toThrow(/between 0 and 1/)
  expect(() => orderStatisticInterval([], 0.5)).toThrow(expect.objectContaining({ code: 'empty' }))
})
