import { gammaln } from 'simple-statistics'
import { describe, expect, test } from 'vitest'
import { aliasTable, discrete } from './discrete.ts'
import { deterministic } from './deterministic.ts'
import { empirical, empiricalCdf, empiricalSample } from './empirical.ts'
import { exponential, exponentialByInversion } from './exponential.ts'
import { gamma } from './gamma.ts'
import { lognormal, lognormalFrom } from './lognormal.ts'
import { normal } from './normal.ts'
import { logPoissonProbability, poisson } from './poisson.ts'
import { DistributionError } from './refuse.ts'
import { openStream, type Stream } from './stream.ts'
import {
  chiSquareScore,
  draws,
  firstDraws,
  gammaCdf,
  kolmogorovSmirnov,
  moments,
  normalCdf,
} from '../testing/moments.ts'
import { weibull } from './weibull.ts'
import { zigguratTables } from './ziggurat.ts'

const N = 200_000

interface Continuous {
  readonly draw: (s: Stream) => number
  readonly cdf: (x: number) => number
  readonly mean: number
  readonly variance: number
}

const continuous: Record<string, Continuous> = {
  exponential: {
    draw: (s) => exponential(s, 3),
    cdf: (x) => -Math.expm1(-x / 3),
    mean: 3,
    variance: 9,
  },
  'exponential by inversion': {
    draw: (s) => exponentialByInversion(s, 0.5),
    cdf: (x) => -Math.expm1(-2 * x),
    mean: 0.5,
    variance: 0.25,
  },
  normal: { draw: (s) => normal(s, 2, 3), cdf: (x) => normalCdf((x - 2) / 3), mean: 2, variance: 9 },
  lognormal: {
    draw: (s) => lognormal(s, 1, 0.5),
    cdf: (x) => normalCdf((Math.log(x) - 1) / 0.5),
    mean: Math.exp(1.125),
    variance: Math.expm1(0.25) * Math.exp(2.25),
  },
  'weibull 0.7': weibullCase(0.7),
  'weibull 2': weibullCase(2),
  'gamma 0.3': gammaCase(0.3),
  'gamma 1': gammaCase(1),
  'gamma 7.5': gammaCase(7.5),
  'empirical table': {
    draw: (s) => empirical(s, quartiles),
    cdf: (x) => (x < 10 ? (0.5 * x) / 10 : x < 30 ? 0.5 + (0.5 * (x - 10)) / 20 : 1),
    mean: 12.5,
    variance: 0.5 * (100 / 12 + 25) + 0.5 * (400 / 12 + 400) - 12.5 ** 2,
  },
}

const quartiles = empiricalCdf([
  { value: 0, share: 0 },
  { value: 10, share: 0.5 },
  { value: 30, share: 1 },
])

function weibullCase(shape: number): Continuous {
  const at = (k: number): number => Math.exp(gammaln(1 + k / shape))
  return {
    draw: (s) => weibull(s, shape, 2),
    cdf: (x) => -Math.expm1(-((x / 2) ** shape)),
    mean: 2 * at(1),
    variance: 4 * (at(2) - at(1) ** 2),
  }
}

function gammaCase(shape: number): Continuous {
  return {
    draw: (s) => gamma(s, shape, 2),
    cdf: (x) => gammaCdf(shape, x / 2, gammaln(shape)),
    mean: 2 * shape,
    variance: 4 * shape,
  }
}

describe.each(Object.entries(continuous))('%s', (name, { draw, cdf, mean, variance }) => {
  const sample = draws(name, N, draw)

  test('follows its distribution (Kolmogorov-Smirnov, p > 0.001)', () => {
    expect(kolmogorovSmirnov(sample, cdf)).toBeLessThan(1.95)
  })

  test('has its mean (within 3.3 standard errors) and variance (within 10 %)', () => {
    const seen = moments(sample)
    expect(Math.abs(seen.mean - mean)).toBeLessThan(3.3 * Math.sqrt(variance / N))
    expect(Math.abs(seen.variance / variance - 1)).toBeLessThan(0.1)
  })

  test('does not fit with one draw in 50 moved: the test above can fail', () => {
    const shifted = sample.map((x, i) => (i % 50 === 0 ? x + 3 * Math.sqrt(variance) : x))
    expect(kolmogorovSmirnov(shifted, cdf)).toBeGreaterThan(1.95)
  })
})

