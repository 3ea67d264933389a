/**
 * Student's interval for a mean whose replications are skewed: the cube-root correction of Johnson's t (Johnson, JASA
 * 73, 1978; Hall, JRSS B 54, 1992), as Skart uses it (Tafazzoli, Wilson, Lada & Steiger, INFORMS J. Comput. 23, 2011).
 *
 * The t of n skewed values is not symmetric. With b = skewness / (6 sqrt(n)),
 *
 *     G(z) = ((1 + 6 b (z - b))^(1/3) - 1) / (2 b)
 *
 * maps a quantile z of Student's t to the quantile of that skewed t, and its inverse maps an observed t back to one that
 * Student's table may judge. G is the identity when b = 0 and increases everywhere, so either end of an interval moves
 * and none is lost. Waits are skewed to the right: the upper end moves out, the lower end in.
 *
 * The skewness of a few values is mostly noise: below `FEWEST` of them none is applied, and b is held to `MOST`, beyond
 * which G turns so steep that a single outlier would make an interval three times as wide and no more right.
 */
import { requireSample } from './error.ts'

/** Below so many values their skewness says nothing. */
const FEWEST = 10
const MOST = 0.05

/** What a handful of independent values say about their mean. */
export interface Spread {
  readonly count: number
  readonly mean: number
  /** Standard error of the mean; 0 for one value, which therefore must be refused before. */
  readonly error: number
  /** Skewness of the values over 6 sqrt(n): the b above. */
  readonly bias: number
}

/** Mean, standard error and the correction of a sample, with the unbiased third moment. Throws AnalysisError when empty. */
export function spreadOf(values: ArrayLike<number>): Spread {
  requireSample(values, 'spreadOf')
  const n = values.length
  let mean = 0
  for (let i = 0; i < n; i++) mean += values[i]! / n
  let squares = 0
  let cubes = 0
  for (let i = 0; i < n; i++) {
    const deviation = values[i]! - mean
    squares += deviation * deviation
    cubes += deviation * deviation * deviation
  }
  if (n === 1) return { count: 1, mean, error: 0, bias: 0 }
  const variance = squares / (n - 1)
  const third = n < FEWEST ? 0 : (cubes * n) / ((n - 1) * (n - 2))
  const bias =
    variance === 0 ? 0 : Math.max(-MOST, Math.min(MOST, third / variance ** 1.5 / (6 * Math.sqrt(n))))
  return { count: n, mean, error: Math.sqrt(variance / n), bias }
}

/** G: the quantile of the skewed t that stands where Student's has `z`. */
export function skewed(z: number, bias: number): number {
  return Math.abs(bias) < 1e-9 ? z : (Math.cbrt(1 + 6 * bias * (z - bias)) - 1) / (2 * bias)
}

/** The inverse of G: an observed t as one that Student's table may judge. */
export function unskewed(t: number, bias: number): number {
  return Math.abs(bias) < 1e-9 ? t : bias + ((1 + 2 * bias * t) ** 3 - 1) / (6 * bias)
}
