/** Queues that customers leave, and queues with priorities: published tables, hand-computed values, and laws. */
import { describe, expect, test } from 'vitest'
import { erlangA, leavingQueue } from './abandonment.ts'
import { queueLength } from './birth-death.ts'
import { erlangB } from './erlang.ts'
import { cobham, cobhamServers } from './priorities.ts'
import { mg1, mmc } from './queues.ts'

describe('Erlang A', () => {
  test('Gans, Koole & Mandelbaum’s table: 50 agents, 48 calls a minute of a minute, patience of two minutes', () => {
    const queue = erlangA(48 / 60, 60, 50, 120)!
    expect(queue.abandoned).toBeCloseTo(0.031, 3)
    expect(queue.meanWait).toBeCloseTo(3.7, 1)
    expect(Math.abs(queue.waitQuantile(0.9) - 12.5)).toBeLessThan(0.1)
    expect(queue.meanQueue).toBeCloseTo(3, 0)
    expect(queue.utilisation).toBeCloseTo(0.93, 2)
    // The same table's column without patience.
    const patient = mmc(48 / 60, 60, 50)!
    expect(patient.meanWait).toBeCloseTo(20.8, 1)
    expect(patient.waitQuantile(0.9)).toBeCloseTo(58.1, 1)
  })
  test('one server, service and patience alike: the number in the system is Poisson', () => {
    // theta = mu: every state n is left at n mu, as with infinitely many servers.
    const queue = erlangA(1.5, 2, 1, 2)!
    const empty = Math.exp(-3)
    expect(queue.meanInSystem).toBeCloseTo(3, 12)
    expect(queue.utilisation).toBeCloseTo(1 - empty, 12)
    expect(queue.abandoned).toBeCloseTo(1 - (1 - empty) / 3, 12)
    expect(queue.delayed).toBeCloseTo(1 - empty, 12)
  })
  test('two states by hand: one server, nobody may wait beside one', () => {
    // pi = 1, a, a^2 / (1 + mu's share of theta): lambda 2, mu 1, theta 1/2, one place to wait: 1, 2, 4 / 1.5.
    const queue = leavingQueue({ arrivalRate: 2, meanService: 1, servers: 1, meanPatience: 2, room: 1 })!
    const total = 1 + 2 + 4 / 1.5
    expect(queue.lost).toBeCloseTo(4 / 1.5 / total, 14)
    expect(queue.delayed).toBeCloseTo(2 / total, 14)
    expect(queue.abandoned).toBeCloseTo((0.5 * (4 / 1.5)) / total / 2, 14)
    expect(queue.throughput).toBeCloseTo(1 - 1 / total, 14)
  })
  test('the integral of the tail is the mean wait, below and above saturation', () => {
    for (const [rate, servers, patience] of [
      [48, 50, 2],
      [60, 50, 2],
      [5, 2, 0.3],
      [900, 1000, 10],
    ] as const) {
      const queue = erlangA(rate, 1, servers, patience)!
      let integral = 0
      const step = queue.meanWait / queue.delayed / 1000
      for (let t = step / 2; t < 30_000 * step; t += step) integral += queue.waitTail(t) * step
      expect(integral / queue.meanWait).toBeCloseTo(1, 5)
      const p = 1 - queue.delayed / 10
      expect(queue.waitTail(queue.waitQuantile(p))).toBeCloseTo(1 - p, 10)
      expect(queue.waitQuantile((1 - queue.delayed) / 2)).toBe(0)
    }
  })
  test('nothing is created: in = served + abandoned + lost', () => {
    for (const room of [0, 3, Infinity]) {
      const { throughput, abandoned, lost } = leavingQueue({
        arrivalRate: 7,
        meanService: 1,
        servers: 5,
        meanPatience: 2,
        room,
      })!
      expect(throughput / 7 + abandoned + lost).toBeCloseTo(1, 12)
    }
  })
  test('without room it is Erlang B, with endless patience Erlang C', () => {
    const shape = { arrivalRate: 9, meanService: 1, servers: 10 }
    expect(leavingQueue({ ...shape, room: 0 })!.lost).toBeCloseTo(erlangB(10, 9), 13)
    expect(leavingQueue({ ...shape, room: 0 })!.delayed).toBe(0)
    expect(erlangA(9, 1, 10, 1e9)!.meanWait).toBeCloseTo(mmc(9, 1, 10)!.meanWait, 5)
    expect(erlangA(9, 1, 10, 1e7)!.waitQuantile(0.99)).toBeCloseTo(mmc(9, 1, 10)!.waitQuantile(0.99), 4)
  })
  test('far beyond saturation as many leave as find no server', () => {
    expect(erlangA(2e5, 1, 1e5, 1)!.abandoned).toBeCloseTo(0.5, 4)
    expect(leavingQueue({ arrivalRate: 2, meanService: 1, servers: 1 })).toBeNull()
    expect(leavingQueue({ arrivalRate: 2, meanService: 1, servers: 1, room: 1000 })!.lost).toBeCloseTo(
      0.5,
      12,
    )
  })
  test('how long to watch: a mean that equals the chain’s, and less variance the less patience there is', () => {
    const shape = { arrivalRate: 18, meanService: 1, servers: 20 }
    const [patient, leaving] = [queueLength(shape)!, queueLength({ ...shape, meanPatience: 1 })!]
    expect(leaving.mean).toBeCloseTo(erlangA(18, 1, 20, 1)!.meanQueue, 12)
    expect(leaving.variance).toBeLessThan(patient.variance / 10)
  })
  test('refuses what is no queue', () => {
    expect(() => erlangA(1, 1, 1, 0)).toThrow(/patience/)
    expect(() => erlangA(1, 1, 1, Infinity)).toThrow(/finite/)
    expect(() => erlangA(1, 1, 0.5, 1)).toThrow(/servers/)
    expect(() => erlangA(1, 1, 1, 1)!.waitQuantile(1)).toThrow(/p must be/)
    expect(() => leavingQueue({ arrivalRate: 1, meanService: 1, servers: 1, room: 1.5 })).toThrow(/room/)
  })
})

