import { describe, expect, it } from 'vitest'
import { mg1 } from '../lab/analysis/theory/index.ts'
import { exceeds, fullestUtilisation, lossShare, meanWait, nearCapacity, waitTail } from './queueing.ts'

/** P(W <= t) of M/D/1 with D = 1, exactly (Erlang 1909): an alternating sum, good for small t. */
function erlangCdf(rho: number, t: number): number {
  let sum = 0
  let factorial = 1
  for (let k = 0; k <= Math.floor(t); k++) {
    if (k > 0) factorial *= k
    sum += ((rho * (k - t)) ** k / factorial) * Math.exp(-rho * (k - t))
  }
  return (1 - rho) * sum
}

describe('the wait of M/D/1', () => {
  it.each([0.3, 0.5, 0.7, 0.9])('has the exact tail from two service times on, at rho %f', (rho) => {
    const tail = waitTail(rho)
    for (const t of [2, 3, 5, 8]) {
      const exact = 1 - erlangCdf(rho, t)
      if (exact < 1e-6) continue
      expect(exceeds(tail, t) / exact).toBeGreaterThan(0.95)
      expect(exceeds(tail, t) / exact).toBeLessThan(1.05)
    }
  })

  it.each([0.5, 0.8, 0.95, 0.99])('has about the mean of Pollaczek and Khinchine at rho %f', (rho) => {
    const tail = waitTail(rho)
    let mean = 0
    const step = 0.01
    for (let t = step / 2; t < 60 / (1 - rho); t += step) mean += exceeds(tail, t) * step
    const exact = rho / (2 * (1 - rho))
    expect(mean / exact).toBeGreaterThan(0.95)
    expect(mean / exact).toBeLessThan(1.1)
    expect(mg1(rho, 1, 0)!.meanWait).toBeCloseTo(exact, 9)
  })

  it('never lets more wait than find the core busy', () => {
    for (let rho = 0.01; rho < 1; rho += 0.01) expect(exceeds(waitTail(rho), 0)).toBeLessThanOrEqual(rho)
  })

  it('settles within a second up to 98 %, and fills half of its buffer at most', () => {
    expect(nearCapacity(250_000)).toEqual({ from: expect.closeTo(0.98, 9), to: expect.closeTo(1.02, 9) })
    expect(nearCapacity(400).from).toBe(0.9)
    expect(meanWait(fullestUtilisation(9000))).toBeCloseTo(4500, 6)
  })

  it('loses at any load what its buffer has no room for, and nothing where that is hardly ever', () => {
    const lossAt = (utilisation: number, room: number): number =>
      lossShare(utilisation, room, waitTail(Math.min(1, utilisation)))
    // What drifts down by d of what comes loses d / (exp(2 d K) - 1), in heavy traffic.
    for (const utilisation of [0.97, 0.99, 0.999]) {
      const drift = 1 / utilisation - 1
      expect(lossAt(utilisation, 64) / (drift / Math.expm1(2 * drift * 64))).toBeCloseTo(1, 1)
    }
    const loads = Array.from({ length: 150 }, (_, i) => i / 100)
    const losses = loads.map((load) => lossAt(load, 64))
    expect(losses).toEqual(losses.toSorted((a, b) => a - b))
    expect(lossAt(2, 64)).toBeCloseTo(0.5, 9)
    expect([lossAt(0.5, 64), lossAt(0.97, 9000)]).toEqual([0, 0])
  })
})
