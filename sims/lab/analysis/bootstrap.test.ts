import { mean, median } from 'simple-statistics'
import { expect, test } from 'vitest'
import { exponential } from '../kernel/random/exponential.ts'
import { openStream } from '../kernel/random/stream.ts'
import { bootstrapInterval } from './bootstrap.ts'
import { studentInterval } from './interval.ts'

const sample = (seed: number, n: number): number[] => {
  const stream = openStream(seed, 0, 'sample')
  return Array.from({ length: n }, () => exponential(stream, 1))
}

test('the same stream gives the same interval, another one a slightly different', () => {
  const values = sample(1, 40)
  const interval = (seed: number) => bootstrapInterval(values, median, openStream(seed, 0, 'bootstrap'))
  expect(interval(7)).toEqual(interval(7))
  expect(interval(7)).not.toEqual(interval(8))
  expect(interval(7).value).toBe(median(values))
})

test('for a mean it comes near Student, slightly narrower', () => {
  const values = sample(2, 200)
  const student = studentInterval(values)
  const { low, high } = bootstrapInterval(values, mean, openStream(1, 0, 'bootstrap'), { resamples: 4000 })
  expect((high - low) / (2 * student.halfWidth!)).toBeGreaterThan(0.93)
  expect((high - low) / (2 * student.halfWidth!)).toBeLessThan(1.05)
})

test('covers the median of a skewed distribution', () => {
  let held = 0
  for (let seed = 0; seed < 300; seed++) {
    const stream = openStream(seed, 0, 'bootstrap')
    const { low, high } = bootstrapInterval(sample(seed, 50), median, stream, { resamples: 300 })
    if (low <= Math.LN2 && Math.LN2 <= high) held++
  }
  expect(held / 300).toBeGreaterThan(0.905)
  expect(held / 300).toBeLessThan(0.985)
})

test('the sample handed in is not touched, and bad arguments are refused', () => {
  const values = [3, 1, 2]
  const stream = openStream(1, 0, 'x')
  bootstrapInterval(values, (drawn) => drawn.sort((a, b) => a - b)[0]!, stream)
  expect(values).toEqual([3, 1, 2])
  expect(() => bootstrapInterval([], mean, stream)).toThrow(expect.objectContaining({ code: 'empty' }))
  expect(() => bootstrapInterval([1], mean, stream, { resamples: 5 })).toThrow(/100 resamples/)
  expect(() => bootstrapInterval([1, 2], () => NaN, stream)).toThrow(
    expect.objectContaining({ code: 'not-finite' }),
  )
})
