import { describe, expect, test } from 'vitest'
import type { Point } from './fold.ts'
import { isDecided, judgeExpectation, passes } from './judgement.ts'
import type { Expectation } from './scenario/expectation.ts'
import { fixtureSim } from './testing/fixture.ts'

const METRIC = 'p99(wait)'
const below = (value: number) =>
  ({ text: `${METRIC} < ${value} s`, metric: METRIC, op: '<', value, unit: 's' }) as Expectation

/** A p99 of 1 s from too few observations: it is not printed, but surely lies below 3 s. */
const withheld = {
  at: {},
  state: 'stable',
  metrics: { [METRIC]: { unit: 's', value: null, low: null, high: null } },
  figures: { [METRIC]: { value: 1, confidenceBelow: (limit: number) => (limit > 3 ? 0.999 : 0.5) } },
} as unknown as Point
/** Of an overloaded point there is no p99 at all. */
const overloaded = { ...withheld, state: 'overloaded', figures: {} } as Point

describe('an expectation of a figure that is not printed', () => {
  test.each([
    [4, true],
    [2, true],
    [0.5, false],
  ])('below %s s: what is told of it is what the verdict rests on', (limit, ok) => {
    expect(judgeExpectation(below(limit), withheld)).toMatchObject({ ok, value: null, low: null })
    expect(passes(fixtureSim(true), [below(limit)], withheld)).toBe(ok)
  })

  test('is decided by the test at the limit', () => {
    expect([4, 2].map((limit) => isDecided(below(limit), withheld))).toEqual([true, false])
  })

  test('does not hold where there is none', () => {
    expect(judgeExpectation(below(4), overloaded).ok).toBe(false)
  })
})
