import { describe, expect, test } from 'vitest'
import { classify, type PointState } from './classify.ts'
import { mmcNumberInSystem } from './testing/seeds.ts'

interface Rates {
  readonly known: Record<PointState, number>
  readonly unknown: Record<PointState, number>
}

/** How often each state is given over `runs` independent queues started empty, with the load known and unknown. */
function rates(runs: number, queue: { load: number; servers?: number; arrivals: number }): Rates {
  const known = { stable: 0, backlogged: 0, overloaded: 0 }
  const unknown = { stable: 0, backlogged: 0, overloaded: 0 }
  for (let replication = 0; replication < runs; replication++) {
    const { inSystem, offeredLoad } = mmcNumberInSystem(11, replication, queue)
    const servers = queue.servers ?? 1
    known[classify({ inSystem, servers, offeredLoad }).state]++
    unknown[classify({ inSystem, servers }).state]++
  }
  return { known, unknown }
}

describe('never overloaded at a load of 0.9', () => {
  test.each([
    [2000, 100],
    [1000, 1000],
    [200, 10_000],
  ])('M/M/1, %d runs of %d arrivals', (runs, arrivals) => {
    const { known, unknown } = rates(runs, { load: 0.9, arrivals })
    expect(known.overloaded).toBe(0)
    expect(unknown.overloaded).toBe(0)
    // What most runs are called, then: stable.
    expect(known.stable).toBeGreaterThanOrEqual(0.7 * runs)
  })
  test.each([30, 2000])('M/M/20, filling up from empty within %d arrivals', (arrivals) => {
    const { known, unknown } = rates(500, { load: 0.9, servers: 20, arrivals })
    expect(known.overloaded).toBe(0)
    expect(unknown.overloaded).toBe(0)
  })
})

describe('always overloaded at 1.05, in a long enough run', () => {
  test('M/M/1 over 60,000 arrivals', () => {
    const { known, unknown } = rates(60, { load: 1.05, arrivals: 60_000 })
    expect([known.overloaded, unknown.overloaded]).toEqual([60, 60])
  })
  test('M/M/20 at 1.2 over 5,000 arrivals', () => {
    expect(rates(100, { load: 1.2, servers: 20, arrivals: 5000 }).known.overloaded).toBe(100)
  })
  test('in a short run it is at least seldom called stable', () => {
    expect(rates(200, { load: 1.05, arrivals: 5000 }).known.stable).toBeLessThan(60)
  })
})

const series = (n: number, f: (i: number) => number): number[] =>
  Array.from({ length: n + 1 }, (_, i) => f(i))

describe('shapes', () => {
  test('growth without spread is overload; a peak that drains is not', () => {
    expect(classify({ inSystem: series(100, (i) => 3 * i) })).toMatchObject({
      state: 'overloaded',
      p: 0,
      growth: 300,
    })
    expect(classify({ inSystem: series(100, (i) => Math.max(0, 50 - Math.abs(i - 50))) }).state).toBe(
      'stable',
    )
  })
  test('a level, an empty queue and a falling one are stable', () => {
    expect(classify({ inSystem: series(50, () => 7) }).state).toBe('stable')
    expect(classify({ inSystem: series(50, () => 0) }).state).toBe('stable')
    expect(classify({ inSystem: series(50, (i) => 50 - i) }).state).toBe('stable')
  })
  test('servers filling up are no backlog', () => {
    const ramp = series(100, (i) => Math.min(i, 90))
    expect(classify({ inSystem: ramp }).state).toBe('overloaded')
    expect(classify({ inSystem: ramp, servers: 100 }).state).toBe('stable')
  })
  test('a known load below 1 vetoes an overload, but not the backlog', () => {
    expect(classify({ inSystem: series(100, (i) => i), offeredLoad: 0.95 }).state).toBe('backlogged')
  })
  test('too few samples or none are refused', () => {
    expect(() => classify({ inSystem: [1, 2, 3] })).toThrow(/6 samples/)
    expect(() => classify({ inSystem: [1, 2, 3, NaN, 5, 6] })).toThrow(/not a finite number/)
  })
})
