import { expect, test } from 'vitest'
import { obeysLittle } from './little.ts'
import { mmc } from '../analysis/theory/queues.ts'

test('a queue in steady state obeys Little (invariant 5), and a lost hundredth shows', () => {
  const queue = mmc(9, 0.1, 1)!
  const sample = { queue: 'q', arrivalRate: 9, meanTime: queue.meanTime, meanNumber: queue.meanInSystem }
  expect(obeysLittle(sample)).toEqual({ ok: true })
  expect(obeysLittle({ ...sample, meanNumber: sample.meanNumber * 0.985 }).ok).toBe(false)
  expect(obeysLittle({ ...sample, meanNumber: sample.meanNumber * 0.985, tolerance: 0.02 }).ok).toBe(true)
})

test('an empty queue obeys it; one that is empty on one side only does not', () => {
  expect(obeysLittle({ queue: 'q', arrivalRate: 0, meanTime: 0, meanNumber: 0 }).ok).toBe(true)
  expect(obeysLittle({ queue: 'q', arrivalRate: 0, meanTime: 5, meanNumber: 0.1 }).ok).toBe(false)
})

test('names both sides when it fails', () => {
  const { detail } = obeysLittle({ queue: 'q', arrivalRate: 2, meanTime: 3, meanNumber: 5 })
  expect(detail).toBe('L = 5, lambda W = 2 x 3 = 6; 1 % allowed')
})

test.each([NaN, Infinity, -1])('%f on any side is not ok, whatever the tolerance', (bad) => {
  const sound = { queue: 'q', arrivalRate: 1, meanTime: 1, meanNumber: 1, tolerance: 1e9 }
  for (const side of ['arrivalRate', 'meanTime', 'meanNumber']) {
    expect(obeysLittle({ ...sound, [side]: bad }).ok).toBe(false)
  }
})
