import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exponential } from '../kernel/random/exponential.ts'
import { openStream } from '../kernel/random/stream.ts'
import { LogHistogram } from './histogram.ts'

const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 })

function filled(all: readonly number[], options = {}): LogHistogram {
  const histogram = new LogHistogram(options)
  for (const value of all) histogram.add(value)
  return histogram
}

/** The smallest value that a share p does not exceed: the definition, on the values themselves. */
function exactQuantile(all: readonly number[], p: number): number {
  const sorted = all.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)]!
}

test('every quantile is within 2^-bits of the exact one, at any number of bits', () => {
  fc.assert(
    fc.property(
      values,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 12 }),
      (all, p, bits) => {
        const exact = exactQuantile(all, p)
        const read = filled(all, { bits }).quantile(p)!
        // Below the smallest value told apart, the whole bucket is the tolerance.
        expect(Math.abs(read - exact)).toBeLessThanOrEqual(Math.max(1e-9, exact * 2 ** -bits))
      },
    ),
    { numRuns: 500 },
  )
})

test('the known quantiles of an exponential', () => {
  const stream = openStream(1, 0, 'x')
  const histogram = filled(Array.from({ length: 200_000 }, () => exponential(stream, 0.02)))
  for (const p of [0.1, 0.5, 0.9, 0.99]) {
    expect(Math.abs(histogram.quantile(p)! / (-0.02 * Math.log(1 - p)) - 1)).toBeLessThan(0.015)
  }
  expect(Math.abs(histogram.shareAbove(0.02)! - Math.exp(-1))).toBeLessThan(0.004)
})

describe('merging', () => {
  test('equals adding everything to one, in any order, exactly', () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        const left = filled(a)
        left.merge(filled(b))
        left.merge(filled(c))
        const right = filled(c)
        right.merge(filled(a))
        right.merge(filled(b))
        const whole = filled([...a, ...b, ...c])
        for (const merged of [left, right]) {
          expect(merged.buckets()).toEqual(whole.buckets())
          expect(merged.count).toBe(whole.count)
          expect(merged.quantile(0.99)).toBe(whole.quantile(0.99))
          expect(Math.abs(merged.sum - whole.sum)).toBeLessThanOrEqual(1e-12 * whole.sum)
        }
      }),
    )
  })
  test('refuses another shape', () => {
    expect(() => new LogHistogram().merge(new LogHistogram({ bits: 5 }))).toThrow(/one shape/)
  })
})

test('weight is repetition', () => {
  const weighted = new LogHistogram()
  weighted.add(0.003, 5)
  weighted.add(0.8, 2)
  weighted.add(7, 0)
  const repeated = filled([0.003, 0.003, 0.003, 0.003, 0.003, 0.8, 0.8])
  expect(weighted.buckets()).toEqual(repeated.buckets())
  expect(weighted.mean).toBeCloseTo((0.015 + 1.6) / 7, 15)
  expect(weighted.largest).toBe(0.8)
  const half = new LogHistogram()
  half.add(1, 0.25)
  half.add(2, 0.75)
  expect(half.mean).toBe(1.75)
  expect(half.shareAbove(1.5)).toBe(0.75)
})

test('survives structured clone, with only the used buckets on the wire', () => {
  fc.assert(
    fc.property(values, (all) => {
      const histogram = filled(all)
      const data = histogram.toData()
      const back = LogHistogram.fromData(structuredClone(data))
      expect(back).toEqual(histogram)
      expect(data.counts.at(0)).toBeGreaterThan(0)
      expect(data.counts.at(-1)).toBeGreaterThan(0)
    }),
  )
  const empty = LogHistogram.fromData(structuredClone(new LogHistogram().toData()))
  expect(empty).toEqual(new LogHistogram())
})

describe('edges', () => {
  test('empty has no mean, no quantile, no share', () => {
    const empty = new LogHistogram()
    expect([empty.mean, empty.quantile(0.5), empty.shareAbove(0)]).toEqual([null, null, null])
    expect(empty.buckets()).toEqual([])
  })
  test('zeros, the very small, the very large, and the borders of the range', () => {
    const histogram = filled([0, 0, 1e-12, 1e-9, 1e9, 1e12], {})
    expect(histogram.quantile(0)).toBe(0)
    expect(histogram.quantile(0.4)!).toBeLessThanOrEqual(1e-9)
    expect(histogram.quantile(1)).toBe(1e12)
    expect(histogram.shareAbove(1)).toBeCloseTo(2 / 6, 12)
    expect(filled([0, 0, 0]).quantile(0.99)).toBe(0)
    expect(filled([5]).quantile(0.5)).toBe(5)
  })
  test('a value just below max is not taken for one above it', () => {
    const histogram = filled([1.9, 2, 2.1], { min: 1, max: 2.05, bits: 1 })
    expect(histogram.buckets().map(({ weight }) => weight)).toEqual([1, 1, 1])
  })
  test('shares above a limit fall as the limit rises', () => {
    fc.assert(
      fc.property(
        values,
        fc.array(fc.double({ min: 0, max: 2e6, noNaN: true }), { maxLength: 20 }),
        (all, limits) => {
          const histogram = filled(all)
          const shares = limits.sort((a, b) => a - b).map((limit) => histogram.shareAbove(limit)!)
          for (const [i, share] of shares.entries())
            expect(share).toBeLessThanOrEqual((shares[i - 1] ?? 1) + 1e-12)
        },
      ),
    )
  })
  test.each([
    [-1, 1],
    [NaN, 1],
    [Infinity, 1],
    [1, -1],
    [1, NaN],
  ])('refuses value %f with weight %f', (value, weight) => {
    const histogram = new LogHistogram()
    expect(() => histogram.add(value, weight)).toThrow(/cannot add/)
    expect(histogram.count).toBe(0)
  })
  test('refuses impossible shapes and damaged data', () => {
    expect(() => new LogHistogram({ bits: 13 })).toThrow(/bits/)
    expect(() => new LogHistogram({ min: 0 })).toThrow(/min/)
    expect(() => new LogHistogram().quantile(1.5)).toThrow(/0\.\.1/)
    const data = filled([1]).toData()
    expect(() => LogHistogram.fromData({ ...data, counts: new Float64Array(1e5) })).toThrow(/more buckets/)
  })
})
