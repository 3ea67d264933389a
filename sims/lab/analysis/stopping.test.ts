import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openStream } from '../kernel/random/stream.ts'
import { studentInterval } from './interval.ts'
import { nextReplications, type StoppingRule } from './stopping.ts'

const one = (values: readonly (number | null)[], rule: StoppingRule, enough = 0) =>
  nextReplications([{ name: 'wait', values, enough }], values.length, rule)

/** The paper's algorithm written out a second time, on whole samples and by definition: the slow oracle. */
function hoad(values: readonly number[], target: number, lookAhead: number): number | null {
  const meets = (n: number): boolean => {
    const { value, halfWidth } = studentInterval(values.slice(0, n))
    return halfWidth! <= target * Math.abs(value)
  }
  for (let n = 3; n <= values.length; n++) {
    const ahead = Math.floor((lookAhead * Math.max(n, 100)) / 100)
    if (n + ahead > values.length) return null
    if (Array.from({ length: ahead + 1 }, (_, k) => n + k).every(meets)) return n
  }
  return null
}

test('the example of the essay: precise at 5, lost at 6, precise again', () => {
  const rule = { halfWidth: 0.1, lookAhead: 2 }
  const values = [10, 10.5, 9.6, 10, 10.1, 13, 10, 10, 10.2, 9.9, 10, 10.1, 10, 10, 10]
  const precise = values.map((_, i) => i >= 2 && studentInterval(values.slice(0, i + 1)).halfWidth! <= 1)
  const decision = one(values, rule)
  expect(precise.indexOf(true)).toBe(3)
  expect(precise[5]).toBe(false)
  expect(decision).toMatchObject({ kind: 'done', confirmed: true })
  expect(decision.kind === 'done' && decision.needed).toBe(hoad(values, 0.1, 2))
})

test('agrees with the definition on random samples', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e6 }),
      fc.double({ min: 0.02, max: 0.5, noNaN: true }),
      fc.integer({ min: 0, max: 8 }),
      (seed, halfWidth, lookAhead) => {
        const stream = openStream(seed, 0, 'values')
        const values = Array.from({ length: 150 }, () => stream.uniform())
        const decision = one(values, { halfWidth, lookAhead })
        const needed = hoad(values, halfWidth, lookAhead)
        expect(decision.kind === 'done' ? decision.needed : null).toBe(needed)
      },
    ),
    { numRuns: 200 },
  )
})

test('reads a prefix only: any chunking comes to the same decision', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 37 }), (seed, chunk) => {
      const stream = openStream(seed, 0, 'values')
      const all = Array.from({ length: 400 }, () => 1 + stream.uniform())
      const rule = { halfWidth: 0.03, max: 300 }
      const run = (step: (total: number, have: number) => number) => {
        let have = 0
        for (;;) {
          const decision = one(all.slice(0, have), rule)
          if (decision.kind !== 'run') return { decision, have }
          expect(decision.total).toBeGreaterThan(have)
          have = step(decision.total, have)
        }
      }
      const asked = run((total) => total)
      const single = run((_total, have) => have + 1)
      const chunked = run((_total, have) => have + chunk)
      expect(asked.decision).toEqual(single.decision)
      expect(chunked.decision).toEqual(single.decision)
    }),
    { numRuns: 60 },
  )
})

test('the look-ahead grows beyond 100 replications', () => {
  // Precise from 200 on: the alternation has a standard deviation of 1, the target asks for t/sqrt(n) <= 0.14.
  const values = Array.from({ length: 230 }, (_, i) => 10 + (i % 2 === 0 ? 1 : -1))
  const decision = one(values, { halfWidth: 0.01395 })
  expect(decision).toMatchObject({ kind: 'done', confirmed: true })
  if (decision.kind !== 'done') return
  expect(decision.needed).toBeGreaterThan(190)
  expect(decision.used - decision.needed).toBe(Math.floor((5 * decision.needed) / 100))
})

