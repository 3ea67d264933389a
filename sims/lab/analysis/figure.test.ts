import { describe, expect, test } from 'vitest'
import { exponential } from '../kernel/random/exponential.ts'
import { openStream } from '../kernel/random/stream.ts'
import { distributionOf, type Distribution } from './distribution.ts'
import { meanFigure, quantileFigure, ratioFigure } from './figure.ts'
import { LogHistogram, type LogHistogramOptions } from './histogram.ts'
import { studentInterval } from './interval.ts'
import { mm1Waits } from './testing/seeds.ts'

const histogram = (values: ArrayLike<number>, options: LogHistogramOptions = { bits: 12 }): Distribution => {
  const all = new LogHistogram(options)
  for (let i = 0; i < values.length; i++) all.add(values[i]!)
  return distributionOf(all.toData())
}

/**
 * For thousands of them of which the upper end is asked: finer than the lab's own, a thousandth of a value to a bucket, and a
 * fiftieth of the buckets that nothing ever falls into, which are what such a test spends its time on.
 */
const tail = (values: ArrayLike<number>): Distribution =>
  histogram(values, { bits: 10, min: 2 ** -6, max: 2 ** 6 })

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
  test.each([0.1, 0.7, 1.1, 1e-3])(
    'values that never scatter are their mean exactly, however they round: %d',
    (value) => {
      for (const n of [2, 3, 5, 6, 7, 10, 20]) {
        const same = meanFigure(Array<number>(n).fill(value))
        expect(same.value).toBe(value)
        expect([same.confidenceBelow(value), same.confidenceBelow(value, true)]).toEqual([0, 1])
      }
    },
  )
  test('a mean of 0 between values that scatter is worth nothing', () => {
    expect(meanFigure([-1, 1, 0]).effective).toBe(0)
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
  test('replications that hold nothing do not agree with the one that does', () => {
    const one = ratioFigure([3, 0, 0, 0, 0], [10, 0, 0, 0, 0])
    expect([one.value, one.replications]).toEqual([0.3, 5])
    expect([one.interval(), one.confidenceBelow(0.5), one.effective]).toEqual([null, null, null])
    const [two, alone] = [ratioFigure([10, 0, 90, 0], [100, 0, 300, 0]), ratioFigure([10, 90], [100, 300])]
    expect(two.interval()).toEqual(alone.interval())
    expect(two.confidenceBelow(0.9)).toBe(alone.confidenceBelow(0.9))
  })
})