describe('poisson', () => {
  test.each([0.01, 0.7, 3, 9.99, 10, 11, 35, 400])('mean %s: chi-square, p > 0.001', (mean) => {
    const sample = draws(`poisson ${mean}`, N, (s) => poisson(s, mean))
    const fit = chiSquareScore(sample, (k) => Math.exp(logPoissonProbability(mean, k)))
    expect(fit).toBeLessThan(3.1)
    expect(Math.abs(moments(sample).mean - mean)).toBeLessThan(3.3 * Math.sqrt(mean / N))
    // The same sample does not fit a mean that is off by ten standard errors (5 % at least): the test above can fail.
    const wrong = mean + Math.max(0.05 * mean, 10 * Math.sqrt(mean / N))
    expect(chiSquareScore(sample, (k) => Math.exp(logPoissonProbability(wrong, k)))).toBeGreaterThan(3.1)
  })

  test.each([1e6, 1e12])('mean %s: moments', (mean) => {
    const { mean: m, variance } = moments(draws(`poisson ${mean}`, 20_000, (s) => poisson(s, mean)))
    expect(Math.abs(m - mean)).toBeLessThan(3.3 * Math.sqrt(mean / 20_000))
    expect(Math.abs(variance / mean - 1)).toBeLessThan(0.05)
  })

  test('the probabilities themselves: against the plain formula, and they add up to one', () => {
    for (const mean of [0.5, 12, 80]) {
      let factorial = 0
      let sum = 0
      for (let k = 0; k < 200; k++) {
        if (k > 0) factorial += Math.log(k)
        const plain = -mean + k * Math.log(mean) - factorial
        expect(logPoissonProbability(mean, k)).toBeCloseTo(plain, 10)
        sum += Math.exp(logPoissonProbability(mean, k))
      }
      expect(sum).toBeCloseTo(1, 12)
    }
  })

  test('mean 0 gives 0', () => expect(poisson(openStream(1, 0, 'x'), 0)).toBe(0))
})

describe('discrete', () => {
  test.each([[[1]], [[1, 0, 3]], [[0.1, 0.2, 0.3, 0.4]], [Array.from({ length: 100 }, (_, i) => i)]])(
    'weights %j: chi-square, p > 0.001, and no weight of zero is drawn',
    (weights) => {
      const table = aliasTable(weights)
      const total = weights.reduce((a, b) => a + b)
      const sample = draws(`discrete ${weights.length}`, N, (s) => discrete(s, table))
      // One weight leaves no degree of freedom.
      const fit = weights.length === 1 ? 0 : chiSquareScore(sample, (k) => weights[k]! / total)
      expect(fit).toBeLessThan(3.1)
      expect(sample.some((k) => !(weights[k]! > 0))).toBe(false)
      if (weights.length === 1) return
      // Nor does it fit weights of which the last is a fifth larger: the test above can fail.
      const heavier = weights.map((w, k) => (k === weights.length - 1 ? 1.2 * w : w))
      const all = heavier.reduce((a, b) => a + b)
      expect(chiSquareScore(sample, (k) => heavier[k]! / all)).toBeGreaterThan(3.1)
    },
  )

  test("the table's columns hold exactly the weights", () => {
    const weights = [5, 1, 0, 2.5, 1.5, 30]
    const { keep, alias } = aliasTable(weights)
    const share = new Float64Array(6)
    keep.forEach((p, i) => {
      share[i]! += p / 6
      share[alias[i]!]! += (1 - p) / 6
    })
    share.forEach((p, i) => expect(p).toBeCloseTo(weights[i]! / 40, 14))
  })

  test.each([[[]], [[0, 0]], [[1, -1]], [[1, NaN]], [[Infinity]]])('weights %j are refused', (weights) => {
    expect(() => aliasTable(weights)).toThrow(DistributionError)
  })
})

