import { describe, expect, test } from 'vitest'
import { LogHistogram } from '../analysis/histogram.ts'
import { declaredFigures } from '../contract/figure.ts'
import type { Measures } from '../contract/sim.ts'
import { withDecision } from './decision.ts'
import { foldPoint, type Point } from './fold.ts'
import { isDecided, judgeExpectation, passes } from './judgement.ts'
import type { Plan } from './plan.ts'
import { parseExpectation, type Expectation } from './scenario/expectation.ts'
import type { Scenario } from './scenario/load.ts'
import type { Found } from './search.ts'
import { trustOf } from './trust.ts'
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

describe('a percentile of replications that all stay far below a limit', () => {
  const sim = { metrics: {}, observations: { wait: { unit: 's', label: 'wait', of: 'customers' } } } as const
  const plan = {
    params: {},
    windows: 1,
    isSteady: false,
    time: null,
    known: () => null,
    until: { halfWidth: null },
  } as unknown as Plan
  const point = (replications: number, customers = 20_000): Point =>
    foldPoint(
      { at: {}, plan, figures: declaredFigures(sim), pilot: null },
      Array.from({ length: replications }, (_, replication) => {
        const waits = new LogHistogram()
        for (let i = 1; i <= customers; i++) waits.add((i / customers) * (1 + 0.05 * ((2 * replication) % 3)))
        return { metrics: {}, observations: { wait: waits.toData() }, state: 'stable', counters: {} }
      }) as unknown as Measures[],
    )
  const read = parseExpectation('p99(wait) < 1.5 s', sim)
  if (!read.ok) throw new Error(read.message)
  const { expectation } = read
  const remedyOf = (answered: Point): string =>
    withDecision(
      { level: 'sound', reasons: [] },
      {
        found: { value: null, isHopeless: false, answered: [answered] } as unknown as Found,
        isInterrupted: false,
        expectations: [expectation],
      },
    ).reasons[0]!.remedy

  test('two leave it open, for which the remedy is a third, and three do not', () => {
    expect([2, 3].map((n) => isDecided(expectation, point(n)))).toEqual([false, true])
    expect(remedyOf(point(2))).toContain('--replications 3')
    expect(remedyOf(point(3))).not.toContain('--replications 3')
  })

  test('so it is where two are too few to print the percentile, which a third need not be', () => {
    const scenario = { sim, horizon: 'span', expect: [expectation], find: null } as unknown as Scenario
    const told = (replications: number) =>
      trustOf(scenario, [point(replications, 200)], [expectation.figure!]).trust
    expect(told(2)).toMatchObject({ level: 'none', reasons: [{ remedy: '--replications 3' }] })
    expect(told(3).level).toBe('sound')
  })
})
