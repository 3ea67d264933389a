import { describe, expect, test } from 'vitest'
import { HARDLY_ANY } from '../contract/theory.ts'
import type { Measures, Sim, TheoryPrediction } from '../contract/sim.ts'
import { declaredFigures } from '../contract/figure.ts'
import { theoryTests } from './checks.ts'
import { foldPoint } from './fold.ts'
import type { Plan } from './plan.ts'
import type { Scenario } from './scenario/load.ts'

const plan = { params: {}, windows: 1, isSteady: false, time: null, known: () => null } as unknown as Plan

type Otherwise = Required<TheoryPrediction>['otherwise']

/** How likely the samples are under a closed form of this, by theory. */
function likely(expected: number, samples: readonly number[], otherwise?: Otherwise, spec = {}): number {
  const prediction = { name: 'closed form', metric: 'lost', expected, ...(otherwise && { otherwise }) }
  const sim = {
    metrics: { lost: { unit: 'share', label: 'lost', ...spec } },
    theory: () => [prediction],
  } as unknown as Sim
  const replications = samples.map(
    (lost) => ({ metrics: { lost }, state: 'stable', counters: {} }) as unknown as Measures,
  )
  const point = foldPoint({ at: {}, plan, figures: declaredFigures(sim), pilot: null }, replications)
  return theoryTests({ sim, horizon: 'span' } as unknown as Scenario, point)[0]!.p
}

/** What the trust check asks of one form at one of eight points. */
const REFUTED = 0.01 / 8
/** Of ten thousand messages a replication fewer than one in ten replications is otherwise. */
const HARDLY = { events: HARDLY_ANY, of: 10_000 }

describe('a closed form of exactly 0 or 1 is a limit', () => {
  test.each([
    [0, [0, 0, 0, 0, 0.0001]],
    [1, [1, 1, 1, 1, 0.9999]],
    [0, [0, 0, 0.0001, 0, 0, 0.0002, 0, 0, 0, 0]],
  ])('of %i: %j does not refute it', (expected, samples) => {
    expect(likely(expected, samples)).toBeGreaterThan(0.1)
    expect(likely(expected, samples, HARDLY)).toBeGreaterThan(REFUTED)
  })

  test.each([
    [0, [0.3, 0.31, 0.32, 0.3, 0]],
    [1, [0.7, 0.71, 0.7, 0.72, 1]],
    // Of few replications none is many; but what one loses is more than luck takes.
    [0, [0, 0, 0, 0, 1]],
    [1, [1, 1, 1, 1, 0]],
    [0, [...Array<number>(49).fill(0), 1]],
    [0, [0, 1]],
    [0, [1]],
    // A little, but in most.
    [0, [0.0002, 0.0001, 0, 0.0003, 0.0001, 0, 0.0001]],
  ])('of %i: %j is more than luck turns out otherwise', (expected, samples) => {
    expect(likely(expected, samples, HARDLY)).toBeLessThan(REFUTED)
  })

  test.each([
    [0, [1, 1, 1, 1, 0]],
    [0, [1, 1, 1, 1, 1]],
    [1, [0, 0, 0, 0, 0]],
    [1, [0.3, 0, 0.4, 0.2, 1]],
  ])('of %i: %j lies nearer the other end, whatever luck may do', (expected, samples) => {
    expect(likely(expected, samples)).toBeLessThan(REFUTED)
  })

  test('so is one that a sum of shares rounds to', () => {
    expect(likely(1 - 2 ** -53, [0, 0, 0, 0, 1])).toBeLessThan(REFUTED)
    expect(likely(2 ** -54, [1, 1, 1, 1, 0])).toBeLessThan(REFUTED)
  })

  test('a share that may be above 1 scatters on both sides of it', () => {
    const samples = [1.002, 0.997, 1.001, 1.003, 0.996]
    expect(likely(1, samples, undefined, { mayExceed1: true })).toBeGreaterThan(0.1)
  })

  test('luck alone hardly ever refutes one', () => {
    // Of n replications k are off by one event: as seldom as that is, as small is p.
    for (const [n, k, p] of [
      [5, 1, 0.4095],
      [5, 2, 0.0815],
      [20, 2, 0.6083],
      [100, 10, 0.5487],
    ] as const) {
      const samples = [...Array<number>(k).fill(1e-4), ...Array<number>(n - k).fill(0)]
      expect(likely(0, samples, HARDLY)).toBeGreaterThan(Math.min(p, 0.1) / 2)
    }
  })
})

test('what was never seen is judged by its chances, not by having no scatter', () => {
  expect(likely(1e-4, [0, 0, 0, 0])).toBeGreaterThan(0.1)
})
