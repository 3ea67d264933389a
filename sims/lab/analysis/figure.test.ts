import { describe, expect, test } from 'vitest'
import { exponential } from '../kernel/random/exponential.ts'
import { openStream } from '../kernel/random/stream.ts'
import { distributionOf, type Distribution } from './distribution.ts'
import { meanFigure, quantileFigure, ratioFigure } from './figure.ts'
import { LogHistogram } from './histogram.ts'
import { studentInterval } from './interval.ts'
import { mm1Waits } from './testing/seeds.ts'

const histogram = (values: ArrayLike<number>, bits = 12): Distribution => {
  const all = new LogHistogram({ bits })
  for (let i = 0; i < values.length; i++) all.add(values[i]!)
  return distributionOf(all.toData())
}

const exponentials = (seed: number, n: number): number[] => {
  const stream = openStream(seed, 0, 'x')
  return Array.from({ length: n }, () => exponential(stream, 1))
}

describe('a mean of replications', () => {
  test('is Student’s where there are too few to see skew', () => {
    const values = [3, 5, 4, 6, 9]
    const { value, low, high } = studentInterval(values)
    const interval = meanFigure(values).interval()!
    expect(interval.value).toBeCloseTo(value, 12)
    expect(interval.low).toBeCloseTo(low!, 12)
    expect(interval.high).toBeCloseTo(high!, 12)
  })
  test('the one-sided confidence and the interval are two views of one test', () => {
    const figure = meanFigure(exponentials(1, 30))
    const { low, high } = figure.interval(0.9)!
    expect(figure.confidenceBelow(high)).toBeCloseTo(0.95, 6)
    expect(figure.confidenceBelow(low)).toBeCloseTo(0.05, 6)
    expect(figure.confidenceBelow(100)).toBeGreaterThan(0.9999)
  })
  test('one replication has a value and nothing else; none has not even that', () => {
    const one = meanFigure([7])
    expect([one.value, one.interval(), one.confidenceBelow(9), one.effective]).toEqual([7, null, null, null])
    expect(meanFigure([]).value).toBeNull()
  })
  test('values that never scatter are certain', () => {
    const same = meanFigure([2, 2, 2])
    expect(same.interval()).toEqual({ value: 2, low: 2, high: 2 })
    expect([same.confidenceBelow(3), same.confidenceBelow(1)]).toEqual([1, 0])
    expect([same.confidenceBelow(2), same.confidenceBelow(2, true)]).toEqual([0, 1])
    expect(same.effective).toBe(Infinity)
  })
})

describe('a ratio', () => {
  test('weighs replications by what they hold', () => {
    // 10 of 100 and 90 of 300: a quarter, not the mean of 10 % and 30 %.
    const figure = ratioFigure([10, 90], [100, 300])
    expect(figure.value).toBe(0.25)
    expect(figure.samples).toEqual([0.1, 0.3])
    expect(ratioFigure([0, 0], [0, 0]).value).toBeNull()
  })
})

describe('a quantile', () => {
  test('of independent values: the estimate is that of all pooled, the interval covers', () => {
    const truth = -Math.log(0.05)
    let held = 0
    for (let seed = 0; seed < 300; seed++) {
      const runs = Array.from({ length: 12 }, (_, r) => exponentials(1000 * seed + r, 500))
      const figure = quantileFigure(
        runs.map((values) => histogram(values)),
        0.95,
      )
      const { low, high } = figure.interval()!
      if (low <= truth && truth <= high) held++
    }
    expect(held / 300).toBeGreaterThan(0.92)
    const runs = [exponentials(1, 4000), exponentials(2, 2000)]
    const all = runs.flat().toSorted((a, b) => a - b)
    const pooled = quantileFigure(
      runs.map((values) => histogram(values)),
      0.95,
    )
    expect(pooled.value! / all[5700]!).toBeCloseTo(1, 2)
    expect(held / 300).toBeLessThan(0.985)
  })

  test('of waits in one queue, where the mean of the replications’ own p99 is biased', () => {
    // M/M/1 at 0.9: P(wait > t) = 0.9 exp(-t / 10). 100 short replications of 20 relaxation times (380 s).
    const truth = 10 * Math.log(90)
    const runs = Array.from({ length: 100 }, (_, r) => histogram(mm1Waits(7, r, 0.9, 6840)))
    const figure = quantileFigure(runs, 0.99)
    const { low, high } = figure.interval()!
    expect(low).toBeLessThan(truth)
    expect(high).toBeGreaterThan(truth)
    const own = studentInterval(figure.samples.map((sample) => sample!))
    expect(own.high!).toBeLessThan(truth)
  })

  test('sits on the smallest value when hardly anything exceeds it', () => {
    const runs = Array.from({ length: 5 }, (_, r) =>
      histogram([...Array.from({ length: 10_000 }, () => 0), r + 1, r + 2]),
    )
    const figure = quantileFigure(runs, 0.99)
    expect(figure.interval()).toEqual({ value: 0, low: 0, high: 0 })
    expect(figure.effective).toBe(Infinity)
    expect(figure.confidenceBelow(1e-6)).toBeGreaterThan(0.999)
  })

  test('counts its effective observations: as many as exceedances when they are independent', () => {
    const runs = Array.from({ length: 400 }, (_, r) => histogram(exponentials(r, 200)))
    // 80,000 values, 5 % of them beyond: 4,000, less a hair because the count is fixed.
    const effective = quantileFigure(runs, 0.95).effective!
    expect(effective).toBeGreaterThan(3300)
    expect(effective).toBeLessThan(5200)
  })

  test('a p-value at the limit is certain long before the value is', () => {
    const runs = Array.from({ length: 10 }, (_, r) => histogram(exponentials(r, 50)))
    const figure = quantileFigure(runs, 0.99)
    // 37 % exceed 1: that the p99 is not below 1 needs no p99.
    expect(figure.confidenceBelow(1)!).toBeLessThan(1e-6)
  })
})

test('distributionOf: the tail of a histogram, from sums kept once', () => {
  const all = new LogHistogram({ bits: 12 })
  for (const [value, weight] of [
    [0, 5],
    [1, 3],
    [2, 2],
  ] as const)
    all.add(value, weight)
  const tail = distributionOf(all.toData())
  expect([tail.count, tail.sum, tail.smallest]).toEqual([10, 7, 0])
  expect([-1, 0, 0.5, 1.5, 2, 99].map((x) => tail.exceeding(x))).toEqual([10, 5, 5, 2, 0, 0])
  expect(distributionOf(tail)).toBe(tail)
  for (let x = 0; x < 3; x += 0.01) expect(tail.exceeding(x)).toBeCloseTo(10 * all.shareAbove(x)!, 9)
  expect(distributionOf(new LogHistogram().toData()).exceeding(0)).toBe(0)
})
