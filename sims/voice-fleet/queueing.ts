/**
 * From packets per second to delay: what one core does to the packets that queue for it.
 *
 * Within a second whose load is well below capacity, a core is an M/D/1 queue: forwarding takes a constant time, and
 * thousands of sessions' 20 ms trains together look Poisson (a little smoother in truth, so this errs on the safe
 * side). The wait's tail is its exact asymptote, P(W > t) ~ C e^(-eta t) with D = 1, rho (e^eta - 1) = eta and
 * C = (1 - rho) / (rho e^eta - 1) (Tijms, A First Course in Stochastic Models, 2003, section 9.2), never above rho.
 *
 * An M/D/1 queue forgets in about 1 / (1 - rho)^2 service times, so near capacity none settles within a second, and what
 * is left of it is carried into the next. There the queue is a Brownian motion that is reflected where it is empty and where
 * the buffer is full, the heavy-traffic limit of M/D/1 (Kingman; Harrison, Brownian Motion and Stochastic Flow Systems,
 * 1985): it drifts by what comes less what goes, and its variance is what comes. Where it settles, its mean is exactly that of
 * Pollaczek and Khinchine. reflected.ts draws it; near-capacity.test.ts holds it against queues packet by packet.
 *
 * A buffer too small for what settles loses some of it at any load: the share is that of M/D/1 with an end (`lossShare`).
 *
 * Far above capacity the queue is a fluid: it grows by the excess, and luck is small beside that.
 */

/** Utilisations are kept in thousandths. */
export const BINS = 1000

/** What comes in a second varies by its square root: from so many of these away from capacity it no longer matters. */
const DEVIATIONS = 10
/** However few packets there are, an M/D/1 queue with this much room is one that settles. */
const ROOM = 0.1

/**
 * The utilisations, given a core's packets per second, below which its M/D/1 queue settles in a hundredth of a second, and
 * above which it grows as a fluid.
 */
export function nearCapacity(packetsPerCoreSecond: number): { readonly from: number; readonly to: number } {
  const luck = DEVIATIONS / Math.sqrt(packetsPerCoreSecond)
  return { from: 1 - Math.min(ROOM, luck), to: 1 + luck }
}

/**
 * The highest utilisation of which a buffer of so many packets knows a wait: from there on it is as likely to be at one
 * length as at another, and half full on average.
 */
export const fullestUtilisation = (queueLimit: number): number => queueLimit / (queueLimit + 1)

/** A queue that settles is longer than its buffer with so little chance, in powers of e, that it never is. */
const NEVER = 30

/**
 * The utilisation below which a core hardly ever fills a buffer of so many packets: where the exponential law to which a queue near
 * capacity settles leaves a share of e^-30 above it, or where queues are drawn: what a small one loses below that is `lossShare`.
 */
export const fillsFrom = (packetsPerCoreSecond: number, queueLimit: number): number =>
  Math.max(nearCapacity(packetsPerCoreSecond).from, queueLimit / (queueLimit + NEVER / 2))

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

/** A smaller share of packets lost is none. */
const HARDLY_ANY = 1e-9

/**
 * The share of packets that M/D/1 loses to a buffer of so many, once it has settled: exactly, from the chance that without an
 * end more than that would wait (Tijms, section 9.8.2); from capacity on as its heavy-traffic limit does.
 */
export function lossShare(utilisation: number, queueLimit: number, tail: WaitTail): number {
  if (utilisation >= 1) {
    const excess = 1 - 1 / utilisation
    return excess === 0 ? 1 / (2 * queueLimit + 1) : excess / -Math.expm1(-2 * excess * queueLimit)
  }
  const more = exceeds(tail, queueLimit)
  const share = ((1 - utilisation) * more) / (1 - utilisation * more)
  return share < HARDLY_ANY ? 0 : share
}

/** Mean wait of M/D/1 in service times (Pollaczek and Khinchine). */
export const meanWait = (rho: number): number => rho / (2 * (1 - rho))
