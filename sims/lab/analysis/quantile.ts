/**
 * Intervals for a percentile. There are two honest ways, and they answer from different assumptions:
 *
 * - **over replications**: take the percentile of each replication, and Student's interval over those. Nothing inside a
 *   replication need be independent (successive waits never are). The price: a percentile of a short replication is
 *   biased, so each replication must hold many times 1/(1-p) observations. This is the lab's default.
 * - **order statistics**: pool everything and take the ranks between which the true percentile lies, by the binomial
 *   distribution alone (Hahn & Meeker, Statistical Intervals, ch. 5). No assumption on the shape; but the observations
 *   must be independent. For waits in one queue they are not, and the interval would be far too narrow.
 *
 * Each result names its method, so that the report can say which one it shows.
 */
import { quantileSorted } from 'simple-statistics'
import { binomialCdf, binomialQuantile } from './binomial.ts'
import { requireOpenShare, requireSample } from './error.ts'
import { studentInterval } from './interval.ts'

export interface QuantileInterval {
  readonly method: 'replications' | 'order statistics'
  readonly value: number
  /** Null when there are too few values for an interval of this confidence. */
  readonly low: number | null
  readonly high: number | null
  /** The confidence it really has: at least the one asked for with order statistics; null without an interval. */
  readonly confidence: number | null
  /** Over replications: false when one holds fewer than 10 observations beyond the quantile, and bias is to be feared. */
  readonly enough: boolean
}

/** Observations beyond the quantile that a replication needs before its own quantile is worth averaging. */
const BEYOND = 10

/** Quantile `p` as the mean of the replications' quantiles. Each replication's observations may be in any order. */
export function quantileOverReplications(
  replications: readonly (readonly number[])[],
  p: number,
  confidence = 0.95,
): QuantileInterval {
  requireOpenShare(p, 'quantileOverReplications: p')
  const quantiles = replications.map((observations, i) => {
    requireSample(observations, `replication ${i}`)
    return quantileSorted(ascending(observations), p)
  })
  const { value, low, high } = studentInterval(quantiles, confidence)
  const enough = replications.every(({ length }) => length * Math.min(p, 1 - p) >= BEYOND)
  return { method: 'replications', value, low, high, confidence: low === null ? null : confidence, enough }
}

/**
 * Quantile `p` of independent observations, in any order, with a distribution-free interval between two of them. Below
 * some size no two observations give the confidence (59 of them for the 95 % interval of a p95 need not hold it): then
 * `low` and `high` are null.
 */
export function orderStatisticInterval(
  observations: readonly number[],
  p: number,
  confidence = 0.95,
): QuantileInterval {
  requireSample(observations, 'orderStatisticInterval')
  requireOpenShare(p, 'orderStatisticInterval: p')
  requireOpenShare(confidence, 'orderStatisticInterval: confidence')
  const sorted = ascending(observations)
  const n = sorted.length
  const value = quantileSorted(sorted, p)
  const side = (1 - confidence) / 2
  // The quantile lies between the l-th and u-th smallest with probability P(l <= B <= u - 1), B ~ Binomial(n, p).
  const l = binomialQuantile(side, n, p)
  const u = binomialQuantile(1 - side, n, p) + 1
  if (l < 1 || u > n) {
    return { method: 'order statistics', value, low: null, high: null, confidence: null, enough: false }
  }
  const reached = binomialCdf(u - 1, n, p) - binomialCdf(l - 1, n, p)
  return {
    method: 'order statistics',
    value,
    low: sorted[l - 1]!,
    high: sorted[u - 1]!,
    confidence: reached,
    enough: true,
  }
}

function ascending(values: readonly number[]): number[] {
  return Array.from(Float64Array.from(values).sort())
}
