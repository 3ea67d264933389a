/**
 * Queues that customers leave, or do not get into: Erlang A (M/M/c+M), and the same with room for some only (M/M/c/K+M;
 * without patience M/M/c/K, without room Erlang B).
 *
 * Palm 1957; Mandelbaum & Zeltyn, "The Palm/Erlang-A queue, with applications to call centers", 2005. The number in the
 * system is a birth-death chain whose states beyond c empty at c mu + (n - c) theta, so every mean is a sum over its states,
 * and who abandons follows from the queue's length: theta customers leave per second and per customer waiting. What an
 * endlessly patient customer would wait, V, has the density lambda pi(c-1) exp(lambda H(x) - c mu x), H(x) the integral of
 * the patience's tail (Baccelli & Hebuterne 1981), whose integral for exponential patience is an incomplete gamma function:
 *
 *     P(V > t) / P(V > 0) = gamma(a, x e^(-theta t)) / gamma(a, x),   a = c mu / theta,  x = lambda / theta.
 */
import { AnalysisError } from '../error.ts'
import { stationary, type MarkovShape } from './birth-death.ts'
import type { SteadyQueue } from './queues.ts'

export interface LeavingQueue extends SteadyQueue {
  /** Share of arrivals that find no room. */
  readonly lost: number
  /** Share of arrivals that lose patience in the queue. */
  readonly abandoned: number
  /** Customers served per second. */
  readonly throughput: number
}

/**
 * M/M/c/K+M. `delayed` is a share of all arrivals; `meanWait` and `meanTime` are over those who got in, whether they were
 * served or left. Null when there is no steady state (no patience, no bound on the queue, and too much work).
 */
export function leavingQueue(shape: MarkovShape): LeavingQueue | null {
  const { arrivalRate, meanService, servers, meanPatience = Infinity, room = Infinity } = shape
  const chain = stationary(shape)
  if (chain === null) return null
  let [busy, waiting, delayed, lost] = [0, 0, 0, 0]
  for (const [i, p] of chain.pi.entries()) {
    const n = chain.first + i
    busy += p * Math.min(n, servers)
    waiting += p * Math.max(0, n - servers)
    if (n >= servers + room) lost += p
    else if (n >= servers) delayed += p
  }
  const admitted = arrivalRate * (1 - lost)
  return {
    utilisation: busy / servers,
    delayed,
    lost,
    abandoned: waiting / meanPatience / arrivalRate,
    throughput: busy / meanService,
    meanWait: admitted > 0 ? waiting / admitted : 0,
    meanTime: admitted > 0 ? (waiting + busy) / admitted : 0,
    meanQueue: waiting,
    meanInSystem: waiting + busy,
  }
}

export interface ImpatientQueue extends LeavingQueue {
  /** P(wait > t), over all customers, served or not. */
  readonly waitTail: (t: number) => number
  /** The wait that a share p of customers does not exceed; s. 0 for those that do not wait. */
  readonly waitQuantile: (p: number) => number
}

/**
 * Erlang A: M/M/c with exponential patience of `meanPatience` seconds. It has a steady state at any load. Null only when
 * its states are too many to sum (millions waiting).
 */
export function erlangA(
  arrivalRate: number,
  meanService: number,
  servers: number,
  meanPatience: number,
): ImpatientQueue | null {
  if (!(meanPatience < Infinity)) {
    throw new AnalysisError('out-of-range', `mean patience must be finite, not ${meanPatience}`)
  }
  const queue = leavingQueue({ arrivalRate, meanService, servers, meanPatience })
  if (queue === null) return null
  const a = (servers * meanPatience) / meanService
  const x = arrivalRate * meanPatience
  const all = logLowerGamma(a, x)
  const waitTail = (t: number): number => {
    if (t <= 0) return queue.delayed
    const patient = t / meanPatience
    return queue.delayed * Math.exp(logLowerGamma(a, x * Math.exp(-patient)) - all - patient)
  }
  return {
    ...queue,
    waitTail,
    waitQuantile: (p) => {
      if (!(p >= 0 && p < 1))
        throw new AnalysisError('out-of-range', `waitQuantile: p must be 0..1, not ${p}`)
      if (queue.delayed <= 1 - p) return 0
      // Nobody waits longer than a patience does: P(wait > t) < e^(-theta t).
      let [low, high] = [0, meanPatience * Math.log(1 / (1 - p))]
      for (let i = 0; i < 100 && high - low > 1e-13 * high; i++) {
        const middle = (low + high) / 2
        if (waitTail(middle) > 1 - p) low = middle
        else high = middle
      }
      return (low + high) / 2
    },
  }
}

/** ln of the lower incomplete gamma function by its series: all terms positive, scaled where they would overflow. */
function logLowerGamma(a: number, x: number): number {
  if (x <= 0) return -Infinity
  let [term, sum, scale] = [1, 1, 0]
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= x / (a + k)
    sum += term
    if (sum > 1e250) {
      term /= 1e250
      sum /= 1e250
      scale += 250 * Math.LN10
    }
  }
  return a * Math.log(x) - x - Math.log(a) + Math.log(sum) + scale
}
