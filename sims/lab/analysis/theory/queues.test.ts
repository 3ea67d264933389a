import { describe, expect, test } from 'vitest'
import { erlangB, erlangC } from './erlang.ts'
import { mg1, mm1, mmc, mmcc, mminf } from './queues.ts'

describe('Erlang B', () => {
  test('the traffic tables: load in erlangs that N circuits carry at a given loss', () => {
    // [circuits, erlangs at 1 % loss, erlangs at 5 % loss], to the digits printed.
    const table = [
      [1, 0.0101, 0.0526],
      [5, 1.36, 2.22],
      [10, 4.46, 6.22],
      [20, 12.0, 15.2],
      [50, 37.9, 44.5],
      [100, 84.1, 95.2],
    ] as const
    for (const [circuits, one, five] of table) {
      for (const [erlangs, loss] of [
        [one, 0.01],
        [five, 0.05],
      ] as const) {
        const digit = erlangs < 1 ? 0.00006 : erlangs < 10 ? 0.006 : 0.06
        expect(erlangB(circuits, erlangs - digit)).toBeLessThan(loss)
        expect(erlangB(circuits, erlangs + digit)).toBeGreaterThan(loss)
      }
    }
  })
  test('equals the textbook sum where that does not overflow', () => {
    for (const [servers, erlangs] of [
      [1, 0.3],
      [7, 9],
      [40, 33.3],
    ] as const) {
      let term = 1
      let sum = 1
      for (let k = 1; k <= servers; k++) sum += term *= erlangs / k
      expect(erlangB(servers, erlangs)).toBeCloseTo(term / sum, 14)
    }
  })
  test('100,000 servers: finite, and the square-root law holds at critical load', () => {
    // Jagerman: B(N, N) sqrt(pi N / 2) -> 1, with next term 2/3 sqrt(2 / (pi N)).
    const n = 100_000
    const scaled = 1 / (erlangB(n, n) * Math.sqrt((Math.PI * n) / 2))
    expect(Math.abs(scaled - (1 + (2 / 3) * Math.sqrt(2 / (Math.PI * n))))).toBeLessThan(1e-5)
    expect(erlangB(n, 1e9)).toBeCloseTo(1 - n / 1e9, 8)
    expect(erlangB(n, 1)).toBe(0)
  })
})

describe('Erlang C', () => {
  test('published cases', () => {
    // Gross & Harris, example 2.7 type: one server waits with probability rho; two with 2 rho^2 / (1 + rho).
    for (const rho of [0.1, 0.5, 0.95]) {
      expect(erlangC(1, rho)).toBeCloseTo(rho, 14)
      expect(erlangC(2, 2 * rho)).toBeCloseTo((2 * rho * rho) / (1 + rho), 14)
    }
    // The call-centre example of Koole and of most calculators: 10 erlangs on 14 agents.
    expect(erlangC(14, 10)).toBeCloseTo(0.1741, 4)
    // M/M/20 at 0.9, as measured and quoted in the literature of this lab: 0.5508.
    expect(erlangC(20, 18)).toBeCloseTo(0.5508, 4)
  })
  test('Halfin and Whitt: with c = R + sqrt(R) servers a fixed share waits, however large', () => {
    // beta = 1: 1 / (1 + beta Phi(beta) / phi(beta)) = 0.22336...
    expect(erlangC(100_000, 100_000 - Math.sqrt(100_000))).toBeCloseTo(0.2234, 2)
  })
  test('no steady state at or beyond saturation', () => {
    expect(erlangC(3, 3)).toBeNull()
    expect(erlangC(3, 4)).toBeNull()
    expect(mmc(4, 1, 3)).toBeNull()
    expect(mm1(1, 1)).toBeNull()
    expect(mg1(2, 0.5, 0)).toBeNull()
  })
})