describe('the budget', () => {
  test('is never exceeded, and its end is said', () => {
    const noisy = [1, 9, 2, 8, 1, 9, 2, 8, 1, 9]
    expect(one(noisy.slice(0, 6), { halfWidth: 0.01, max: 10 })).toMatchObject({ kind: 'run', total: 10 })
    const end = one(noisy, { halfWidth: 0.01, max: 10 })
    expect(end).toMatchObject({ kind: 'budget', used: 10 })
    expect(end.precision[0]).toMatchObject({ name: 'wait', precise: false })
  })
  test('precise when it ends, but not yet confirmed', () => {
    expect(one([5, 5.1, 5, 5.1], { halfWidth: 0.05, max: 4 })).toMatchObject({
      kind: 'done',
      needed: 3,
      used: 4,
      confirmed: false,
    })
  })
  test('replications handed in beyond it are not used', () => {
    expect(one([5, 9, 1, 5, 5, 5, 5, 5, 5], { halfWidth: 0.01, max: 4 })).toMatchObject({
      kind: 'budget',
      used: 4,
    })
  })
})

describe('means of zero', () => {
  test('always exactly zero is precise', () => {
    expect(one(Array(8).fill(0), { halfWidth: 0.01 })).toMatchObject({ kind: 'done', needed: 3, used: 8 })
  })
  test('noise about zero never gets a relative precision and ends with the budget', () => {
    const values = Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? 1 : -1))
    const end = one(values, { halfWidth: 0.05, max: 50 })
    expect(end.kind).toBe('budget')
    expect(end.precision[0]!.precise).toBe(false)
    expect(end.precision[0]!.relative ?? Infinity).toBeGreaterThan(1e9)
  })
  test('an absolute half-width can be enough', () => {
    const values = Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? 1e-6 : -1e-6))
    expect(one(values, { halfWidth: 0.05, max: 50 }, 1e-5).kind).toBe('done')
  })
  test('a rare event seen for the first time withdraws the precision of zeros', () => {
    expect(one([0, 0, 0, 0, 1], { halfWidth: 0.05 }).kind).toBe('run')
  })
})

describe('several metrics', () => {
  const rule = { halfWidth: 0.05, max: 100 }
  const calm = Array.from({ length: 40 }, (_, i) => 100 + (i % 3))
  const noisy = Array.from({ length: 40 }, (_, i) => [1, 1.5, 0.5, 1.2][i % 4]!)
  test('the slowest decides', () => {
    const alone = one(calm, rule)
    const both = nextReplications(
      [
        { name: 'calm', values: calm },
        { name: 'noisy', values: noisy },
      ],
      40,
      rule,
    )
    expect(alone).toMatchObject({ kind: 'done', needed: 3 })
    expect(both.kind).toBe('run')
    expect(both.precision.map(({ precise }) => precise)).toEqual([true, false])
  })
  test('one that no replication has does not count; one that some lack waits for values', () => {
    const none = calm.map(() => null)
    expect(
      nextReplications(
        [
          { name: 'calm', values: calm },
          { name: 'none', values: none },
        ],
        40,
        rule,
      ).kind,
    ).toBe('done')
    expect(one([null, null, 5, null], { halfWidth: 0.05 }).kind).toBe('run')
  })
  test('without any metric the minimum is enough', () => {
    expect(nextReplications([], 2, { ...rule, min: 5 })).toMatchObject({ kind: 'run', total: 5 })
    expect(nextReplications([], 5, { ...rule, min: 5 })).toMatchObject({ kind: 'done', used: 5 })
  })
})

test('without a target, exactly the minimum', () => {
  const rule = { halfWidth: null, min: 2, max: 200 }
  expect(one([1], rule)).toMatchObject({ kind: 'run', total: 2 })
  expect(one([1, 9], rule)).toMatchObject({ kind: 'done', used: 2 })
})

test('refuses what cannot be a rule, and values that are no numbers', () => {
  expect(() => one([1], { halfWidth: 0 })).toThrow(expect.objectContaining({ code: 'out-of-range' }))
  expect(() => one([1], { halfWidth: 0.1, max: 0 })).toThrow(/max/)
  expect(() => one([1, NaN, 1, 1], { halfWidth: 0.1 })).toThrow(/replication 1 is NaN/)
  expect(() => nextReplications([{ name: 'wait', values: [1] }], 2, { halfWidth: 0.1 })).toThrow(
    /1 values for 2/,
  )
})
