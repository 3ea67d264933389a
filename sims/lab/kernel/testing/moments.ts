/** Goodness of fit for the tests beside the distributions. Streams are fixed, so a test that passes once passes always. */
import { openStream, type Stream } from '../random/stream.ts'

/** `n` draws from a stream of the test's own. */
export function draws(name: string, n: number, draw: (stream: Stream) => number): Float64Array {
  const stream = openStream(1, 0, `test/${name}`)
  return Float64Array.from({ length: n }, () => draw(stream))
}

export function moments(sample: Float64Array): { mean: number; variance: number } {
  const mean = sample.reduce((a, b) => a + b, 0) / sample.length
  return { mean, variance: sample.reduce((a, b) => a + (b - mean) ** 2, 0) / (sample.length - 1) }
}

/**
 * Kolmogorov-Smirnov: the greatest distance between the sample's distribution and `cdf`, times sqrt(n). Above 1.95 with
 * probability 0.001, above 1.36 with 0.05.
 */
export function kolmogorovSmirnov(sample: Float64Array, cdf: (x: number) => number): number {
  const sorted = sample.toSorted()
  const n = sorted.length
  let distance = 0
  sorted.forEach((x, i) => {
    const p = cdf(x)
    distance = Math.max(distance, p - i / n, (i + 1) / n - p)
  })
  return distance * Math.sqrt(n)
}

/**
 * Chi-square of integer draws against `probability(k)`, cells below five expected counts pooled, as a standard normal
 * score (Wilson and Hilferty): above 3.1 with probability 0.001.
 */
export function chiSquareScore(sample: Float64Array, probability: (k: number) => number): number {
  const counts = new Map<number, number>()
  for (const k of sample) counts.set(k, (counts.get(k) ?? 0) + 1)
  const n = sample.length
  const low = Math.min(...counts.keys())
  const high = Math.max(...counts.keys())
  let cells = 0
  let chi = 0
  let restSeen = n
  let restExpected = n
  for (let k = low; k <= high; k++) {
    const expected = n * probability(k)
    if (expected < 5) continue
    const seen = counts.get(k) ?? 0
    chi += (seen - expected) ** 2 / expected
    restSeen -= seen
    restExpected -= expected
    cells += 1
  }
  if (restExpected >= 5) {
    chi += (restSeen - restExpected) ** 2 / restExpected
    cells += 1
  }
  const freedom = cells - 1
  if (freedom < 1) throw new RangeError('one cell fits everything: more draws, or a finer distribution')
  const spread = 2 / (9 * freedom)
  return (Math.cbrt(chi / freedom) - (1 - spread)) / Math.sqrt(spread)
}

/** Regularised lower incomplete gamma P(a, x) by its series; `logGamma` of a is passed in. */
export function gammaCdf(a: number, x: number, logGammaOfA: number): number {
  if (x <= 0) return 0
  let term = 1 / a
  let sum = term
  for (let n = 1; term > sum * 1e-16; n++) {
    term *= x / (a + n)
    sum += term
  }
  return Math.min(1, sum * Math.exp(-x + a * Math.log(x) - logGammaOfA))
}

/** Standard normal CDF, from the incomplete gamma at one half. */
export function normalCdf(z: number): number {
  const half = 0.5 * gammaCdf(0.5, (z * z) / 2, 0.5 * Math.log(Math.PI))
  return z < 0 ? 0.5 - half : 0.5 + half
}

/** The first six draws, for no-regression snapshots. */
export function firstDraws(draw: (stream: Stream) => number): number[] {
  const stream = openStream(1, 0, 'frozen')
  return Array.from({ length: 6 }, () => draw(stream))
}
