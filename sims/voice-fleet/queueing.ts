/**
 * From packets per second to delay: what one core does to the packets that queue for it.
 *
 * Within a second whose load is below capacity, a core is an M/D/1 queue: forwarding takes a constant time, and
 * thousands of sessions' 20 ms trains together look Poisson (a little smoother in truth, so this errs on the safe
 * side). The wait's tail is its exact asymptote, P(W > t) ~ C e^(-eta t) with D = 1, rho (e^eta - 1) = eta and
 * C = (1 - rho) / (rho e^eta - 1) (Tijms, A First Course in Stochastic Models, 2003, section 9.2), never above rho.
 *
 * Above capacity the queue is a fluid: it grows by the excess, and drains when the load lets it. A steady state this
 * close to saturation takes longer than a second to build up, which bounds the stochastic part: an M/D/1 queue
 * forgets in about 1 / (1 - rho)^2 service times.
 */

/** Utilisations are kept in thousandths. */
export const BINS = 1000

/** The highest utilisation whose M/D/1 queue settles within a second, given a core's packets per second. */
export function settledUtilisation(packetsPerCoreSecond: number): number {
  return 1 - 1 / Math.sqrt(Math.max(4, packetsPerCoreSecond))
}

export interface WaitTail {
  readonly rho: number
  /** In units of one service time. */
  readonly eta: number
  readonly scale: number
}

export function waitTail(rho: number): WaitTail {
  if (rho <= 0) return { rho: 0, eta: Infinity, scale: 0 }
  // rho (e^eta - 1) - eta is 0 at eta = 0, then negative, then positive: the root is where it turns positive.
  let low = 0
  let high = 1
  const excess = (eta: number): number => rho * Math.expm1(eta) - eta
  while (excess(high) < 0) {
    low = high
    high *= 2
  }
  if (low === 0) low = -Math.log(rho)
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2
    if (excess(middle) < 0) low = middle
    else high = middle
  }
  const eta = (low + high) / 2
  return { rho, eta, scale: (1 - rho) / (rho * Math.exp(eta) - 1) }
}

/** P(W > t), t in service times. */
export function exceeds({ rho, eta, scale }: WaitTail, t: number): number {
  return t < 0 ? 1 : Math.min(rho, scale * Math.exp(-eta * t))
}

/** Mean wait of M/D/1 in service times (Pollaczek and Khinchine). */
export const meanWait = (rho: number): number => rho / (2 * (1 - rho))