describe('a quantile', () => {
  test('of independent values: the estimate is that of all pooled, the interval covers', () => {
    const truth = -Math.log(0.05)
    let held = 0
    for (let seed = 0; seed < 300; seed++) {
      const runs = Array.from({ length: 12 }, (_, r) => exponentials(1000 * seed + r, 500))
      const figure = quantileFigure(
        runs.map((values) => tail(values)),
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
    const runs = Array.from({ length: 400 }, (_, r) => tail(exponentials(r, 200)))
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

describe('a percentile beyond which nothing was seen', () => {
  /** Replications of `clumps` independent values each, of which every one is observed `size` times. */
  const runs = (seed: number, replications: number, clumps: number, size: number): Distribution[] =>
    Array.from({ length: replications }, (_, r) => {
      const values = exponentials(1000 * seed + r, clumps)
      return tail(values.flatMap((value) => Array<number>(size).fill(value)))
    })

  test('is no surer than its observations: 200 of them leave a p99 out in 13 % of all runs', () => {
    const none = runs(1, 5, 40, 1)
    expect(quantileFigure(none, 0.99).confidenceBelow(20)!).toBeLessThanOrEqual(1 - 0.99 ** 200)
    expect(quantileFigure(runs(1, 5, 4000, 1), 0.99).confidenceBelow(20)!).toBeGreaterThan(0.999)
    // One observation a replication, nothing below 1e-9 and nothing above 20.
    const few = quantileFigure(runs(1, 3, 1, 1), 0.5)
    expect(few.confidenceBelow(20)!).toBeCloseTo(1 - 0.5 ** 3, 9)
    expect(few.confidenceBelow(1e-9)!).toBeCloseTo(0.5 ** 3, 9)
  })

  test('is surer where replications differ in their level, and the limit is far from all', () => {
    const level = (r: number): Distribution =>
      histogram(exponentials(r, 2000).map((x) => (1 + r / 10) * (9 + x / 9)))
    const figure = quantileFigure([level(0), level(1), level(2)], 0.99)
    expect(figure.confidenceBelow(50)!).toBeGreaterThan(0.98)
    expect(figure.confidenceBelow(13)!).toBeLessThan(0.975)
  })

  test.each([
    ['independent', 5, 40, 1],
    ['in clumps', 5, 20, 20],
    ['in clumps, few replications', 3, 60, 5],
  ])('%s: it is hardly ever sure to be below what it is above', (_, replications, clumps, size) => {
    // The p99 is 4.61, just above the limit.
    const wrong = Array.from({ length: 200 }, (_seed, seed) =>
      quantileFigure(runs(seed, replications, clumps, size), 0.99).confidenceBelow(4.6)!,
    ).filter((confidence) => confidence >= 0.975)
    const three = 3 * Math.sqrt((0.025 * 0.975) / 200)
    expect(wrong.length / 200).toBeLessThanOrEqual(0.025 + three)
  })
})

describe('a percentile on the smallest value', () => {
  const replications = (n: number, size: number, late: number, value = 0): Distribution[] =>
    Array.from({ length: n }, () =>
      histogram([...Array<number>(size - late).fill(value), ...Array<number>(late).fill(60)]),
    )

  test.each([
    // None of 360 waits in 2.7 % of all runs in which 1 % do.
    ['p99', 0.99, 3, 120, 0, false],
    ['p99', 0.99, 3, 124, 0, true],
    ['p50', 0.5, 5, 1, 0, false],
    ['p50', 0.5, 6, 1, 0, true],
    // One in each replication: no more than three of 540 wait in a fifth of such runs, of 4,500 in none.
    ['p99', 0.99, 3, 180, 1, false],
    ['p99', 0.99, 3, 1500, 1, true],
  ])(
    '%s (%d): %i replications of %i, of which %i wait: is it surely 0: %o',
    (_, p, n, size, late, isSure) => {
      const figure = quantileFigure(replications(n, size, late), p)
      expect(figure.value).toBe(0)
      expect(figure.interval()).toEqual(isSure ? { value: 0, low: 0, high: 0 } : null)
      expect(figure.effective).toBe(isSure ? Infinity : 0)
      expect(figure.confidenceBelow(0, true)! >= 0.975).toBe(isSure)
      expect(figure.tied?.observations ?? null).toBe(isSure ? null : n * size)
    },
  )

  test('so many observations show it', () => {
    const wanted = (size: number, late: number): number =>
      quantileFigure(replications(3, size, late), 0.99).tied!.wanted
    expect(Math.ceil(wanted(60, 0))).toBe(368)
    expect(wanted(180, 1)).toBeGreaterThan(wanted(60, 0))
  })

  test('has nothing below it where that is 0; something may lie below another', () => {
    expect(quantileFigure(replications(3, 60, 0, 0), 0.01).interval()).toEqual({ value: 0, low: 0, high: 0 })
    expect(quantileFigure(replications(3, 60, 0, 5), 0.01).interval()).toBeNull()
    expect(quantileFigure(replications(3, 200, 0, 5), 0.01).interval()).toEqual({ value: 5, low: 5, high: 5 })
  })
})

test('replications that agree by chance have no more independent observations than there are', () => {
  const one = histogram(Array.from({ length: 100 }, (_, i) => (i + 1) / 100))
  // One in each of two lies beyond the p99.
  expect(quantileFigure([one, one], 0.99).effective!).toBeCloseTo(2, 0)
})

describe('values that many observations share', () => {
  /** Whole numbers and how many there are of each, in all replications alike but for noise. */
  const counted = (weights: Readonly<Record<number, number>>, replications = 5) =>
    Array.from({ length: replications }, (_, r) => {
      const all = new LogHistogram()
      for (const [value, weight] of Object.entries(weights)) all.add(Number(value), weight + r)
      return distributionOf(all.toData())
    })

  test('are not above themselves, and are at themselves or above', () => {
    const [one] = counted({ 0: 10, 10: 50, 11: 5, 20: 30, 256: 4, 300: 1 })
    expect([0, 10, 11, 20, 256, 300].map((x) => one!.exceeding(x))).toEqual([90, 40, 35, 5, 1, 0])
    expect([0, 10, 11, 20, 256, 300].map((x) => one!.exceeding(x, true))).toEqual([100, 90, 40, 35, 5, 1])
    expect([9.99, 10.01].map((x) => one!.exceeding(x))).toEqual([90, 40])
  })

  test('survive merging and another thread', () => {
    const [a, b] = [new LogHistogram(), new LogHistogram()]
    a.add(10, 3)
    a.add(10.03)
    b.add(10, 4)
    b.add(7)
    b.merge(LogHistogram.fromData(structuredClone(a.toData())))
    expect(distributionOf(structuredClone(b.toData())).exceeding(10)).toBe(1)
    expect([0.2, 0.8].map((p) => b.quantile(p))).toEqual([10, 10])
    expect(b.shareAbove(10)).toBe(1 / 9)
  })

  test('are a quantile exactly, which is at most itself and not below itself', () => {
    // 2 % lie above 10, and a third at it.
    const figure = quantileFigure(counted({ 0: 6000, 10: 3000, 17: 200 }), 0.95)
    expect(figure.interval()).toEqual({ value: 10, low: 10, high: 10 })
    expect(figure.confidenceBelow(10, true)).toBeGreaterThan(0.999)
    expect(figure.confidenceBelow(10)).toBeLessThan(0.001)
    expect(figure.confidenceBelow(10.001)).toBeGreaterThan(0.999)
  })

  test('count as many observations as there are, also where nothing lies above', () => {
    const scattered = Array.from({ length: 200 }, (_, r) => {
      const stream = openStream(r, 0, 'x')
      return tail(Array.from({ length: 100 }, () => (stream.uniform() < 0.02 ? 16 : 8)))
    })
    const { value, effective } = quantileFigure(scattered, 0.99)
    expect(value).toBe(16)
    // 20,000 independent values, 400 of them at 16: worth 200 beyond a p99.
    expect(effective!).toBeGreaterThan(140)
    expect(effective!).toBeLessThan(280)
  })
  test('count what lies above, where the quantile sits on the smallest', () => {
    // Of a hundred customers 2 to 6 wait a minute and the others not at all: p95 is 0, and nobody can be sure of it.
    const waits = [2, 3, 4, 5, 6].map((late) =>
      histogram([...Array(100 - late).fill(0), ...Array(late).fill(60)]),
    )
    const { value, effective } = quantileFigure(waits, 0.95)
    expect(value).toBe(0)
    // Twenty waited. By their scatter, which is less than chance's, they would be worth 32.
    expect(effective!).toBeCloseTo(500 * (0.04 / 0.96), 6)
  })
  test('are few, where nearly all share the value and few lie above', () => {
    const ten = (u: number): number => (u < 0.005 ? 0 : u < 0.975 ? 10 : 20)
    const worth = Array.from({ length: 10 }, (_, seed) => {
      const stream = openStream(seed, 0, 'x')
      const spread = Array.from({ length: 100 }, () =>
        tail(Array.from({ length: 1000 }, () => ten(stream.uniform()))),
      )
      const { value, effective } = quantileFigure(spread, 0.95)
      expect(value).toBe(10)
      return effective!
    })
    // 100,000 independent values, of which a p95 leaves 5,000 above.
    const middle = worth.toSorted((x, y) => x - y)[5]!
    expect(middle / 5263).toBeGreaterThan(0.8)
    expect(middle / 5263).toBeLessThan(1.25)
  })
})

describe('replications that agree by chance', () => {
  const replication = (...parts: readonly (readonly [count: number, value: number])[]): Distribution =>
    histogram(parts.flatMap(([count, value]) => Array<number>(count).fill(value)))

  test.each([
    ['p90', 0.9, 18, 40 / 9],
    ['p80', 0.8, 16, 10],
  ])('%s: are worth no more than their observations, however the share rounds', (_, p, below, worth) => {
    const one = (late: number): Distribution =>
      histogram([
        ...Array.from({ length: below }, (_value, i) => (i + 1) / 100),
        ...Array.from({ length: 20 - below }, (_value, i) => late * (i + 1)),
      ])
    const figure = quantileFigure([one(1.03), one(1.57)], p)
    expect(figure.effective!).toBeLessThanOrEqual(worth + 1e-9)
    expect(figure.effective!).toBeGreaterThan(0.9 * worth)
    expect(figure.value!).toBeLessThan(0.2)
  })

  test('a p99 on a value that many share takes as many observations as one on the smallest', () => {
    // None of 100 exceeds 1; in 37 % of all runs in which a hundredth does, none of 100 is seen to.
    const few = quantileFigure([replication([25, 0], [25, 1]), replication([24, 0], [26, 1])], 0.99)
    expect([few.value, few.interval()]).toEqual([1, null])
    expect(few.effective).toBeCloseTo(100 / 99, 6)
    const many = quantileFigure([replication([500, 0], [500, 1]), replication([490, 0], [510, 1])], 0.99)
    expect(many.interval()).toEqual({ value: 1, low: 1, high: 1 })
    expect(many.effective).toBeCloseTo(2000 / 99, 6)
  })

  test('with a few more or a few less beyond than a p99 leaves, it may be either value', () => {
    // 20 of 2,000 are expected: 16 or fewer come in 22 % of all runs, 24 or more in 21 %.
    for (const late of [8, 12]) {
      const one = replication([500, 1], [500 - late, 2], [late, 4])
      const figure = quantileFigure([one, one], 0.99)
      expect(figure.interval()).toEqual({ value: late === 8 ? 2 : 4, low: 2, high: 4 })
      expect(figure.confidenceBelow(3)!).toBeGreaterThan(0.025)
      expect(figure.confidenceBelow(3)!).toBeLessThan(0.975)
    }
    const many = replication([500, 1], [480, 2], [20, 4])
    expect(quantileFigure([many, many], 0.99).interval()).toEqual({ value: 4, low: 4, high: 4 })
  })
})

test('a quantile whose upper end would lie nowhere has no interval', () => {
  const upTo = (n: number) => histogram(Array.from({ length: n }, (_, i) => (i + 1) / 100))
  const figure = quantileFigure([upTo(108), upTo(86)], 0.5)
  expect(figure.value).toBeCloseTo(0.49, 2)
  // As good as none: printed it would look like a figure.
  expect([figure.interval(), figure.effective]).toEqual([null, 0])
  expect(figure.confidenceBelow(2)!).toBeGreaterThan(0.9)
  expect(quantileFigure([upTo(100), upTo(98), upTo(99)], 0.5).interval()!.high).toBeLessThan(1)
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