describe('empirical', () => {
  test('a sample: each value equally likely; interpolated, straight lines between', () => {
    const plain = empiricalSample([1, 2, 4])
    expect([0, 0.33, 0.34, 0.66, 0.67, 1 - 2 ** -53].map((u) => plain.quantile(u))).toEqual([
      1, 1, 2, 2, 4, 4,
    ])
    const lines = empiricalSample([1, 2, 4], { interpolate: true })
    expect([0, 0.25, 0.5, 0.75].map((u) => lines.quantile(u))).toEqual([1, 1.5, 2, 3])
    expect(empiricalSample([5], { interpolate: true }).quantile(0.9)).toBe(5)
  })

  test('a table may begin with a share on its first value, and jump', () => {
    const table = empiricalCdf([
      { value: 0, share: 0.4 },
      { value: 0, share: 0.5 },
      { value: 8, share: 0.5 },
      { value: 8, share: 1 },
    ])
    expect([0, 0.39, 0.45, 0.5, 0.9].map((u) => table.quantile(u))).toEqual([0, 0, 0, 8, 8])
  })

  test('nonsense is refused, with its place', () => {
    expect(() => empiricalSample([])).toThrow(DistributionError)
    expect(() => empiricalSample([2, 1])).toThrow('sample 1 must be at least 2')
    expect(() => empiricalSample([1, NaN])).toThrow('sample 1 must be finite')
    expect(() => empiricalCdf([{ value: 1, share: 0.9 }])).toThrow('last share must be 1')
    expect(() => empiricalCdf([])).toThrow(DistributionError)
  })
})

describe('lognormalFrom', () => {
  test.each([
    [{ mean: 5, median: 4 }],
    [{ median: 4, p95: 9 }],
    [{ mean: 5, p95: 12 }],
    [{ mean: 3, median: 3 }],
  ] as const)('%j come back out', (facts) => {
    const { mu, sigma } = lognormalFrom(facts)
    const all = {
      mean: Math.exp(mu + (sigma * sigma) / 2),
      median: Math.exp(mu),
      p95: Math.exp(mu + 1.6448536269514722 * sigma),
    }
    for (const [name, value] of Object.entries(facts)) {
      expect(all[name as keyof typeof all]).toBeCloseTo(value, 10)
    }
  })

  test.each([
    [{ mean: 3, median: 4 }],
    [{ median: 4, p95: 3 }],
    [{ mean: 1, p95: 4 }],
    [{ mean: 1, p95: 0.5 }],
    [{ mean: 1 }],
    [{ mean: 1, median: 1, p95: 1 }],
    [{ mean: -1, median: 1 }],
    [{}],
  ])('%j fit no lognormal', (facts) => {
    expect(() => lognormalFrom(facts)).toThrow(DistributionError)
  })
})

test('ziggurat layers have equal areas and end at the peak', () => {
  const cases = [
    {
      r: 7.69711747013105,
      v: (1 + 7.69711747013105) * Math.exp(-7.69711747013105),
      f: (x: number) => Math.exp(-x),
    },
    { r: 3.6541528853610088, v: 0.00492867323399, f: (x: number) => Math.exp(-0.5 * x * x) },
  ]
  for (const [i, { r, v, f }] of cases.entries()) {
    const { x } = zigguratTables(r, v, f, (y) => (i === 0 ? -Math.log(y) : Math.sqrt(-2 * Math.log(y))))
    for (let k = 1; k < 256; k++) expect((f(x[k + 1]!) - f(x[k]!)) * x[k]!).toBeCloseTo(v, 10)
  }
})

