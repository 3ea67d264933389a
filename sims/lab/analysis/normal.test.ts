import { expect, test } from 'vitest'
import { normalCdf, normalPdf, normalQuantile, normalTail } from './normal.ts'

/** 30-digit arithmetic (mpmath); the first rows are also in every printed table. */
const TAILS: readonly (readonly [z: number, tail: number])[] = [
  [0.3, 0.3820885778110474],
  [1, 0.1586552539314571],
  [2.49, 0.006387154764943173],
  [2.51, 0.006036558080412663],
  [4, 3.167124183311992e-5],
  [6, 9.865876450376981e-10],
  [10, 7.61985302416052e-24],
  [20, 2.753624118606234e-89],
]

test.each(TAILS)('upper tail at %f', (z, tail) => {
  expect(Math.abs(normalTail(z) / tail - 1)).toBeLessThan(2e-14)
  expect(normalCdf(-z)).toBe(normalTail(z))
  expect(Math.abs(normalQuantile(tail) + z)).toBeLessThan(1e-13 * (1 + z))
})

test('the usual critical values', () => {
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 14)
  expect(normalQuantile(0.995)).toBeCloseTo(2.5758293035489004, 14)
  expect(normalQuantile(0.5)).toBe(0)
})

test('series and continued fraction meet without a step, and the density integrates to the difference', () => {
  const h = 1e-4
  for (const z of [0.5, 2.5 - h, 2.5, 2.5 + h, 5]) {
    const slope = (normalTail(z - h) - normalTail(z + h)) / (2 * h)
    expect(Math.abs(slope / normalPdf(z) - 1)).toBeLessThan(1e-6)
  }
})

test('refuses probabilities outside 0..1', () => {
  expect(() => normalQuantile(1)).toThrow(/between 0 and 1/)
  expect(() => normalQuantile(NaN)).toThrow(/between 0 and 1/)
})
