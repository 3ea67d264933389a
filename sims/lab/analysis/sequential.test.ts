import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { gamma } from '../kernel/random/gamma.ts'
import { openStream } from '../kernel/random/stream.ts'
import { meanFigure } from './figure.ts'
import { precisionOf, sequential, widerInterval, type Look, type SequentialRule } from './sequential.ts'

const lookAt =
  (values: readonly number[]): Look =>
  (n) =>
    meanFigure(values.slice(0, n)).interval()

/** Runs the rule to its end, handing in at least `step` replications at a time. */
function stopOf(values: readonly number[], rule: SequentialRule, step = 1) {
  for (let completed = 0; ;) {
    const next = sequential([lookAt(values)], completed, rule)
    if (next.kind === 'stop') return next
    completed = Math.max(next.total, Math.min(values.length, completed + step))
  }
}

const gammas = (seed: number, n: number): number[] => {
  const stream = openStream(seed, 0, 'values')
  return Array.from({ length: n }, () => gamma(stream, 2, 1))
}

describe('when to stop', () => {
  test('a fixed number is that number', () => {
    expect(stopOf(gammas(1, 9), { halfWidth: null, min: 7, max: 9 })).toEqual({
      kind: 'stop',
      used: 7,
      pilot: null,
    })
  })
  test('never before a pilot of 20, however calm it looks', () => {
    const calm = Array.from({ length: 30 }, (_, i) => 100 + (i % 2))
    expect(stopOf(calm, { halfWidth: 0.5, min: 3, max: 30 })).toEqual({ kind: 'stop', used: 20, pilot: 20 })
    expect(stopOf(calm, { halfWidth: 0.5, min: 3, max: 8 })).toEqual({ kind: 'stop', used: 8, pilot: 8 })
  })
  test('at the budget, precise or not', () => {
    expect(stopOf(gammas(1, 50), { halfWidth: 0.001, min: 3, max: 50 })).toMatchObject({ used: 50 })
  })
  test('when precise, at about the number that the scatter asks for', () => {
    const values = gammas(3, 3000)
    const { used, pilot } = stopOf(values, { halfWidth: 0.05, min: 3, max: 3000 })
    // (1.96 x 0.7071 / 0.05)^2 = 768.
    expect(used).toBeGreaterThan(500)
    expect(used).toBeLessThan(1300)
    expect(precisionOf(widerInterval(lookAt(values), used, pilot)).relative).toBeLessThanOrEqual(0.05)
  })
  test('the same stop however many are handed in at a time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 97 }), (seed, step) => {
        const values = gammas(seed, 400)
        const rule = { halfWidth: 0.08, min: 3, max: 400 }
        expect(stopOf(values, rule, step)).toEqual(stopOf(values, rule))
      }),
      { numRuns: 40 },
    )
  })
  test('a figure without an interval is not waited for; a noisy zero runs to the budget', () => {
    const none: Look = () => null
    expect(sequential([none], 20, { halfWidth: 0.1, min: 3, max: 99 })).toMatchObject({
      kind: 'stop',
      used: 20,
    })
    const noise = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 1 : -1))
    expect(stopOf(noise, { halfWidth: 0.1, min: 3, max: 60 })).toMatchObject({ used: 60 })
    expect(stopOf(Array(30).fill(0) as number[], { halfWidth: 0.1, min: 3, max: 30 })).toMatchObject({
      used: 20,
    })
  })
  test('a figure that further replications may give an interval is waited for, up to the budget', () => {
    const rule = { halfWidth: 0.1, min: 20, max: 200 }
    const look = (n: number) => (n < 60 ? 'more' : { value: 10, low: 9.9, high: 10.1 }) as ReturnType<Look>
    expect(sequential([look], 20, rule)).toEqual({ kind: 'run', total: 80 })
    expect(sequential([look], 80, rule)).toEqual({ kind: 'stop', used: 80, pilot: 20 })
    expect(sequential([() => 'more'], 200, rule)).toEqual({ kind: 'stop', used: 200, pilot: 20 })
  })
  test('refuses what cannot be a rule', () => {
    expect(() => sequential([], 0, { halfWidth: 0, min: 1, max: 2 })).toThrow(/halfWidth/)
    expect(() => sequential([], 0, { halfWidth: null, min: 3, max: 2 })).toThrow(/min <= max/)
  })
})

test('stopping by precision costs no coverage: 95 to 97 % of 1,500 runs hold the truth', () => {
  let held = 0
  const runs = 1500
  for (let seed = 0; seed < runs; seed++) {
    const values = gammas(seed, 400)
    const { used, pilot } = stopOf(values, { halfWidth: 0.12, min: 3, max: 400 })
    const { low, high } = widerInterval(lookAt(values), used, pilot)!
    if (low <= 2 && 2 <= high) held++
  }
  expect(held / runs).toBeGreaterThan(0.94)
  expect(held / runs).toBeLessThan(0.985)
})
