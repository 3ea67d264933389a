/** How many fates there are behind the turns of a replication, where none of them was so late. */
import { describe, expect, it } from 'vitest'
import { distributionOfIn } from '../lab/contract/figure.ts'
import type { Measures } from '../lab/contract/sim.ts'
import { context } from '../lab/contract/testing/context.ts'
import { estimateOf } from '../lab/run/testing/estimate.ts'
import { ENTRIES } from './draws.ts'
import { apart, ownFates, type CallTurns } from './fates.ts'
import { turnLatency } from './index.ts'
import { simulate } from './model.ts'
import { turnLatencyParams, type TurnLatencyParams } from './params.ts'

const paramsOf = (written: Record<string, unknown>): TurnLatencyParams =>
  turnLatencyParams.parse({
    callRate: '0.02/s',
    inferenceServers: 1000,
    span: '15min',
    counterfactuals: 'none',
    ...written,
  })

const call = (offset: number, turns: number, late = 1): CallTurns => ({ offset, turns, early: 0, late })
const late = (one: CallTurns): number => one.late

describe('calls that share the table of draws', () => {
  it('are one fate where their stretches overlap', () => {
    expect(apart([call(0, 10), call(20, 10), call(10, 10)], late)).toBe(3)
    expect(apart([call(0, 10), call(5, 10), call(9, 1), call(10, 3)], late)).toBe(2)
    expect(apart([call(7, 10), call(7, 10)], late)).toBe(1)
    expect(apart([call(0, 10), call(ENTRIES - 5, 10), call(ENTRIES - 20, 5)], late)).toBe(2)
  })
  it('count as the largest does, and only with the turns that are asked about', () => {
    expect(apart([call(0, 10, 8), call(10, 10, 2), call(20, 10, 2)], late)).toBe(1.5)
    expect(apart([call(0, 10), call(10, 10, 0), call(10, 5)], late)).toBe(2)
    expect(apart([], late)).toBe(1)
  })
})

describe('calls that share a pool', () => {
  const calls = Array.from({ length: 50 }, (_, i) => call(100 * i, 50))
  const fates = (written: Record<string, unknown>, busy: number) => {
    const params = paramsOf({ callRate: '0.5/s', ...written })
    return ownFates(params, calls, { utilisation: busy / params.inferenceServers, turns: 60_000 })
  }
  it('have a fate of their own only where nobody waits for a place', () => {
    expect(fates({ inferenceServers: 100 }, 15)).toEqual({ earlyLatency: 1, lateLatency: 50 })
    expect(fates({ inferenceServers: 30 }, 15)).toBeNull()
    // In the last five minutes 2.6 times as many begin as on average.
    const load = { every: '5min', arrivals: [10, 10, 130] }
    expect(fates({ callRate: undefined, load, inferenceServers: 100 }, 15)).toBeNull()
  })
  it('by the load that the span sees, whatever else is in it', () => {
    const fatesOf = (arrivals: readonly number[], servers: number) =>
      fates(
        {
          callRate: undefined,
          callLength: '15min',
          load: { every: '5min', arrivals },
          inferenceServers: servers,
        },
        15,
      )
    // The rest of the load is as full as the last five minutes of the span: on its mean they are no rush.
    const [late, quiet] = [
      [10, 10, 130, ...Array<number>(60).fill(130), 10, 10, 10],
      Array<number>(3).fill(50),
    ]
    expect(fatesOf(late, 100)).toBeNull()
    // Six hours after the span no call of it is left.
    expect(fatesOf([...quiet, ...Array<number>(60).fill(500), ...quiet], 100)).not.toBeNull()
    // What began before the span is in it.
    expect(fatesOf([...quiet, ...Array<number>(60).fill(50), 1000, 50], 100)).toBeNull()
  })
  it('else stretches of two call lengths have', () => {
    const windows = (written: Record<string, unknown>): number => turnLatency.windows!(paramsOf(written))
    expect(windows({ span: '2h', callLength: '15min' })).toBe(4)
    expect(windows({ span: '20min', callLength: '15min' })).toBe(1)
    const crowded = paramsOf({ inferenceServers: 1 })
    expect(simulate(crowded, context()).chances).toEqual({})
  })
})

it('the bound of turns that were never so late holds the truth, which that of each turn for itself would not', () => {
  // A turn is late by its context, which only answers fill: of a call in which hardly anything else is said, all of them are.
  const params = paramsOf({
    cacheHit: '0%',
    serviceScv: 0,
    talk: '4s',
    reply: '1s',
    turnSpread: '2000%',
    tokensHeard: '0/s',
    tokensSpoken: '100/s',
    contextLimit: '1M',
  })
  const measured = Array.from({ length: 60 }, (_, i) => simulate(params, context(i)))
  const distributions = measured.map((one) => distributionOfIn(one, 'lateLatency'))
  const turns = distributions.reduce((sum, { count }) => sum + count, 0)
  const shareAbove = (seconds: number): number =>
    distributions.reduce((sum, one) => sum + one.exceeding(seconds), 0) / turns
  const fates = measured.reduce((sum, { chances }) => sum + chances!['lateLatency']!, 0)
  // Far fewer fates than turns, and more than one a replication.
  expect(fates).toBeLessThan(turns / 10)
  expect(fates).toBeGreaterThan(5 * measured.length)
  const pairs = Array.from({ length: measured.length / 2 }, (_, i) => measured.slice(2 * i, 2 * i + 2))
  /** Of turns so late that the fates of a pair meet so many of them, how often a pair without one is sure of less. */
  const wrong = (met: number, seen: (one: Measures) => Measures): number => {
    let [low, high] = [0, 60]
    for (let i = 0; i < 40; i++) {
      const middle = (low + high) / 2
      if (shareAbove(middle) > (met * pairs.length) / fates) low = middle
      else high = middle
    }
    const limit = Number(high.toPrecision(6))
    const missed = pairs.filter((pair) => {
      const text = `share(lateLatency > ${limit} s)`
      const estimate = estimateOf(turnLatency, params, text, pair.map(seen))
      return estimate.value === 0 && estimate.high! < shareAbove(limit)
    })
    return missed.length / pairs.length
  }
  for (const met of [0.25, 1, 4]) expect(wrong(met, (one) => one)).toBeLessThanOrEqual(0.05)
  expect(wrong(0.25, (one) => ({ ...one, chances: { lateLatency: Infinity } }))).toBeGreaterThan(0.05)
})
