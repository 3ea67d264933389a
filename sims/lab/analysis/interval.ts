/**
 * Student's interval for the mean of independent replications.
 *
 * Replications are independent and identically distributed by construction (each has its own streams), so their mean
 * has a t distribution up to the skewness of a single replication, which a long enough run makes small. The coverage
 * test beside this file measures what is left.
 */
import { mean, sampleVariance } from 'simple-statistics'
import { requireOpenShare, requirePaired, requireSample } from './error.ts'
import { studentQuantile } from './student.ts'

export interface MeanInterval {
  readonly value: number
  /** Null when one value alone gives no interval. */
  readonly low: number | null
  readonly high: number | null
  readonly halfWidth: number | null
}

/**
 * Mean of `values` and its two-sided interval, in their unit. One value has a mean and no interval. Throws
 * AnalysisError `empty` for none, `not-finite` for NaN or infinity.
 */
export function studentInterval(values: readonly number[], confidence = 0.95): MeanInterval {
  requireSample(values, 'studentInterval')
  requireOpenShare(confidence, 'studentInterval: confidence')
  const value = mean([...values])
  if (values.length === 1) return { value, low: null, high: null, halfWidth: null }
  const error = Math.sqrt(sampleVariance([...values]) / values.length)
  const halfWidth = studentFactor(values.length - 1, confidence) * error
  return { value, low: value - halfWidth, high: value + halfWidth, halfWidth }
}

/**
 * Interval of the mean difference `a[i] - b[i]` of two points under common random numbers: replication i of both has
 * the same arrivals, so most of the noise cancels. Throws AnalysisError `mismatch` for unequal lengths.
 */
export function pairedInterval(a: readonly number[], b: readonly number[], confidence = 0.95): MeanInterval {
  requirePaired(a, b, 'pairedInterval')
  return studentInterval(
    a.map((value, i) => value - b[i]!),
    confidence,
  )
}

const factors = new Map<number, number>()

/** t(1 - alpha/2, df) for a two-sided interval; remembered at 95 %, since a stopping rule asks for every df in turn. */
export function studentFactor(df: number, confidence: number): number {
  if (confidence !== 0.95) return studentQuantile((1 + confidence) / 2, df)
  let factor = factors.get(df)
  if (factor === undefined) {
    factor = studentQuantile(0.975, df)
    // A bound on the memory, far above any number of replications.
    if (factors.size < 10_000) factors.set(df, factor)
  }
  return factor
}
