import { describe, expect, test } from 'vitest'
import { openStream } from '../kernel/random/stream.ts'
import { pairedInterval, studentInterval } from './interval.ts'

test('a worked example: NIST e-Handbook 1.3.5.2, the heat flow meter (195 values, mean 9.261460, s 0.022789)', () => {
  // Any sample with these two moments has the published interval 9.258242 .. 9.264679.
  const [n, mean, deviation] = [195, 9.26146, 0.022789] as const
  const values = Array.from({ length: n }, (_, i) =>
    i === 0 ? mean : mean + (i % 2 === 0 ? deviation : -deviation),
  )
  const { value, low, high } = studentInterval(values)
  expect(value).toBeCloseTo(mean, 10)
  expect(Math.abs(low! - 9.258242)).toBeLessThan(1e-6)
  expect(Math.abs(high! - 9.264679)).toBeLessThan(1e-6)
})

test('two values by hand', () => {
  const { value, low, high, halfWidth } = studentInterval([1, 3])
  // Standard error 1, t(0.975, 1) = 12.7062.
  expect(value).toBe(2)
  expect(halfWidth).toBeCloseTo(12.706204736174694, 10)
  expect(high).toBe(2 + halfWidth!)
  expect(low).toBe(2 - halfWidth!)
})

test('equal values give an interval of no width; a wider confidence a wider interval', () => {
  expect(studentInterval([0, 0, 0])).toEqual({ value: 0, low: 0, high: 0, halfWidth: 0 })
  expect(studentInterval([1, 2, 4], 0.99).halfWidth!).toBeGreaterThan(studentInterval([1, 2, 4]).halfWidth!)
})

describe('too few or unfit values', () => {
  test('one has a mean and no interval', () => {
    expect(studentInterval([7])).toEqual({ value: 7, low: null, high: null, halfWidth: null })
  })
  test('none, NaN and infinity are typed errors', () => {
    expect(() => studentInterval([])).toThrow(expect.objectContaining({ code: 'empty' }))
    expect(() => studentInterval([1, NaN])).toThrow(expect.objectContaining({ code: 'not-finite' }))
    expect(() => studentInterval([1, Infinity])).toThrow(/value 1 is Infinity/)
    expect(() => studentInterval([1, 2], 1)).toThrow(expect.objectContaining({ code: 'out-of-range' }))
    expect(() => pairedInterval([1, 2], [1])).toThrow(expect.objectContaining({ code: 'mismatch' }))
  })
})

test('common random numbers: the paired interval is narrow where the separate ones are wide', () => {
  const shared = openStream(3, 0, 'noise')
  const noise = Array.from({ length: 20 }, () => 10 * shared.uniform())
  const a = noise.map((x, i) => x + 1 + 0.01 * (i % 3))
  const paired = pairedInterval(a, noise)
  expect(paired.low!).toBeGreaterThan(0.99)
  expect(paired.high!).toBeLessThan(1.03)
  expect(studentInterval(a).halfWidth!).toBeGreaterThan(1)
})
