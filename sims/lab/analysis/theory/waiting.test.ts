/** Fixed patience, vacations and looks now and then: limits that are known, hand-computed values, and slow integrals. */
import { describe, expect, test } from 'vitest'
import { fixedPatience } from './fixed-patience.ts'
import { backoffDelayShare, pollDelay } from './polling.ts'
import { mg1, mm1 } from './queues.ts'
import { vacationWait } from './vacations.ts'

describe('M/M/1 with fixed patience', () => {
  test('the published form of the lost share', () => {
    for (const [load, patience] of [
      [0.5, 1],
      [0.9, 4],
      [1.2, 3],
      [2, 5],
    ] as const) {
      const x = Math.exp(-(1 - load) * patience)
      const lost = ((1 - load) * load * x) / (1 - load * load * x)
      expect(fixedPatience(load, 1, patience).lost).toBeCloseTo(lost, 12)
    }
  })
  test('by hand: at saturation 1 / (2 + mu tau) are lost', () => {
    // Service 2 s, patience 6 s: 1 / (2 + 3).
    expect(fixedPatience(0.5, 2, 6).lost).toBeCloseTo(0.2, 12)
    expect(fixedPatience(0.5 * (1 + 1e-9), 2, 6).lost).toBeCloseTo(0.2, 8)
    // p0 = 1/5, density of the wait p0 / 2 up to 6: mean (1/10) 36/2 + 0.2 x 6 = 3; of the served 1.8 / 0.8.
    expect(fixedPatience(0.5, 2, 6).meanWait).toBeCloseTo(3, 12)
    expect(fixedPatience(0.5, 2, 6).meanWaitServed).toBeCloseTo(2.25, 12)
    expect(fixedPatience(0.5, 2, 6).utilisation).toBeCloseTo(0.8, 12)
  })
  test('without patience Erlang B, with endless patience M/M/1, far beyond saturation what the server leaves', () => {
    expect(fixedPatience(3, 0.5, 0).lost).toBeCloseTo(1.5 / 2.5, 12)
    expect(fixedPatience(3, 0.5, 0).meanWait).toBe(0)
    expect(fixedPatience(0.8, 1, 1000).meanWait).toBeCloseTo(mm1(0.8, 1)!.meanWait, 9)
    expect(fixedPatience(0.8, 1, 1000).lost).toBeCloseTo(0, 12)
    const flooded = fixedPatience(4, 1, 1000)
    expect(flooded.lost).toBeCloseTo(0.75, 12)
    // Those who are served waited nearly all their patience: 1000 less one mean of the rate 4 - 1.
    expect(flooded.meanWaitServed).toBeCloseTo(1000 - 1 / 3, 6)
  })
  test('equals a slow sum over the density of the wait, and is smooth where the forms change', () => {
    for (const [load, patience] of [
      [0.7, 3],
      [1.0004, 2],
      [0.9997, 2],
      [1.6, 4],
    ] as const) {
      const step = patience / 200_000
      let [mass, moment] = [0, 0]
      for (let v = step / 2; v < patience; v += step) {
        const density = load * Math.exp(-(1 - load) * v)
        mass += density * step
        moment += v * density * step
      }
      const lost = load * Math.exp(-(1 - load) * patience)
      const all = 1 + mass + lost
      const queue = fixedPatience(load, 1, patience)
      expect(queue.meanWait).toBeCloseTo((moment + lost * patience) / all, 8)
      expect(queue.lost).toBeCloseTo(lost / all, 8)
      expect(queue.utilisation).toBeCloseTo(load * (1 - queue.lost), 12)
    }
  })
  test('refuses what is no queue', () => {
    expect(() => fixedPatience(0, 1, 1)).toThrow(/rate/)
    expect(() => fixedPatience(1, 1, -1)).toThrow(/patience/)
    expect(() => fixedPatience(1, 1, Infinity)).toThrow(/patience/)
  })
})

describe('M/G/1 with vacations', () => {
  test('by hand: constant service of 1 s at load 0.5, absences of 2 s', () => {
    // M/D/1: 0.5 x 1 / (2 x 0.5) = 0.5; half an absence is 1.
    expect(vacationWait(0.5, 1, 0, { mean: 2, scv: 0 })).toBeCloseTo(1.5, 12)
    // Exponential absences have a whole one left.
    expect(vacationWait(0.5, 1, 0, { mean: 2, scv: 1 })).toBeCloseTo(2.5, 12)
  })
  test('short absences leave M/G/1; no steady state at saturation', () => {
    expect(vacationWait(0.6, 1, 3, { mean: 1e-9, scv: 0 })).toBeCloseTo(mg1(0.6, 1, 3)!.meanWait, 8)
    expect(vacationWait(1, 1, 1, { mean: 1, scv: 0 })).toBeNull()
    expect(() => vacationWait(0.5, 1, 1, { mean: 0, scv: 0 })).toThrow(/vacation/)
  })
})

describe('looks now and then', () => {
  test('a minute apart: half a minute', () => expect(pollDelay(60)).toBe(30))
  test('doubling adds 44.3 % of the time, tripling 82 %', () => {
    expect(backoffDelayShare(2)).toBeCloseTo(0.442695, 6)
    expect(backoffDelayShare(3)).toBeCloseTo(0.820478, 6)
    expect(backoffDelayShare(1 + 1e-6)).toBeCloseTo(0, 5)
  })
  test('refuses what is no schedule', () => {
    expect(() => pollDelay(-1)).toThrow(/interval/)
    expect(() => backoffDelayShare(1)).toThrow(/factor/)
  })
})
