import { describe, expect, test } from 'vitest'
import { shareVariance } from '../analysis/theory/run-length.ts'
import type { Sim } from '../contract/sim.ts'
import { declaredFigures } from '../contract/figure.ts'
import { planPoint, type Plan } from './plan.ts'
import { fixtureScenario, fixtureSim } from './testing/fixture.ts'

/** A sim that remembers for so long, a customer a second, its mean known to scatter as much. */
function planOf(
  relaxation: number,
  until: string,
  given: { span?: number; warmUp?: number; horizon?: 'span'; refuses?: string } = {},
): Plan {
  const sim: Sim = {
    ...fixtureSim(false),
    horizons: ['steady', 'span'],
    steady: {
      span: () => given.span ?? null,
      warmUp: () => given.warmUp ?? null,
      withTimes: (params, times) => ({ ...(params as object), ...times }),
      arrivalRate: () => 1,
      refuses: () => given.refuses ?? null,
      relaxation: () => relaxation,
      known: () => ({ variance: 4 * relaxation }),
    },
  }
  const scenario = fixtureScenario(
    sim,
    `until: ${until}\n${given.horizon === 'span' ? 'horizon: span\n' : ''}`,
  )
  return planPoint(
    scenario,
    scenario.params,
    declaredFigures(sim).filter(({ spec }) => spec.steadyState),
  )
}

const arrivals = ({ time, until }: Plan, replications = until.max): number =>
  (time!.span + time!.warmUp) * replications

test('a span has as many windows as a steady state of its length, but where something else than chance moves it', () => {
  const span = 3600
  expect(planOf(60, '{replications: 2}', { span }).windows).toBe(30)
  expect(planOf(60, '{replications: 2}', { span, horizon: 'span' }).windows).toBe(30)
  expect(planOf(60, '{replications: 2}', { span, horizon: 'span', refuses: 'follows the day' }).windows).toBe(
    1,
  )
})

test('a chosen length is ample where that is affordable', () => {
  const plan = planOf(100, '{replications: 10}')
  expect(plan.time).toEqual({ span: (1.5 * 100 * 400) / 10, warmUp: 500, chosen: true })
  expect(plan.until).toMatchObject({ min: 10, max: 10 })
})

test.each(['{replications: 5}', '{halfWidth: 3%, replications: 5..200}', '{replications: 200}'])(
  'near saturation it costs what is affordable, whatever would be needed: until %s',
  (until) => {
    for (const relaxation of [9e4, 1e6, 4e8, 1e15])
      expect(arrivals(planOf(relaxation, until))).toBeLessThan(61e6)
  },
)

describe('a share of a steady state', () => {
  const relaxation = 60
  const planned = (variance: number, until: string, limit = '3 %'): Plan => {
    const sim: Sim = {
      ...fixtureSim(false),
      metrics: { lost: { unit: 'share', label: 'lost', steadyState: true } },
      horizons: ['steady', 'span'],
      steady: {
        span: () => null,
        warmUp: () => null,
        withTimes: (params, times) => ({ ...(params as object), ...times }),
        arrivalRate: () => 1,
        relaxation: () => relaxation,
        known: () => ({ variance }),
      },
    }
    const scenario = fixtureScenario(sim, `until: ${until}\nexpect: ["lost < ${limit}"]\n`)
    return planPoint(scenario, scenario.params, declaredFigures(sim))
  }
  const watched = ({ time }: Plan, replications: number): number => time!.span * replications
  const atLimit = 100 * (shareVariance(0.03, relaxation) + 1 / 0.03)

  test.each(['{replications: 5}', '{halfWidth: 3%, replications: 5..200}'])(
    'that is too rare to be seen is watched for as long as its limit takes: until %s',
    (until) => {
      const plan = planned(1e13, until)
      expect(watched(plan, plan.until.max)).toBeGreaterThanOrEqual(atLimit)
      expect(arrivals(plan)).toBeLessThan(2e7)
    },
  )
  test('is watched for as long as it takes itself, where that is affordable', () => {
    expect(watched(planned(1e4, '{replications: 5}'), 5)).toBeCloseTo(1.5 * 100 * 1e4, 3)
  })
  test('and where it may not be at all, for as long as is affordable', () => {
    expect(arrivals(planned(1e13, '{replications: 5}', '0 %'))).toBeGreaterThan(4e7)
  })
})

test('a warm-up of ours is affordable beside a length that was given', () => {
  const plan = planOf(4e8, '{replications: 5}', { span: 3600 })
  expect(plan.time!.span).toBe(3600)
  expect(arrivals(plan)).toBeLessThan(21e6)
})

test('what was given stands, and takes the replications that it needs', () => {
  const plan = planOf(1000, '{halfWidth: 3%, replications: 5..200}', { span: 4000, warmUp: 1e9 })
  expect(plan.time).toEqual({ span: 4000, warmUp: 1e9, chosen: false })
  expect(plan.until).toMatchObject({ min: 100, max: 200 })
})
