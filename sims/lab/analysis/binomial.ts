/** The binomial distribution function, through the incomplete beta function (DLMF 8.17.24). */
import { regularizedBetaOf } from './beta.ts'

/** P(B <= k) for B successes in n trials of probability p. */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0
  if (k >= n) return 1
  return regularizedBetaOf(1 - p, p, n - Math.floor(k), Math.floor(k) + 1)
}

/** P(B >= k), with full relative precision where that is tiny. */
export function binomialTail(k: number, n: number, p: number): number {
  if (k <= 0) return 1
  if (k > n) return 0
  return regularizedBetaOf(p, 1 - p, Math.ceil(k), n - Math.ceil(k) + 1)
}

/** The smallest k with P(B <= k) >= q. */
export function binomialQuantile(q: number, n: number, p: number): number {
  let low = 0
  let high = n
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (binomialCdf(middle, n, p) >= q) high = middle
    else low = middle + 1
  }
  return low
}
