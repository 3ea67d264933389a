import { describe, expect, test } from 'vitest'
import { hyperexponential, hyperexponentialFrom } from '../../kernel/random/hyperexponential.ts'
import { openStream } from '../../kernel/random/stream.ts'
import { truthOf } from '../testing/coverage/queue.ts'
import { queueLength } from './birth-death.ts'
import { mg1, mh21WaitTail, mmc } from './queues.ts'
import { FEWEST_EFFECTIVE, relaxationOf, shareVariance, steadyQueue } from './run-length.ts'

const DAY = 86_400

describe('the number waiting in M/M/c', () => {
  test('M/M/1: Whitt’s closed forms', () => {
    for (const load of [0.3, 0.5, 0.9]) {
      expect(queueLength({ arrivalRate: load, meanService: 1, servers: 1 })!.mean).toBeCloseTo(
        load ** 2 / (1 - load),
        9,
      )
    }
    // The number in the system has 2 rho (1 + rho) / (1 - rho)^4 and rho / (1 - rho)^3; near saturation both meet.
    const { variance, bias } = queueLength({ arrivalRate: 0.9, meanService: 1, servers: 1 })!
    expect(variance / 34_200).toBeCloseTo(1, 1)
    expect(bias / 900).toBeCloseTo(1, 1)
  })
  test('the mean is that of Erlang C, for one server and for 161', () => {
    for (const [rate, service, servers] of [
      [0.9, 1, 1],
      [18, 1, 20],
      [0.7, 210, 161],
      [0.7, 210, 190],
    ] as const) {
      expect(
        queueLength({ arrivalRate: rate, meanService: service, servers })!.mean /
          mmc(rate, service, servers)!.meanQueue,
      ).toBeCloseTo(1, 9)
    }
  })
  test('no steady state, no figure', () => {
    expect(queueLength({ arrivalRate: 2, meanService: 1, servers: 2 })).toBeNull()
    expect(queueLength({ arrivalRate: 1 - 1e-9, meanService: 1, servers: 1 })).toBeNull()
    expect(() => queueLength({ arrivalRate: 0, meanService: 1, servers: 1 })).toThrow(/positive/)
  })
})

describe('how long is long enough', () => {
  const precise = (rate: number, service: number, servers: number, halfWidth: number): number =>
    (steadyQueue({ arrivalRate: rate, meanService: service, servers })!.meanWait!.variance *
      (1.96 / halfWidth) ** 2) /
    DAY
  test('a mean to 5 %: days that were worked out independently', () => {
    expect(precise(0.95, 1, 1, 0.05)).toBeCloseTo(32, 0)
    expect(24 * precise(18, 1, 20, 0.05)).toBeCloseTo(25, 0)
    expect(precise(19.6, 1, 20, 0.05)).toBeCloseTo(11, 0)
    expect(precise(0.7, 210, 161, 0.05) / 165).toBeCloseTo(1, 1)
    expect(precise(0.7, 210, 168, 0.05) / 279).toBeCloseTo(1, 1)
  })
  test('a p99 with 100 effective exceedances, within 25 % of exact', () => {
    for (const [rate, service, servers, days] of [
      [0.95, 1, 1, 153],
      [18, 1, 20, 41 / 24],
      [19.6, 1, 20, 52],
      [0.7, 210, 161, 64],
      [0.7, 210, 168, 30],
    ] as const) {
      const { variance } = steadyQueue({ arrivalRate: rate, meanService: service, servers })!.waitQuantile(
        0.99,
      )!
      const ratio = (FEWEST_EFFECTIVE * variance) / DAY / days
      expect(ratio).toBeGreaterThan(0.95)
      expect(ratio).toBeLessThan(1.25)
    }
  })
  test('in relaxation times: 1,600 for a p95, 9,400 for a p99, 99,000 for a p99.9', () => {
    for (const [q, times] of [
      [0.05, 1600],
      [0.01, 9400],
      [0.001, 99_000],
    ] as const) {
      expect((FEWEST_EFFECTIVE * shareVariance(q, 1)) / times).toBeCloseTo(1, 1)
    }
  })
  test('a quantile of zero needs no length of its own, and saturation has none', () => {
    expect(steadyQueue({ arrivalRate: 0.7, meanService: 210, servers: 190 })!.waitQuantile(0.99)).toBeNull()
    expect(steadyQueue({ arrivalRate: 1, meanService: 1, servers: 1 })).toBeNull()
  })
  test('relaxation: the service time when hardly anybody waits, ever longer towards saturation', () => {
    expect(relaxationOf(1, 1, 100)).toBe(1)
    expect(relaxationOf(0.7, 210, 161)).toBeCloseTo(659.7, 1)
    expect(relaxationOf(0.9, 1, 1, 4)! / relaxationOf(0.9, 1, 1)!).toBeGreaterThan(2)
    expect(relaxationOf(2, 1, 2)).toBeNull()
  })
})

describe('M/H2/1', () => {
  test('the tail integrates to Pollaczek and Khinchine’s mean, starts at the load, and is M/M/1’s at SCV 1', () => {
    const tail = mh21WaitTail(0.9, 1, 4)!
    expect(tail(0)).toBeCloseTo(0.9, 12)
    let integral = 0
    for (let t = 0.005; t < 2000; t += 0.01) integral += tail(t) * 0.01
    expect(integral).toBeCloseTo(mg1(0.9, 1, 4)!.meanWait, 3)
    const markov = mh21WaitTail(0.9, 1, 1 + 1e-12)!
    for (const t of [0, 3, 30]) expect(markov(t)).toBeCloseTo(mmc(0.9, 1, 1)!.waitTail(t), 6)
    expect(mh21WaitTail(1, 1, 4)).toBeNull()
    const truth = truthOf({ arrivalRate: 0.9, meanService: 1, servers: 1, serviceScv: 4 })
    expect(tail(truth.waitQuantile(0.99))).toBeCloseTo(0.01, 9)
  })
  test('the sampler has the mean and the SCV it was asked for', () => {
    const stream = openStream(1, 0, 'x')
    const mixture = hyperexponentialFrom({ mean: 2, scv: 4 })
    let [sum, squares] = [0, 0]
    const n = 400_000
    for (let i = 0; i < n; i++) {
      const x = hyperexponential(stream, mixture)
      sum += x
      squares += x * x
    }
    const mean = sum / n
    expect(Math.abs(mean / 2 - 1)).toBeLessThan(0.02)
    expect(Math.abs((squares / n / mean ** 2 - 1) / 4 - 1)).toBeLessThan(0.06)
    expect(() => hyperexponentialFrom({ mean: 1, scv: 0.5 })).toThrow(/scv/)
  })
})
