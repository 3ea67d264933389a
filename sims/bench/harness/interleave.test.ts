import { describe, expect, test } from 'vitest'
import { BadRequest, BenchInterrupted, CouldNotMeasure } from './errors.ts'
import { logRatios, ratio } from './compare.ts'
import { measureModule, type BenchOptions } from './measure.ts'

const measure = (row: string, options: BenchOptions = {}) =>
  measureModule('synthetic', new URL('../testing/synthetic.ts', import.meta.url), {
    rows: [row],
    rounds: 8,
    samples: 3,
    sampleSeconds: 0.003,
    ...options,
  })

describe('ratio', () => {
  test('median of the rounds and an interval between two of them; above 1 when the peer takes longer', () => {
    const ours = [1, 1, 1, 1, 1, 1, 1, 1, 1]
    const theirs = [2, 2.1, 2.2, 2.3, 2.4, 2.5, 2.6, 2.7, 2.8]
    const result = ratio(logRatios(ours, theirs))
    expect(result.ratio).toBeCloseTo(2.4, 12)
    // Ranks 2 and 8 of 9 hold the median with probability 96 %.
    expect(result.low).toBeCloseTo(2.1, 12)
    expect(result.high).toBeCloseTo(2.7, 12)
  })

  test('two rounds: all that was seen', () => {
    const result = ratio(logRatios([1, 1], [2, 4]))
    expect([result.low, result.high].map((x) => Math.round(1e9 * x))).toEqual([2e9, 4e9])
  })
})

describe('contestants take turns in one run (invariant 8)', () => {
  // Timing on a machine that may do other things: one quiet moment in three is enough, and it cannot be had by luck,
  // for both contestants that run the same code and the one that does more are judged in the same run.
  test('30 % more work is found, a twin is level, within 15 %', { retry: 2 }, async () => {
    const { rows, missing } = await measure('compare', { rounds: 12, samples: 8, sampleSeconds: 0.002 })
    const row = rows[0]!
    expect(row.checked).toBe(true)
    expect(missing).toEqual([])
    expect(Object.keys(row.peers)).toEqual(['same', 'more-work', 'async'])
    const { same, 'more-work': more } = row.peers
    expect(same!.ratio).toBeGreaterThan(0.87)
    expect(same!.ratio).toBeLessThan(1.15)
    expect(same!.low).toBeLessThanOrEqual(same!.ratio)
    expect(same!.high).toBeGreaterThanOrEqual(same!.ratio)
    expect(more!.ratio).toBeGreaterThan(1.13)
    expect(more!.ratio).toBeLessThan(1.5)
    expect(more!.low).toBeGreaterThan(1)
    expect(row.value / more!.value).toBeCloseTo(more!.ratio, 0)
  })

  // Of these no figure hangs on the clock: they are measured while a silent one is waited for.
  test.concurrent('a silent one is given up', async () => {
    const { missing } = await measure('silent', { timeoutSeconds: 8 })
    expect(missing[0]!.why).toBe('synthetic/silent: no answer within 8 s')
  })

  test.concurrent('wrong (invariant 9), failing and absent ones are listed with their reason and have no speed', async () => {
    const { rows, missing } = await measure('refused', { rounds: 6 })
    expect(Object.keys(rows[0]!.peers)).toEqual(['same'])
    expect(rows[0]!.checked).toBe(false)
    expect(missing.map(({ peer, why }) => `${peer}: ${why}`).sort()).toEqual([
      'absent: it does not exist',
      'exits: synthetic/refused: its process ended (exit 7)',
      'throws: synthetic/refused: no such luck',
      expect.stringMatching(/^wrong-later: wrong result in synthetic\/refused: expected check value/),
      expect.stringMatching(/^wrong: wrong result in synthetic\/refused: expected check value 0.5, got/),
    ])
  })

  test.concurrent('ours with a wrong result: CouldNotMeasure', async () => {
    await expect(measure('ours-wrong')).rejects.toThrow(CouldNotMeasure)
    await expect(measure('ours-wrong')).rejects.toThrow(
      'synthetic/ours-wrong: flowbench: expected check value',
    )
  })

  test.concurrent('a mean over parts: ratios over those that both do, the others named', async () => {
    const { rows, missing } = await measure('parts', { samples: 1 })
    const row = rows[0]!
    expect(row.checked).toBe(false)
    expect(row.parts).toEqual({ measured: 4, refused: [], wrong: [], slow: [] })
    const { same, partly, 'slow-once': slowOnce, 'timed-here': timedHere } = row.peers
    expect(row.value).toBeCloseTo(1 / (0.001 * 0.002 * 0.004 * 0.03) ** 0.25, 6)
    expect(same!.ratio).toBeCloseTo(1, 9)
    expect(same!.parts!.compared).toBe(4)
    // Twice as long in one of the two that both do, eight times in the other.
    expect(partly!.parts).toEqual({ compared: 2, refused: ['a'], wrong: ['c'], slow: [] })
    expect(partly!.ratio).toBeCloseTo(4, 9)
    expect(partly!.value).toBeCloseTo(1 / Math.sqrt(0.004 * 0.24), 6)
    expect(slowOnce!.parts).toEqual({ compared: 3, refused: [], wrong: [], slow: ['b'] })
    expect(slowOnce!.ratio).toBeCloseTo(1, 9)
    expect(timedHere!.parts!.compared).toBe(4)
    expect(missing.map(({ peer, why }) => `${peer}: ${why}`)).toEqual([
      expect.stringMatching(/^wrong-later: wrong result in synthetic\/parts: expected check value/),
      expect.stringContaining('none of the parts; a: expected check value 2, got 1'),
    ])
  })

  test.concurrent('bursts that time themselves: asking does not count', async () => {
    const { rows, missing } = await measure('self-timed', { samples: 1 })
    expect(rows[0]!.value).toBeCloseTo(1_000, 6)
    expect(rows[0]!.peers['half-as-fast']!.ratio).toBeCloseTo(2, 9)
    expect(missing[0]!.why).toContain('expected check value 2, got 1')
  })

  test.concurrent('ours wrong in one part: CouldNotMeasure, and which', async () => {
    await expect(measure('wrong-part')).rejects.toThrow('flowbench: b: expected check value 2, got 1')
  })

  test.concurrent('an interrupt does not wait for one that is silent', async () => {
    const interruption = new AbortController()
    const interrupted = measure('silent', {
      timeoutSeconds: 1000,
      signal: interruption.signal,
      onProgress: (text) => {
        if (text.endsWith('silent warms up')) setTimeout(() => interruption.abort(new BenchInterrupted()), 50)
      },
    })
    await expect(interrupted).rejects.toThrow(BenchInterrupted)
  })

  test.concurrent('no such row, no such peer, no such number of rounds', async () => {
    await expect(measure('nothing-like-it')).rejects.toThrow('it has synthetic/compare, ')
    await expect(measure('compare', { rounds: 0 })).rejects.toThrow(BadRequest)
    await expect(measure('compare', { peers: ['same', 'nobody'] })).rejects.toThrow(
      'no peer nobody in these rows; it has same, more-work, async',
    )
  })
})
