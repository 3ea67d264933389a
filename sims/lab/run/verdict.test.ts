/** The verdict over all that a sweep and a search can show, each point surely meeting the limit, surely missing it, or open. */
import { describe, expect, test } from 'vitest'
import type { At } from '../contract/document.ts'
import { withDecision } from './decision.ts'
import type { Point } from './fold.ts'
import { parseExpectation } from './scenario/expectation.ts'
import type { Scenario } from './scenario/load.ts'
import { search, type Found } from './search.ts'
import { fixtureSim } from './testing/fixture.ts'
import { verdictOf } from './verdict.ts'

const sim = fixtureSim(false)
const read = parseExpectation('utilisation < 80 %', sim)
if (!read.ok) throw new Error(read.message)
const expectations = [read.expectation]

/** From bad to good. */
const STATES = ['overloaded', 'missed', 'open', 'met'] as const
type State = (typeof STATES)[number]
const CONFIDENCE = { overloaded: 0, missed: 0.001, open: 0.5, met: 0.999 } as const
const VALUE = { overloaded: 3, missed: 0.9, open: 0.79, met: 0.5 } as const

const pointOf = (state: State, at: At): Point =>
  ({
    at,
    state: state === 'overloaded' ? 'overloaded' : 'stable',
    replications: [],
    metrics: {},
    figures: {
      utilisation: {
        value: VALUE[state],
        interval: () => ({ value: VALUE[state], low: VALUE[state], high: VALUE[state] }),
        confidenceBelow: () => CONFIDENCE[state],
      },
    },
  }) as unknown as Point

/** Every way in which so many points may be. */
const waysOf = (points: number): State[][] =>
  points === 0 ? [[]] : waysOf(points - 1).flatMap((way) => STATES.map((state) => [...way, state]))

const answerOf = (answered: readonly Point[], found: Found | null) => {
  const trust = withDecision({ level: 'sound', reasons: [] }, { found, isInterrupted: false, expectations })
  const verdict = verdictOf({
    sim,
    expectations,
    answered,
    found,
    trust: trust.level,
    isInterrupted: false,
    acceptWeak: false,
  })
  return { verdict, reasons: trust.reasons.map(({ code }) => code) }
}

describe('a sweep without a search', () => {
  test.each(waysOf(2).map((states) => [states]))('%s', (states) => {
    const { verdict } = answerOf(
      states.map((state, i) => pointOf(state, { demand: i })),
      null,
    )
    const expected = states.includes('overloaded')
      ? 'overloaded'
      : states.includes('missed')
        ? 'fail'
        : 'pass'
    expect(verdict).toBe(expected)
  })
})

describe('a search', () => {
  const isBetter = (smaller: readonly State[], larger: readonly State[]): boolean =>
    smaller.every((state, i) => STATES.indexOf(state) <= STATES.indexOf(larger[i]!))

  /** Where no value will surely do: a value that surely will not at one point will not. */
  const withoutAny = (larger: readonly State[]) => {
    if (larger.includes('overloaded')) return ['overloaded', []]
    return larger.includes('missed') ? ['fail', []] : ['weak', ['undecided']]
  }

  // One point, and two of a sweep, for each of two values: of which the larger is nowhere the worse.
  const all = [1, 2].flatMap((points) =>
    waysOf(points).flatMap((smaller) =>
      waysOf(points).flatMap((larger) => (isBetter(smaller, larger) ? [[smaller, larger] as const] : [])),
    ),
  )

  test.each(all)('smaller: %s; larger: %s', async (smaller, larger) => {
    const byValue = [smaller, larger]
    const scenario = {
      sim,
      expect: expectations,
      find: { param: 'servers', goal: 'smallest', values: [0, 1], confidence: 0.95 },
    } as unknown as Scenario
    const found = await search({
      scenario,
      grid: larger.map((_, demand) => ({ demand })),
      measure: (at) =>
        Promise.resolve(pointOf(byValue[at['servers'] as number]![at['demand'] as number]!, at)),
      isJudged: false,
      signal: new AbortController().signal,
    })
    const { verdict, reasons } = answerOf(found.answered, found)
    const enough = byValue.findIndex((states) => states.every((state) => state === 'met'))
    expect(found.value).toBe(enough === -1 ? null : enough)
    expect([verdict, reasons]).toEqual(enough === -1 ? withoutAny(larger) : ['pass', []])
  })
})
