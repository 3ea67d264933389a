/** The sim in small: same seed, same bytes; conservation and Little; a long search holds up whoever does not yield. */
import { describe, expect, test } from 'vitest'
import { LogHistogram, type LogHistogramData } from '../lab/analysis/histogram.ts'
import { conserves } from '../lab/contract/conservation.ts'
import { obeysLittle } from '../lab/contract/little.ts'
import type { Measures } from '../lab/contract/sim.ts'
import { openStream } from '../lab/kernel/random/stream.ts'
import { answer } from './answer.ts'
import { OBSERVATIONS } from './metrics.ts'
import { simulate } from './model.ts'
import { agentMemoryParams } from './params.ts'

function replicate(more: Record<string, unknown>, replication = 0): Measures {
  const params = agentMemoryParams.parse({
    fragments: 2_000,
    span: '2s',
    reads: '2k/s',
    searches: '20/s',
    searchRate: '10M/s',
    ...more,
  })
  return simulate(params, {
    replication,
    horizon: 'span',
    part: 0,
    stream: (name) => openStream(5, replication, name),
    judged: () => [],
    progress: () => {},
  })
}

const longest = (measures: Measures, name: string): number =>
  LogHistogram.fromData(measures.observations![name] as LogHistogramData).quantile(0.999)!

const mean = (measures: Measures, name: string): number =>
  LogHistogram.fromData(measures.observations![name] as LogHistogramData).mean!

describe('one replication', () => {
  const measures = replicate({})

  test('is the same again, byte by byte', () => {
    expect(JSON.stringify(replicate({}))).toBe(JSON.stringify(measures))
    expect(JSON.stringify(replicate({}, 1))).not.toBe(JSON.stringify(measures))
  })

  test('without a read has none that took longest', () => {
    const { metrics } = replicate({ reads: '0.001/s', counterfactuals: 'none' })
    expect(metrics['longestStall']).toBeNull()
    expect(measures.metrics['longestStall']).toBeGreaterThan(0)
  })

  test('answers the same without the servers that it is compared with', () => {
    const alone = replicate({ counterfactuals: 'none' })
    const nothing = { atOnceUtilisation: null, unboundedUtilisation: null }
    expect(alone.metrics).toEqual({ ...measures.metrics, ...nothing })
    expect(alone.observations!['argetWait']).toEqual(measures.observations!['argetWait'])
    expect(LogHistogram.fromData(alone.observations!['atOnceWait'] as LogHistogramData).count).toBe(0)
  })

  test('loses no request and obeys Little', () => {
    expect(conserves(measures.flow)).toEqual({ ok: true })
    for (const sample of measures.little) expect(obeysLittle(sample)).toEqual({ ok: true })
    for (const { ok, name } of measures.invariants) expect([name, ok]).toEqual([name, true])
  })

  test('a read waits for a turn at most where searches yield, and for a search where they do not', () => {
    expect(longest(measures, 'argetWait')).toBeLessThan(0.015)
    expect(longest(measures, 'atOnceWait')).toBeGreaterThan(0.025)
  })

  test('an overloaded server has waits in one replication; what a point has of them is decided over all', () => {
    for (const [name, spec] of Object.entries(OBSERVATIONS))
      expect([name, spec.steadyState]).toEqual([name, true])
    const found = replicate({ hostileShare: '60%', budget: '400k', searches: '5/s', fragments: 300 })
    const count = (name: string): number =>
      LogHistogram.fromData(found.observations![name] as LogHistogramData).count
    expect(found.state).toBe('stable')
    expect(found.metrics['atOnceUtilisation']).toBeLessThan(1)
    expect(found.metrics['unboundedUtilisation']).toBeGreaterThan(1)
    expect(count('argetWait')).toBeGreaterThan(1_000)
    expect(count('atOnceWait')).toBe(count('argetWait'))
    expect(count('unboundedWait')).toBe(count('argetWait'))
    const { argetWait, atOnceWait, unboundedWait } = OBSERVATIONS
    expect([argetWait, atOnceWait, unboundedWait].map(({ overloadedBy }) => overloadedBy)).toEqual([
      undefined,
      'atOnceUtilisation',
      'unboundedUtilisation',
    ])
  })

  test('the answer says which servers are overloaded, and gives no wait of theirs', () => {
    const metric = (value: number | null) => ({ unit: 's', value, low: null, high: null })
    const say = (
      state: 'stable' | 'overloaded',
      utilisation: number,
      wait: number | null,
      unbounded = [1.2, 1.2, 1.2],
    ): string => {
      const metrics = {
        'p99(argetWait)': metric(wait),
        'p99(atOnceWait)': metric(wait),
        'p99(unboundedWait)': metric(unbounded.filter((busy) => busy >= 1).length >= 2 ? null : 0.5),
        utilisation: metric(utilisation),
        atOnceUtilisation: metric(utilisation),
      }
      const replications = unbounded.map((unboundedUtilisation) => ({ metrics: { unboundedUtilisation } }))
      const params = agentMemoryParams.parse({})
      return answer({ chosen: { metrics, params, replications, state } } as unknown as Parameters<
        typeof answer
      >[0]).text
    }
    expect(say('stable', 0.4, 0.02)).toMatch(
      /^99 of 100 ARGETs are answered within 20 ms while .* run; 20 ms if those did not yield, no bound at all, as it would be overloaded, without a budget either\./,
    )
    // As the point's own state: half of the replications decide, and their mean does not.
    expect(say('stable', 0.4, 0.02, [0.9, 0.9, 1.6])).toContain('500 ms without a budget either')
    expect(say('stable', 0.4, 0.02, [0.4, 1.1, 1.1])).toContain('overloaded, without a budget either')
    expect(say('overloaded', 4.9, null)).toMatch(
      /^The event loop is overloaded: .* take 4\.9 times the time there is/,
    )
  })

  test('each search could have been refused', () => {
    const { count } = measures.observations!['argrepTime'] as { count: number }
    expect(count).toBeGreaterThan(20)
    expect([measures.metrics['refused'], measures.chances]).toEqual([0, { refused: count }])
  })

  test('a budget ends hostile searches, and its absence shows', () => {
    const hostile = replicate({ hostileShare: '60%', budget: '400k', searches: '10/s', fragments: 200 })
    expect(hostile.metrics['refused']).toBeGreaterThan(0.1)
    expect(longest(hostile, 'unboundedWait')).toBeGreaterThan(longest(hostile, 'atOnceWait'))
    expect(mean(hostile, 'unboundedWait')).toBeGreaterThan(10 * mean(hostile, 'argetWait'))
    const honest = replicate({ budget: '400k', searches: '10/s', fragments: 200 })
    expect(mean(honest, 'unboundedWait')).toBeLessThan(mean(hostile, 'unboundedWait') / 10)
  })
})
