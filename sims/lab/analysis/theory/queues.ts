/**
 * Closed forms of the queues that have one: what a sim of the same shape must agree with (invariant 5).
 *
 * Kendall's names: arrivals / service / servers / room. M is Markov (Poisson arrivals, exponential service), G any
 * distribution. Rates are per second, times in seconds. A queue at or beyond saturation has no steady state, and its
 * form is null rather than a negative or infinite number. Formulas as in Gross & Harris, Fundamentals of Queueing Theory
 * (4th ed., ch. 2 and 5), and Kleinrock, Queueing Systems I.
 */
import { AnalysisError } from '../error.ts'
import { hyperexponentialFrom } from '../../kernel/random/hyperexponential.ts'
import { logGamma } from '../beta.ts'
import { erlangB, erlangC } from './erlang.ts'

export interface SteadyQueue {
  /** Share of the servers that is busy, 0..1. */
  readonly utilisation: number
  /** Probability that an arrival waits. */
  readonly delayed: number
  /** Mean wait in the queue, service not included, over all customers; s. */
  readonly meanWait: number
  /** Mean time in the system; s. */
  readonly meanTime: number
  /** Mean number waiting. */
  readonly meanQueue: number
  /** Mean number in the system. */
  readonly meanInSystem: number
}

export interface SteadyMarkovQueue extends SteadyQueue {
  /** The wait that a share p of customers does not exceed; s. 0 for those that do not wait. */
  readonly waitQuantile: (p: number) => number
  /** P(wait > t). */
  readonly waitTail: (t: number) => number
}

/** M/M/c by Erlang C; with one server M/M/1. Null when it has no steady state. */
export function mmc(arrivalRate: number, meanService: number, servers: number): SteadyMarkovQueue | null {
  requireRates(arrivalRate, meanService)
  const delayed = erlangC(servers, arrivalRate * meanService)
  if (delayed === null) return null
  // A customer who waits, waits exponentially with this rate: the speed at which the queue drains on balance.
  const drain = servers / meanService - arrivalRate
  return {
    ...bySojourn(arrivalRate, meanService, servers, delayed, delayed / drain),
    waitTail: (t) => delayed * Math.exp(-drain * Math.max(0, t)),
    waitQuantile: (p) => {
      if (!(p >= 0 && p < 1))
        throw new AnalysisError('out-of-range', `waitQuantile: p must be 0..1, not ${p}`)
      return p <= 1 - delayed ? 0 : Math.log(delayed / (1 - p)) / drain
    },
  }
}

/** M/M/1: the same in one line; here so that Erlang C has something to be tested against. */
export function mm1(arrivalRate: number, meanService: number): SteadyQueue | null {
  requireRates(arrivalRate, meanService)
  const load = arrivalRate * meanService
  if (load >= 1) return null
  return bySojourn(arrivalRate, meanService, 1, load, (load * meanService) / (1 - load))
}

/**
 * M/G/1 by Pollaczek and Khinchine. `scv` is the squared coefficient of variation of the service time: 0 for constant
 * (M/D/1), 1 for exponential, larger for heavy tails (Infinity gives an infinite wait, which is the truth).
 */
export function mg1(arrivalRate: number, meanService: number, scv: number): SteadyQueue | null {
  requireRates(arrivalRate, meanService)
  if (!(scv >= 0)) throw new AnalysisError('out-of-range', `scv must be 0 or more, not ${scv}`)
  const load = arrivalRate * meanService
  if (load >= 1) return null
  const meanWait = load === 0 ? 0 : (load * meanService * (1 + scv)) / (2 * (1 - load))
  return bySojourn(arrivalRate, meanService, 1, load, meanWait)
}

/**
 * P(wait > t) in M/H2/1 with balanced means, `scv` of 1 or more: Pollaczek and Khinchine's transform of the wait is a
 * quotient of quadratics here, so the wait is 0 or one of two exponentials. Null when it has no steady state.
 */
