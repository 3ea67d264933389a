import { expect, test } from 'vitest'
import type { Measures, Sim } from '../contract/sim.ts'
import { declaredFigures } from '../contract/figure.ts'
import { theoryTests } from './checks.ts'
import { foldPoint } from './fold.ts'
import type { Plan } from './plan.ts'
import type { Scenario } from './scenario/load.ts'

const plan = { params: {}, windows: 1, isSteady: false, time: null, known: () => null } as unknown as Plan

/** How likely the samples are under a closed form of this, by theory. */
function likely(expected: number, samples: readonly number[]): number {
  const sim = {
    metrics: { lost: { unit: 'share', label: 'lost' } },
    theory: () => [{ name: 'closed form', metric: 'lost', expected }],
  } as unknown as Sim
  const replications = samples.map(
    (lost) => ({ metrics: { lost }, state: 'stable', counters: {} }) as unknown as Measures,
  )
  const point = foldPoint({ at: {}, plan, figures: declaredFigures(sim), pilot: null }, replications)
  return theoryTests({ sim, horizon: 'span' } as unknown as Scenario, point)[0]!.p
}

test.each([
  [0, [0, 0, 0, 0, 0.0001]],
  [1, [1, 1, 1, 1, 0.9999]],
])('a closed form of exactly %i is a limit: one event seen does not refute it', (expected, samples) => {
  expect(likely(expected, samples)).toBeGreaterThan(0.1)
})

test.each([
  [0, [0.3, 0.31, 0.32, 0.3, 0]],
  [1, [0.7, 0.71, 0.7, 0.72, 1]],
])('a figure far off %i refutes it', (expected, samples) => {
  expect(likely(expected, samples)).toBeLessThan(0.05)
})

test('what was never seen is judged by its chances, not by having no scatter', () => {
  expect(likely(1e-4, [0, 0, 0, 0])).toBeGreaterThan(0.1)
})