describe('waiting queues', () => {
  test('M/M/1 at 0.8: wait 4 service times', () => {
    const queue = mm1(0.8, 1)!
    expect(queue.meanWait).toBeCloseTo(4, 12)
    expect(queue.meanTime).toBeCloseTo(5, 12)
    expect(queue.meanInSystem).toBeCloseTo(4, 12)
    expect(queue.meanQueue).toBeCloseTo(3.2, 12)
  })
  test('M/M/20 at 0.9: wait 0.2754 service times', () => {
    expect(mmc(18, 1, 20)!.meanWait).toBeCloseTo(0.2754, 4)
  })
  test('one server: M/M/c, M/M/1 and M/G/1 with scv 1 agree in every figure', () => {
    for (const load of [0, 0.3, 0.99]) {
      const { waitQuantile, waitTail, ...markov } = mmc(load / 2, 2, 1)!
      const single = mm1(load / 2, 2)!
      const general = mg1(load / 2, 2, 1)!
      for (const figure of Object.keys(single) as (keyof typeof single)[]) {
        expect(markov[figure]).toBeCloseTo(single[figure], 10)
        expect(general[figure]).toBeCloseTo(single[figure], 10)
      }
      expect(waitTail(3)).toBeCloseTo(load * Math.exp((-3 * (1 - load)) / 2), 12)
      expect(waitQuantile(0)).toBe(0)
    }
  })
  test('M/D/1 waits half as long as M/M/1; a heavy tail waits in proportion', () => {
    expect(mg1(0.8, 1, 0)!.meanWait).toBeCloseTo(2, 12)
    expect(mg1(0.8, 1, 9)!.meanWait).toBeCloseTo(20, 12)
    expect(mg1(0.8, 1, Infinity)!.meanWait).toBe(Infinity)
  })
  test('quantile and tail of the wait undo each other, and their integral is the mean', () => {
    const queue = mmc(18, 1, 20)!
    for (const p of [0.5, 0.9, 0.99]) expect(queue.waitTail(queue.waitQuantile(p))).toBeCloseTo(1 - p, 12)
    expect(queue.waitQuantile(0.4)).toBe(0)
    let integral = 0
    const step = 0.001
    for (let t = step / 2; t < 20; t += step) integral += queue.waitTail(t) * step
    expect(integral).toBeCloseTo(queue.meanWait, 6)
  })
})

describe('loss and infinite servers', () => {
  test('M/M/c/c: throughput, occupancy and loss hang together', () => {
    const { blocked, throughput, meanInSystem, utilisation } = mmcc(4.461, 1, 10)
    expect(blocked).toBeCloseTo(0.01, 4)
    expect(throughput).toBeCloseTo(4.461 * (1 - blocked), 12)
    expect(meanInSystem).toBeCloseTo(throughput, 12)
    expect(utilisation).toBeCloseTo(throughput / 10, 12)
  })
  test('M/M/inf is Poisson, also far out and for millions of sessions', () => {
    const { probability, tail, meanInSystem } = mminf(2, 1.5)
    expect(meanInSystem).toBe(3)
    expect(probability(0)).toBeCloseTo(Math.exp(-3), 14)
    expect(probability(5)).toBeCloseTo(0.1008188, 7)
    expect(tail(5)).toBeCloseTo(0.0839179, 7)
    expect(tail(1)).toBeCloseTo(0.8008517, 7)
    expect(tail(-1)).toBe(1)
    const huge = mminf(1e4, 300)
    expect(huge.tail(3e6)).toBeCloseTo(0.5, 3)
    expect(huge.tail(3e6 + 3 * Math.sqrt(3e6))).toBeCloseTo(0.00135, 4)
    expect(mminf(0, 1).probability(0)).toBe(1)
    expect(mminf(0, 1).tail(0)).toBe(0)
  })
})

test('refuses what is no queue', () => {
  expect(() => erlangB(0, 1)).toThrow(/servers/)
  expect(() => erlangB(1.5, 1)).toThrow(/servers/)
  expect(() => erlangC(2, NaN)).toThrow(/offered load/)
  expect(() => mmc(-1, 1, 1)).toThrow(/arrival rate/)
  expect(() => mm1(1, 0)).toThrow(/service time/)
  expect(() => mg1(1, 0.5, -1)).toThrow(/scv/)
})
