/**
 * How long is long enough, for a queue in its steady state: from its relaxation time, or exactly where it is M/M/c.
 *
 * N effective observations are what T seconds are worth: N = T / (sigma^2 / value^2). Below 100 of them an interval is not
 * to be believed (its own width is a guess), so a question needs at least
 *
 *     a mean        100 times the relative variance of its time average (birth-death.ts, else 2 s)
 *     a p-quantile  100 times (2 / q) (1 - q - q ln(1/q)) s,  q = 1 - p: Whitt's diffusion, within 20 % of exact
 *
 * with s half a relaxation time: 1,600 relaxation times for a p95, 9,400 for a p99, 99,000 for a p99.9. Whitt, "Planning
 * queueing simulations", Management Science 35, 1989.
 */

/** Effective observations below which a figure is none. */
export const FEWEST_EFFECTIVE = 100

/** Relaxation times after which an empty start is forgotten to 0.7 %. */
export const WARM_UP = 5

/**
 * Relaxation time of a queue of `servers`, s: how long it remembers. GI/G/1's 2 rho (ca^2 + cs^2) E[S] / (1 - rho)^2 at one
 * server; for more, that of M/M/c, widened as service scatters. Null at and above saturation.
 */
export function relaxationOf(
  arrivalRate: number,
  meanService: number,
  servers: number,
  serviceScv = 1,
): number | null {
  const capacity = servers / meanService
  if (arrivalRate >= capacity) return null
  const markov = Math.max(meanService, (Math.sqrt(capacity) - Math.sqrt(arrivalRate)) ** -2)
  if (servers > 1) return markov * Math.max(1, (1 + serviceScv) / 2)
  const load = arrivalRate / capacity
  return Math.max(markov * Math.min(1, (1 + serviceScv) / 2), (2 * load * (1 + serviceScv) * meanService) / (1 - load) ** 2)
}

/** Relative asymptotic variance of a share q of customers beyond a limit, in seconds: N = T over this. */
export function shareVariance(q: number, relaxation: number): number {
  return (2 / q) * (1 - q - q * Math.log(1 / q)) * (relaxation / 2)
}
