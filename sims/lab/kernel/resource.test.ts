import { describe, expect, test } from 'vitest'
import { Kernel, NONE } from './kernel.ts'
import { QUEUED, REFUSED, ReleaseError, Resource, STARTED } from './resource.ts'
import { Ring } from './ring.ts'
import { Tally, TimeIntegral } from './statistics.ts'

/** Moves the clock. */
function advance(kernel: Kernel, to: number): void {
  expect(kernel.next(to)).toBe(NONE)
}

describe('Resource', () => {
  test('two servers, one place to wait: admission, order, waits and integrals by hand', () => {
    const kernel = new Kernel()
    const desk = new Resource(kernel, { name: 'desk', servers: 2, queueCapacity: 1 })
    expect([desk.request(1), desk.request(2), desk.request(3), desk.request(4)]).toEqual([
      STARTED,
      STARTED,
      QUEUED,
      REFUSED,
    ])
    advance(kernel, 3)
    expect(desk.release()).toBe(3)
    advance(kernel, 4)
    expect(desk.release()).toBe(NONE)
    advance(kernel, 10)
    expect(desk.waits.count).toBe(3)
    expect(desk.waits.mean).toBe(1)
    expect(desk.inQueue.average(10)).toBe(0.3)
    expect(desk.utilisation()).toBe((2 * 4 + 1 * 6) / 2 / 10)
    expect(desk.flow()).toEqual({
      injected: 4,
      completed: 2,
      queued: 0,
      running: 1,
      dropped: 1,
      expired: 0,
    })
    expect(desk.little()).toMatchObject({ queue: 'desk', arrivalRate: 0.3, meanTime: 1, meanNumber: 0.3 })
  })

  test('who gives up leaves the queue, the others keep their order', () => {
    const desk = new Resource(new Kernel(), { name: 'desk', servers: 1 })
    for (let id = 0; id < 5; id++) desk.request(id)
    expect(desk.giveUp(2)).toBe(true)
    expect(desk.giveUp(2)).toBe(false)
    expect([desk.release(), desk.release(), desk.release(), desk.release()]).toEqual([1, 3, 4, NONE])
    expect(desk.flow()).toMatchObject({ injected: 5, completed: 4, expired: 1, queued: 0, running: 0 })
    expect(() => desk.release()).toThrow(ReleaseError)
  })

  test('reset begins measures anew and keeps the flow', () => {
    const kernel = new Kernel()
    const desk = new Resource(kernel, { name: 'desk', servers: 1 })
    desk.request(1)
    desk.request(2)
    advance(kernel, 10)
    desk.reset()
    advance(kernel, 12)
    expect(desk.inQueue.average(12)).toBe(1)
    expect(desk.waits.count).toBe(0)
    expect(desk.flow().injected).toBe(2)
    desk.request(3)
    advance(kernel, 14)
    // One arrival in the four seconds since the reset; one waited all of them, another the last two.
    expect(desk.little()).toMatchObject({ arrivalRate: 0.25, meanNumber: 1.5 })
  })

  test('with servers without end, utilisation is the mean number busy', () => {
    const kernel = new Kernel()
    const lounge = new Resource(kernel, { name: 'lounge', servers: Infinity })
    lounge.request(1)
    lounge.request(2)
    advance(kernel, 10)
    expect(lounge.utilisation()).toBe(2)
  })

  test.each([0, 1.5, NaN, -1])('%s servers are refused', (servers) => {
    expect(() => new Resource(new Kernel(), { name: 'x', servers })).toThrow('x: servers')
  })
})

test('Tally: mean, variance and extremes of a small sample', () => {
  const tally = new Tally()
  expect(tally.variance).toBeNaN()
  for (const x of [2, 4, 4, 4, 5, 5, 7, 9]) tally.add(x)
  expect(tally).toMatchObject({ count: 8, mean: 5, min: 2, max: 9 })
  expect(tally.variance).toBeCloseTo(32 / 7, 12)
  tally.reset()
  expect(tally.count).toBe(0)
})

test('TimeIntegral: a staircase, with a reset in the middle of a step', () => {
  const level = new TimeIntegral()
  level.set(2, 3)
  level.set(4, 1)
  expect(level.integral(10)).toBe(12)
  expect(level.average(10)).toBe(1.2)
  level.reset(10)
  level.set(12, 0)
  expect(level.average(14)).toBe(0.5)
  expect(level.max).toBe(1)
})

test('Ring: order survives growth and wrap', () => {
  const ring = new Ring()
  let pushed = 0
  let shifted = 0
  for (let round = 0; round < 2000; round++) {
    for (let i = 0; i < round % 7; i++) ring.push(pushed, pushed++ / 2)
    for (let i = 0; i < round % 5 && ring.size > 0; i++) {
      expect([ring.firstId, ring.firstValue]).toEqual([shifted, shifted / 2])
      ring.shift()
      shifted += 1
    }
  }
  expect(ring.size).toBe(pushed - shifted)
})
