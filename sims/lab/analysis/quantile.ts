/**
 * Order statistics: an interval for a percentile of independent observations, between the two ranks that hold it by the
 * binomial distribution alone (Hahn & Meeker, Statistical Intervals, ch. 5). No assumption on the shape. Successive waits in
 * a queue are not independent, and for them the interval would be far too narrow: `figure.ts` is for those.
 */
import { quantileSorted } from 'simple-statistics'
import { binomialCdf, binomialQuantile } from './binomial.ts'
import { requireOpenShare, requireSample } from './error.ts'

export interface QuantileInterval {
  readonly method: 'order statistics'
  readonly value: number
  /** Null when there are too few values for an interval of this confidence. */
  readonly low: number | null
  readonly high: number | null
  /** The confidence it really has, at least the one asked for; null without an interval. */
  readonly confidence: number | null
  /** False when no two observations give an interval of this confidence. */
  readonly enough: boolean
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
