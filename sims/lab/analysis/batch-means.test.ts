import { describe, expect, test } from 'vitest'
import { openStream } from '../kernel/random/stream.ts'
import { batchMeans, lagOneCorrelation } from './batch-means.ts'

/** First-order autoregression about 5 with uniform innovations: memory of about 1 / (1 - phi) values. */
function ar1(seed: number, phi: number, length: number): number[] {
  const stream = openStream(seed, 0, 'ar1')
  let x = 0
  const step = (): number => (x = phi * x + stream.uniform() - 0.5)
  for (let i = 0; i < 200; i++) step()
  return Array.from({ length }, () => 5 + step())
}

const results = (phi: number, length: number) =>
  Array.from({ length: 400 }, (_, seed) => batchMeans(ar1(seed, phi, length)))

describe('against a process whose memory is known', () => {
  test('batches shorter than the memory are nearly always refused', () => {
    const refused = results(0.98, 32 * 25).filter((result) => !result.ok).length
    expect(refused / 400).toBeGreaterThan(0.9)
  })
  test('long batches are accepted at the promised rate, and the interval then covers', () => {
    const all = results(0.9, 32 * 300)
    const accepted = all.filter((result) => result.ok)
    expect(accepted.length / 400).toBeGreaterThan(0.84)
    const covered = accepted.filter(({ low, high }) => low <= 5 && 5 <= high).length
    expect(covered / accepted.length).toBeGreaterThan(0.92)
    expect(covered / accepted.length).toBeLessThan(0.98)
  })
})

test('lag-1 correlation by hand', () => {
  expect(lagOneCorrelation([1, 2, 3, 4])).toBeCloseTo(0.25, 14)
  expect(lagOneCorrelation([1, -1, 1, -1])).toBe(-0.75)
  expect(lagOneCorrelation([2, 2, 2])).toBe(0)
  // The sunspot-like textbook case: a phi process shows about phi.
  expect(lagOneCorrelation(ar1(1, 0.7, 20_000))).toBeCloseTo(0.7, 1)
})

test('equal to the batches computed by hand; the rest is dropped at the start', () => {
  const values = [1000, ...Array.from({ length: 20 }, (_, i) => [3, 5, 4, 6, 1][i % 5]!)]
  const result = batchMeans(values, 10)
  // Pairs: 4, 5, 2, 4.5, 3.5, and the same again.
  expect(result.batchSize).toBe(2)
  expect(result.value).toBeCloseTo(3.8, 14)
})

test('too few values for the batches', () => {
  expect(batchMeans([1, 2, 3])).toEqual({ ok: false, reason: 'too-few', value: 2, lag1: null, batchSize: 0 })
  expect(() => batchMeans([])).toThrow(expect.objectContaining({ code: 'empty' }))
  expect(() => batchMeans([1, 2], 3)).toThrow(expect.objectContaining({ code: 'out-of-range' }))
})
