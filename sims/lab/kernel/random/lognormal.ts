import { normal } from './normal.ts'
import { checkPositive, DistributionError } from './refuse.ts'
import type { Stream } from './stream.ts'

/** Mean `mu` and standard deviation `sigma` of the logarithm. */
export interface LognormalParameters {
  readonly mu: number
  readonly sigma: number
}

/** Two facts about a lognormal quantity in its own unit: any two of mean, median and 95th percentile. */
export interface LognormalFacts {
  readonly mean?: number
  readonly median?: number
  readonly p95?: number
}

/** The 95 % quantile of the standard normal. */
const Z95 = 1.6448536269514722

/** Lognormal: exp(mu + sigma Z). Its median is exp(mu), its mean exp(mu + sigma^2 / 2). */
export function lognormal(stream: Stream, mu: number, sigma: number): number {
  return Math.exp(normal(stream, mu, sigma))
}

/**
 * The parameters behind exactly two facts. Throws DistributionError where no lognormal fits them: a median above the
 * mean, a p95 below the median, or a p95 more than 3.868 (= exp(Z95^2 / 2)) times the mean. Mean and p95 leave two
 * solutions; the narrower one is taken.
 */
export function lognormalFrom(facts: LognormalFacts): LognormalParameters {
  const { mean, median, p95 } = facts
  for (const [name, value] of Object.entries(facts)) {
    if (value !== undefined) checkPositive('lognormal', name, value as number)
  }
  if (mean !== undefined && median !== undefined && p95 === undefined) {
    if (median > mean) throw new DistributionError('lognormal', 'median', `at most the mean ${mean}`, median)
    return { mu: Math.log(median), sigma: Math.sqrt(2 * Math.log(mean / median)) }
  }
  if (median !== undefined && p95 !== undefined && mean === undefined) {
    if (p95 < median) throw new DistributionError('lognormal', 'p95', `at least the median ${median}`, p95)
    return { mu: Math.log(median), sigma: Math.log(p95 / median) / Z95 }
  }
  if (mean !== undefined && p95 !== undefined && median === undefined) {
    // log(p95 / mean) = Z95 sigma - sigma^2 / 2.
    const gap = Math.log(p95 / mean)
    const root = Z95 * Z95 - 2 * gap
    if (gap < 0 || root < 0) {
      const limit = mean * Math.exp((Z95 * Z95) / 2)
      throw new DistributionError('lognormal', 'p95', `between the mean ${mean} and ${limit}`, p95)
    }
    const sigma = Z95 - Math.sqrt(root)
    return { mu: Math.log(mean) - (sigma * sigma) / 2, sigma }
  }
  throw new DistributionError(
    'lognormal',
    'facts',
    'exactly two of mean, median and p95',
    Object.keys(facts).join(', ') || 'none',
  )
}