describe('Cobham’s priorities', () => {
  test('by hand: two classes, exponential service of one second, loads 0.3 and 0.5', () => {
    // W0 = 0.8; W1 = 0.8 / 0.7, W2 = 0.8 / (0.7 x 0.2).
    const [urgent, other] = cobham([
      { arrivalRate: 0.3, meanService: 1 },
      { arrivalRate: 0.5, meanService: 1 },
    ])
    expect(urgent).toBeCloseTo(8 / 7, 12)
    expect(other).toBeCloseTo(40 / 7, 12)
    expect(cobhamServers([0.3, 0.5], 1, 1)).toEqual([urgent, other].map((wait) => expect.closeTo(wait!, 12)))
  })
  test('by hand: three classes of unlike constant and heavy-tailed service', () => {
    // lambda E[S^2] / 2: 0.2 x 1 / 2, 0.1 x 4 x 2 / 2, 0.05 x 16 x 5 / 2 = 0.1, 0.4, 2: W0 = 2.5; sigma 0.2, 0.4, 0.6.
    const waits = cobham([
      { arrivalRate: 0.2, meanService: 1, scv: 0 },
      { arrivalRate: 0.1, meanService: 2 },
      { arrivalRate: 0.05, meanService: 4, scv: 4 },
    ])
    expect(waits).toEqual(
      [2.5 / 0.8, 2.5 / (0.8 * 0.6), 2.5 / (0.6 * 0.4)].map((wait) => expect.closeTo(wait, 12)),
    )
  })
  test('conserves work: weighed by load the waits are those of a queue without classes', () => {
    const waits = cobhamServers([6, 8, 4], 1, 20)
    const mean = (6 * waits[0]! + 8 * waits[1]! + 4 * waits[2]!) / 18
    expect(mean).toBeCloseTo(mmc(18, 1, 20)!.meanWait, 12)
    expect(cobham([{ arrivalRate: 0.8, meanService: 1, scv: 9 }])[0]).toBeCloseTo(
      mg1(0.8, 1, 9)!.meanWait,
      12,
    )
  })
  test('one class beyond capacity leaves those before it their steady state', () => {
    // The urgent find the one server always busy: with a wait of 1 left on average, W1 = 1 / (1 - 0.5).
    const classes = [0.5, 0.9, 0.1].map((arrivalRate) => ({ arrivalRate, meanService: 1 }))
    expect(cobham(classes)).toEqual([2, null, null])
    expect(cobhamServers([0.5, 0.9, 0.1], 1, 1)).toEqual([2, null, null])
  })
  test('refuses what is no class', () => {
    expect(() => cobham([{ arrivalRate: -1, meanService: 1 }])).toThrow(/rate/)
    expect(() => cobhamServers([1], 1, 0)).toThrow(/servers/)
  })
})
