import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normalQuantile } from './normal.ts'
import { studentCdf, studentQuantile, studentTail } from './student.ts'

/** NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2: critical values, upper tail, three decimals. */
const TAILS = [0.1, 0.05, 0.025, 0.01, 0.005, 0.001] as const
const NIST: Readonly<Record<number, readonly number[]>> = {
  1: [3.078, 6.314, 12.706, 31.821, 63.657, 318.309],
  2: [1.886, 2.92, 4.303, 6.965, 9.925, 22.327],
  3: [1.638, 2.353, 3.182, 4.541, 5.841, 10.215],
  4: [1.533, 2.132, 2.776, 3.747, 4.604, 7.173],
  5: [1.476, 2.015, 2.571, 3.365, 4.032, 5.893],
  9: [1.383, 1.833, 2.262, 2.821, 3.25, 4.297],
  10: [1.372, 1.812, 2.228, 2.764, 3.169, 4.144],
  19: [1.328, 1.729, 2.093, 2.539, 2.861, 3.579],
  29: [1.311, 1.699, 2.045, 2.462, 2.756, 3.396],
  60: [1.296, 1.671, 2.0, 2.39, 2.66, 3.232],
  100: [1.29, 1.66, 1.984, 2.364, 2.626, 3.174],
}

test('the published table of critical values', () => {
  for (const [df, row] of Object.entries(NIST)) {
    for (const [i, tail] of TAILS.entries()) {
      expect(Math.abs(studentQuantile(1 - tail, Number(df)) - row[i]!)).toBeLessThanOrEqual(0.000501)
    }
  }
})

describe('closed forms', () => {
  const ts = [0, 0.01, 0.5, 1, 1.7, 4, 30, 1e4]
  test('one degree of freedom is Cauchy', () => {
    for (const t of ts) expect(studentCdf(t, 1)).toBeCloseTo(0.5 + Math.atan(t) / Math.PI, 13)
    for (const p of [1e-9, 0.01, 0.3]) {
      const exact = -1 / Math.tan(Math.PI * p)
      expect(Math.abs(studentQuantile(p, 1) / exact - 1)).toBeLessThan(1e-12)
    }
  })
  test('two degrees', () => {
    for (const t of ts) expect(studentCdf(t, 2)).toBeCloseTo(0.5 + t / (2 * Math.sqrt(2 + t * t)), 13)
  })
  test('four degrees', () => {
    for (const t of ts) {
      const s = t / Math.sqrt(4 + t * t)
      expect(studentCdf(t, 4)).toBeCloseTo(0.5 + (3 / 4) * s * (1 - (s * s) / 3), 13)
    }
  })
  test('without bound on the degrees it is normal', () => {
    expect(studentQuantile(0.975, Infinity)).toBeCloseTo(1.959963984540054, 13)
    expect(studentQuantile(0.975, 1e7)).toBeCloseTo(normalQuantile(0.975), 6)
  })
})

/** 30-digit arithmetic (mpmath): [df, t, P(T > t)], fractional and huge degrees included. */
const PRECISE: readonly (readonly [df: number, t: number, tail: number])[] = [
  [1.5, 2, 0.1120941651780255],
  [4.7, 3, 0.01626963698851839],
  [30.5, 2, 0.02723683179983994],
  [999, 1.5, 0.0669651773556425],
  [123456.7, 2.5, 0.006210308682369889],
  [1.1, 40, 0.005627095177245324],
]

test.each(PRECISE)('tail at df %f, t %f', (df, t, tail) => {
  expect(Math.abs(studentTail(t, df) - tail)).toBeLessThan(2e-13)
})

test('quantile and distribution function undo each other, for any degrees of freedom', () => {
  const df = fc.double({ min: 0, max: 7, noNaN: true }).map((exponent) => 10 ** exponent)
  const p = fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true })
  fc.assert(
    fc.property(df, p, (df, p) => {
      expect(Math.abs(studentCdf(studentQuantile(p, df), df) - p)).toBeLessThan(1e-10)
    }),
    { numRuns: 500 },
  )
})

test('the switch to the normal leaves no step', () => {
  for (const t of [0.3, 1, 1.96, 4]) {
    expect(Math.abs(studentTail(t, 1e7 - 1) - studentTail(t, 1e7))).toBeLessThan(2e-11)
  }
})

test('symmetric, and refuses what has no meaning', () => {
  expect(studentCdf(-1.3, 7.5) + studentCdf(1.3, 7.5)).toBe(1)
  expect(studentQuantile(0.5, 3)).toBe(0)
  expect(() => studentQuantile(0, 3)).toThrow(/between 0 and 1/)
  expect(() => studentQuantile(0.5, 0)).toThrow(/degrees of freedom/)
  expect(() => studentCdf(NaN, 3)).toThrow(/NaN/)
})
