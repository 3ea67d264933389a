import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { logBeta, logGamma, regularizedBeta } from './beta.ts'
import { binomialCdf, binomialQuantile } from './binomial.ts'

test('closed forms of the incomplete beta function', () => {
  for (const x of [0, 0.01, 0.3, 0.5, 0.77, 0.999, 1]) {
    expect(regularizedBeta(x, 1, 1)).toBeCloseTo(x, 14)
    expect(regularizedBeta(x, 3.7, 1)).toBeCloseTo(x ** 3.7, 14)
    expect(regularizedBeta(x, 1, 2.2)).toBeCloseTo(1 - (1 - x) ** 2.2, 14)
    expect(regularizedBeta(x, 0.5, 0.5)).toBeCloseTo((2 / Math.PI) * Math.asin(Math.sqrt(x)), 13)
    expect(regularizedBeta(x, 2, 3)).toBeCloseTo(x * x * (6 - 8 * x + 3 * x * x), 13)
  }
})

test('30-digit arithmetic where a and b are huge', () => {
  // mpmath: I_0.99(990001, 10000).
  expect(Math.abs(regularizedBeta(0.99, 990_001, 10_000) - 0.498650127427)).toBeLessThan(1e-10)
})

test('mirror image', () => {
  // Multiples of 2^-20, so that 1 - x is exact.
  const x = fc.integer({ min: 0, max: 2 ** 20 }).map((k) => k / 2 ** 20)
  const shape = fc.double({ min: 0.1, max: 1e4, noNaN: true })
  fc.assert(
    fc.property(x, shape, shape, (x, a, b) => {
      const value = regularizedBeta(x, a, b)
      expect(value).toBeGreaterThanOrEqual(0)
      expect(value).toBeLessThanOrEqual(1)
      expect(regularizedBeta(1 - x, b, a) + value).toBeCloseTo(1, 11)
    }),
  )
})

describe('gamma', () => {
  test('factorials, halves, and a tenth', () => {
    let factorial = 1
    for (let n = 1; n < 20; n++) {
      factorial *= n
      expect(Math.abs(logGamma(n + 1) - Math.log(factorial))).toBeLessThan(1e-14 * (1 + Math.log(factorial)))
    }
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 14)
    expect(logGamma(0.1)).toBeCloseTo(2.252712651734206, 13) // Abramowitz & Stegun: Gamma(0.1) = 9.51350769866873
  })
  test('beta of large and small', () => {
    expect(logBeta(2, 3)).toBeCloseTo(Math.log(1 / 12), 14)
    expect(logBeta(1e8, 0.5)).toBeCloseTo(Math.log(Math.PI) / 2 - Math.log(1e8) / 2 + 1 / 8e8, 14)
  })
})

describe('binomial', () => {
  test('equals the sum of its terms', () => {
    const n = 12
    for (const p of [0.03, 0.5, 0.9]) {
      let sum = 0
      let term = (1 - p) ** n
      for (let k = 0; k < n; k++) {
        sum += term
        term *= ((n - k) / (k + 1)) * (p / (1 - p))
        expect(binomialCdf(k, n, p)).toBeCloseTo(sum, 12)
      }
    }
    expect(binomialCdf(-1, n, 0.5)).toBe(0)
    expect(binomialCdf(n, n, 0.5)).toBe(1)
  })
  test('quantile is the first that reaches', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        (n, p, q) => {
          const k = binomialQuantile(q, n, p)
          expect(binomialCdf(k, n, p)).toBeGreaterThanOrEqual(q)
          expect(binomialCdf(k - 1, n, p)).toBeLessThan(q)
        },
      ),
    )
  })
})

test('refuses arguments outside its domain', () => {
  expect(() => regularizedBeta(1.1, 1, 1)).toThrow(/0\.\.1/)
  expect(() => regularizedBeta(0.5, 0, 1)).toThrow(/positive/)
})
