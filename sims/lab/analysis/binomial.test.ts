import { expect, test } from 'vitest'
import { binomialCdf, binomialTail } from './binomial.ts'

test('both tails leave nothing out', () => {
  for (const [n, p] of [
    [1, 0.3],
    [5, 0.1],
    [40, 0.7],
  ] as const)
    for (let k = 0; k <= n + 1; k++)
      expect(binomialTail(k, n, p) + binomialCdf(k - 1, n, p)).toBeCloseTo(1, 12)
})

test('a tail keeps its digits where it is tiny', () => {
  expect(binomialTail(5, 5, 0.1) / 1e-5).toBeCloseTo(1, 10)
  expect(binomialTail(20, 20, 1e-3) / 1e-60).toBeCloseTo(1, 9)
  expect([binomialTail(0, 5, 0.1), binomialTail(6, 5, 0.1), binomialTail(3, 5, 1)]).toEqual([1, 0, 1])
})
