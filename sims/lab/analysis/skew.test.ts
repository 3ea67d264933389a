import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { exponential } from '../kernel/random/exponential.ts'
import { openStream } from '../kernel/random/stream.ts'
import { meanFigure } from './figure.ts'
import { studentInterval } from './interval.ts'
import { skewed, spreadOf, unskewed } from './skew.ts'

test('mean, standard error and skewness of a sample by hand', () => {
  // 1..10 but the last is 20: mean 6.5, variance 30.7222, third moment 1480 x 10 / 72 (unbiased).
  const values = [1, 2, 3, 4, 5, 6, 7, 8, 9, 20]
  const { count, mean, error, bias } = spreadOf(values)
  expect([count, mean]).toEqual([10, 6.5])
  const squares = values.reduce((sum, value) => sum + (value - 6.5) ** 2, 0)
  const cubes = values.reduce((sum, value) => sum + (value - 6.5) ** 3, 0)
  expect(error).toBeCloseTo(Math.sqrt(squares / 90), 12)
  const third = ((10 / 72) * cubes) / (squares / 9) ** 1.5 / (6 * Math.sqrt(10))
  expect(bias).toBeCloseTo(Math.min(0.05, third), 12)
  expect(spreadOf(values.slice(0, 9)).bias).toBe(0)
  expect(spreadOf([3, 3, 3])).toEqual({ count: 3, mean: 3, error: 0, bias: 0 })
  expect(() => spreadOf([])).toThrow(expect.objectContaining({ code: 'empty' }))
})

test('G and its inverse undo each other, increase, and are the identity without skew', () => {
  const bias = fc.double({ min: -0.05, max: 0.05, noNaN: true })
  const t = fc.double({ min: -4, max: 4, noNaN: true })
  fc.assert(
    fc.property(bias, t, t, (b, one, two) => {
      expect(unskewed(skewed(one, b), b)).toBeCloseTo(one, 6)
      expect(skewed(Math.min(one, two), b)).toBeLessThanOrEqual(skewed(Math.max(one, two), b))
    }),
  )
  expect(skewed(1.7, 0)).toBe(1.7)
  expect(unskewed(-1.7, 0)).toBe(-1.7)
})

test('means of exponentials: the corrected interval holds the truth more often than Student’s', () => {
  // Ten exponentials are as skewed as a queue's short replications.
  let student = 0
  let corrected = 0
  const experiments = 4000
  for (let seed = 0; seed < experiments; seed++) {
    const stream = openStream(seed, 0, 'x')
    const values = Array.from({ length: 10 }, () => exponential(stream, 1))
    const plain = studentInterval(values)
    if (plain.low! <= 1 && 1 <= plain.high!) student++
    const { low, high } = meanFigure(values).interval()!
    if (low <= 1 && 1 <= high) corrected++
  }
  expect(student / experiments).toBeLessThan(0.91)
  expect(corrected / experiments).toBeGreaterThan(0.92)
  expect(corrected).toBeGreaterThan(student)
})