export function mh21WaitTail(
  arrivalRate: number,
  meanService: number,
  scv: number,
): ((t: number) => number) | null {
  requireRates(arrivalRate, meanService)
  const load = arrivalRate * meanService
  if (load >= 1) return null
  const { short, shortMean, longMean } = hyperexponentialFrom({ mean: meanService, scv })
  const [fast, slow] = [1 / shortMean, 1 / longMean]
  const b = fast + slow - arrivalRate
  const c = fast * slow - arrivalRate * (short * slow + (1 - short) * fast)
  const root = Math.sqrt(b * b - 4 * c)
  const [near, far] = [(b - root) / 2, (b + root) / 2]
  const share = (s: number, other: number): number =>
    ((1 - load) * (fast - s) * (slow - s)) / ((other - s) * s)
  const [first, second] = [share(near, far), share(far, near)]
  return (t) => first * Math.exp(-near * t) + second * Math.exp(-far * t)
}

export interface LossQueue {
  /** Probability that an arrival is lost. */
  readonly blocked: number
  /** Arrivals that are served, per second. */
  readonly throughput: number
  readonly meanInSystem: number
  readonly utilisation: number
}

/** M/M/c/c by Erlang B. Any service distribution of this mean gives the same (insensitivity), so M/G/c/c as well. */
export function mmcc(arrivalRate: number, meanService: number, servers: number): LossQueue {
  requireRates(arrivalRate, meanService)
  const blocked = erlangB(servers, arrivalRate * meanService)
  const throughput = arrivalRate * (1 - blocked)
  const meanInSystem = throughput * meanService
  return { blocked, throughput, meanInSystem, utilisation: meanInSystem / servers }
}

export interface InfiniteServers {
  /** Mean, and variance, of the number in the system: it is Poisson. */
  readonly meanInSystem: number
  /** P(number in system = n). */
  readonly probability: (n: number) => number
  /** P(number in system > n). */
  readonly tail: (n: number) => number
}

/** M/M/inf, and M/G/inf: sessions that never wait for each other. */
export function mminf(arrivalRate: number, meanService: number): InfiniteServers {
  requireRates(arrivalRate, meanService)
  const mean = arrivalRate * meanService
  const probability = (n: number): number => (n < 0 ? 0 : Math.exp(logPoisson(n, mean)))
  return {
    meanInSystem: mean,
    probability,
    tail: (n) => {
      if (n < 0) return 1
      // Sum the side that falls away from n geometrically.
      let sum = 0
      if (n >= mean) {
        for (let k = Math.floor(n) + 1, term = probability(k); term > sum * 1e-17; term *= mean / ++k)
          sum += term
        return sum
      }
      for (let k = Math.floor(n), term = probability(k); k >= 0 && term > sum * 1e-17; term *= k-- / mean)
        sum += term
      return 1 - sum
    },
  }
}

function logPoisson(n: number, mean: number): number {
  if (mean === 0) return n === 0 ? 0 : -Infinity
  return n * Math.log(mean) - mean - logGamma(n + 1)
}

/** The rest follows from the mean wait by Little's law. */
function bySojourn(
  arrivalRate: number,
  meanService: number,
  servers: number,
  delayed: number,
  meanWait: number,
): SteadyQueue {
  const meanTime = meanWait + meanService
  return {
    utilisation: (arrivalRate * meanService) / servers,
    delayed,
    meanWait,
    meanTime,
    meanQueue: arrivalRate * meanWait,
    meanInSystem: arrivalRate * meanTime,
  }
}

function requireRates(arrivalRate: number, meanService: number): void {
  if (!(arrivalRate >= 0 && arrivalRate < Infinity)) {
    throw new AnalysisError('out-of-range', `arrival rate must be 0 or more, not ${arrivalRate}`)
  }
  if (!(meanService > 0 && meanService < Infinity)) {
    throw new AnalysisError('out-of-range', `mean service time must be positive, not ${meanService}`)
  }
}