test('antithetic partners by inversion are negatively correlated', () => {
  const plain = openStream(1, 0, 'pair')
  const mirror = openStream(1, 0, 'pair', { antithetic: true })
  let product = 0
  for (let i = 0; i < 20_000; i++) {
    product += (exponentialByInversion(plain, 1) - 1) * (exponentialByInversion(mirror, 1) - 1)
  }
  // 1 - pi^2/6.
  expect(product / 20_000).toBeCloseTo(-0.645, 1)
})

test('deterministic takes no draw', () => {
  const stream = openStream(1, 0, 'd')
  const before = stream.state()
  expect(deterministic(stream, 4)).toBe(4)
  expect(stream.state()).toEqual(before)
})

test.each([NaN, -1, Infinity])('a parameter of %s is refused by name', (bad) => {
  const stream = openStream(1, 0, 'x')
  expect(() => exponential(stream, bad)).toThrow('exponential: mean must be')
  expect(() => exponentialByInversion(stream, bad)).toThrow(DistributionError)
  expect(() => normal(stream, 0, bad)).toThrow('normal: deviation')
  expect(() => weibull(stream, bad, 1)).toThrow('weibull: shape')
  expect(() => weibull(stream, 1, bad)).toThrow('weibull: scale')
  expect(() => gamma(stream, bad, 1)).toThrow('gamma: shape')
  expect(() => gamma(stream, 1, bad)).toThrow('gamma: scale')
  expect(() => poisson(stream, bad)).toThrow('poisson: mean')
})

test('no regression: the first draws of each distribution are frozen; the tests above are the proof (invariant 7)', () => {
  expect({
    exponential: firstDraws((s) => exponential(s, 1)),
    normal: firstDraws((s) => normal(s)),
    lognormal: firstDraws((s) => lognormal(s, 0, 1)),
    weibull: firstDraws((s) => weibull(s, 2, 1)),
    gamma: firstDraws((s) => gamma(s, 0.5, 1)),
    poissonSmall: firstDraws((s) => poisson(s, 3)),
    poissonLarge: firstDraws((s) => poisson(s, 300)),
    discrete: firstDraws((s) => discrete(s, aliasTable([1, 2, 3]))),
    empirical: firstDraws((s) => empirical(s, quartiles)),
  }).toMatchInlineSnapshot(`
    {
      "discrete": [
        1,
        2,
        2,
        1,
        0,
        2,
      ],
      "empirical": [
        10.821433366634633,
        4.025246143477492,
        27.987376932505697,
        9.285752272869098,
        3.0668492125700064,
        27.732793719312877,
      ],
      "exponential": [
        0.41366839736984057,
        1.568082797909281,
        0.040615234289433595,
        1.5428033577366855,
        0.8570436775621099,
        0.18208447515477694,
      ],
      "gamma": [
        0.16625159219446875,
        1.5743237619722716,
        0.6487094105315907,
        0.4619721257908569,
        0.36025008768565464,
        0.14765732213620902,
      ],
      "lognormal": [
        0.22569229127255042,
        1.0823883858865877,
        0.8341719930415368,
        1.6200248997807098,
        2.6458540897801273,
        0.4549092748371794,
      ],
      "normal": [
        -1.4885827504935936,
        0.0791700678525248,
        -0.18131567121667733,
        0.48244151936117785,
        0.9729939204761974,
        -0.7876572758754475,
      ],
      "poissonLarge": [
        301,
        339,
        304,
        320,
        292,
        294,
      ],
      "poissonSmall": [
        3,
        2,
        6,
        3,
        1,
        6,
      ],
      "weibull": [
        0.6431705818597743,
        1.2522311279908678,
        0.20153221650503822,
        1.2420963560596598,
        0.9257665351275719,
        0.42671357507674507,
      ],
    }
  `)
})
