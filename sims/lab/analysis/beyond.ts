/**
 * How surely a quantile does not lie beyond a limit that few observations exceed.
 *
 * Where a share q of all values lies beyond, none of n independent ones does with probability (1 - q)^n, and at most k of them
 * with the binomial one: 2.8 % for 1 of 540 beyond a p99. No run is surer than if all its observations were independent,
 * however alike its replications are. Where many are expected beyond, how they scatter says enough, and only none is counted.
 */
import { regularizedBetaOf } from './beta.ts'
import { normalCdf } from './normal.ts'

/** Expected beyond a limit, or on its other side where these are fewer; from so many on the scatter of replications is to be believed (theory/run-length.ts). */
const MANY = 100

/** P(at most `seen` of `n` independent values lie beyond), where each does with chance `share`; `seen` need not be whole. */
export function chanceOfFew(seen: number, n: number, share: number): number {
  if (seen <= 0 || isMany(n, share)) return Math.exp(n * Math.log1p(-share))
  return seen >= n ? 1 : regularizedBetaOf(1 - share, share, n - seen, seen + 1)
}

/** The same wherever many are expected, too, by the normal law that the binomial one is like there. */
export function chanceOfAtMost(seen: number, n: number, share: number): number {
  if (!isMany(n, share)) return chanceOfFew(seen, n, share)
  return normalCdf((seen + 0.5 - n * share) / Math.sqrt(n * share * (1 - share)))
}

const isMany = (n: number, share: number): boolean => n * Math.min(share, 1 - share) > MANY

/**
 * Independent values after which so small a part of them beyond, 0..1, shows with this one-sided confidence that less than `share`
 * of all lies there: Chernoff's bound, exact where the part is 0. Infinity where it is not below the share.
 */
export function valuesWanted(part: number, share: number, confidence: number): number {
  if (part >= share) return Infinity
  const seen = part === 0 ? 0 : part * Math.log(part / share)
  const divergence = seen + (1 - part) * (Math.log1p(-part) - Math.log1p(-share))
  return -Math.log(1 - confidence) / divergence
}
