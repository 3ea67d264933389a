/**
 * Where an interval may lie, and how often it holds a truth that is known: of what may be negative, of a share near 1, of a share of
 * few, whose replications agree by chance. Of shares the coverage is exact, summed over all that can be seen.
 */
import { describe, expect, it } from 'vitest'
import { binomialCdf } from '../analysis/binomial.ts'
import { openStream } from '../kernel/random/stream.ts'
import { normal } from '../kernel/random/normal.ts'
import { declaredFigures } from '../contract/figure.ts'
import type { Counted, Measures, MetricSpec } from '../contract/sim.ts'
import { foldPoint, type Point } from './fold.ts'
import type { Plan } from './plan.ts'

/** Replications of one metric, as they fold. */
function fold(spec: MetricSpec, values: readonly number[], counted?: Counted, windows = 1): Point {
  const plan = { params: {}, windows, isSteady: false, time: null, known: () => null } as unknown as Plan
  const figures = declaredFigures({ metrics: { it: spec } })
  const measures = values.map((value) => ({
    metrics: { it: value },
    ...(counted === undefined ? {} : { counted: { it: counted } }),
    state: 'stable',
    counters: {},
  })) as unknown as Measures[]
  return foldPoint({ at: {}, plan, figures, pilot: null }, measures)
}

const endsOf = ({ metrics }: Point): readonly [number, number] => [metrics['it']!.low!, metrics['it']!.high!]
const share: MetricSpec = { unit: 'share', label: 'lost' }

describe('what may be negative', () => {
  const gain: MetricSpec = { unit: 's', signed: true, label: 'saved' }

  it('has an interval on both sides of 0', () => {
    const [low, high] = endsOf(fold(gain, [-2, 3, -1, 2]))
    expect([low, high]).toEqual([expect.closeTo(-3.29, 2), expect.closeTo(4.29, 2)])
  })

  it('holds a truth a little below 0 as often as it says', () => {
    const stream = openStream(7, 0, 'signed')
    const [truth, runs] = [-0.05, 4000]
    let held = 0
    for (let run = 0; run < runs; run++) {
      const [low, high] = endsOf(
        fold(
          gain,
          Array.from({ length: 4 }, () => normal(stream, truth)),
        ),
      )
      if (low <= truth && truth <= high) held++
    }
    // Cut at 0, it held it in every other run.
    expect(Math.abs(held / runs - 0.95)).toBeLessThan(3 * Math.sqrt((0.95 * 0.05) / runs))
  })

  it('is not surely above 0 for being 0 once and above it otherwise', () => {
    const values = [0, 0.1, 0.2]
    const savedShare: MetricSpec = { unit: 'share', signed: true, label: 'part of it saved' }
    expect(fold(savedShare, values).figures['it']!.confidenceBelow(0, true)).toBeGreaterThan(0.025)
    expect(fold(share, values).figures['it']!.confidenceBelow(0, true)).toBe(0)
  })

  it('is 0 where it is 0 throughout: no difference is that by chance', () => {
    expect(endsOf(fold({ ...share, signed: true }, [0, 0, 0]))).toEqual([0, 0])
    expect(endsOf(fold(share, [0, 0, 0]))).toEqual([0, 1])
  })

  it.each(['s', 'dollars', 'share', 'count'])('in %s that is not signed it ends at 0', (unit) => {
    expect(endsOf(fold({ unit, label: 'it' }, [0.1, 0.9, 0.01]))[0]).toBe(0)
    // What is seen below 0 may be, whatever is said of it.
    expect(endsOf(fold({ unit, label: 'it' }, [-0.1, 0.9, 0.01]))[0]).toBeLessThan(0)
  })
})

describe('a share near 1', () => {
  it('ends at 1, where it is part of a whole', () => {
    expect(endsOf(fold(share, [0.9, 1, 1]))).toEqual([expect.closeTo(0.823, 3), 1])
    expect(endsOf(fold({ ...share, mayExceed1: true }, [0.9, 1, 1]))[1]).toBeCloseTo(1.11, 2)
    expect(endsOf(fold(share, [0.9, 1, 1.01]))[1]).toBeGreaterThan(1)
  })

  it('is surely no more than all, though its replications scatter', () => {
    expect(fold(share, [0.2, 0.9, 0.95]).figures['it']!.confidenceBelow(1, true)).toBe(1)
  })
})

/** Chance of so many of n. */
const chanceOf = (k: number, n: number, p: number): number => binomialCdf(k, n, p) - binomialCdf(k - 1, n, p)

/** Of all that two replications can count: how often the interval misses the truth, and how often one side is sure that is not. */
function wrongOf(truth: number, of: number, counted: Counted | undefined, all = 1) {
  let [missed, falselySure] = [0, 0]
  for (let a = 0; a <= of; a++) {
    for (let b = 0; b <= of; b++) {
      const chance = chanceOf(a, of, truth) * chanceOf(b, of, truth)
      if (chance < 1e-9) continue
      const spec = all === 1 ? share : { unit: 'count', label: 'people' }
      const point = fold(spec, [(all * a) / of, (all * b) / of], counted, of)
      const [low, high] = endsOf(point)
      if (low > all * truth * (1 + 1e-9) || high < all * truth * (1 - 1e-9)) missed += chance
      const below = point.figures['it']!.confidenceBelow(all * truth)!
      if (below >= 0.975 || below <= 0.025) falselySure += chance
    }
  }
  return { missed, falselySure }
}

describe('a share of few that were counted', () => {
  it.each([
    [0.044, 100],
    [0.97, 20],
    [0.5, 10],
    [0.003, 60],
  ])('%f of %i in each of two replications: held, and no side falsely sure', (truth, of) => {
    const { missed, falselySure } = wrongOf(truth, of, { of })
    expect(missed).toBeLessThanOrEqual(0.05)
    expect(falselySure).toBeLessThanOrEqual(0.05)
  })

  it('so is what is scaled up from it', () => {
    const { missed, falselySure } = wrongOf(0.044, 100, { of: 100, all: 45e6 }, 45e6)
    expect(missed).toBeLessThanOrEqual(0.05)
    expect(falselySure).toBeLessThanOrEqual(0.05)
  })

  it('planted: by their scatter alone one run in seven is certain of what is not', () => {
    const { missed, falselySure } = wrongOf(0.044, 100, undefined)
    expect(missed).toBeGreaterThan(0.1)
    expect(falselySure).toBeGreaterThan(0.1)
  })

  it('4 of 100 twice do not show that it is below 4.2 %', () => {
    const { figures } = fold(share, [0.04, 0.04], { of: 100 }, 100)
    expect(figures['it']!.confidenceBelow(0.042)!).toBeLessThan(0.975)
    expect(fold(share, [0.04, 0.04], undefined, 100).figures['it']!.confidenceBelow(0.042)).toBe(1)
  })
})
