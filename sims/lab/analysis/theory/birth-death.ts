/**
 * How long a queue must be watched: the asymptotic variance of a time average over a birth-death chain, and the bias that
 * an empty start leaves (Burman; Whitt, "Asymptotic formulas for Markov processes with applications to simulation",
 * Oper. Res. 40, 1992).
 *
 * For f(n) in state n, stationary probabilities pi, birth rates lambda, and S(j) = sum over i <= j of (f(i) - mean) pi(i),
 *
 *     variance of the average over T      sigma^2 / T,   sigma^2 = 2 sum over j of S(j)^2 / (lambda(j) pi(j))
 *     lost by starting in state 0         beta = -sum over j of S(j) (1 - F(j)) / (lambda(j) pi(j)), in f-seconds
 *
 * S is a difference that cancels far out, so above the median it is summed from the tail.
 */
import { AnalysisError } from '../error.ts'

export interface TimeAverage {
  /** Stationary mean of f. */
  readonly mean: number
  /** sigma^2: seconds times the square of f's unit. */
  readonly variance: number
  /** beta: integral of (mean - expected f(t)) from an empty start. */
  readonly bias: number
}

/** States whose probability is below this share of the likeliest are left out. */
const NEGLIGIBLE = 1e-18
/** A chain with more states than this is refused: half a second of work. */
const MOST_STATES = 5_000_000

/**
 * The number waiting, `above` servers, in M/M/c: f(n) = max(0, n - servers). Null when there is no steady state, or one so
 * close to saturation that its states are too many to sum.
 */
export function queueLength(arrivalRate: number, meanService: number, servers: number): TimeAverage | null {
  const pi = stationary(arrivalRate, meanService, servers)
  return pi && timeAverage(pi, arrivalRate, (n) => Math.max(0, n - servers))
}

interface Chain {
  readonly first: number
  /** Probabilities of states first, first + 1, ...; they sum to 1. */
  readonly pi: Float64Array
}

function stationary(arrivalRate: number, meanService: number, servers: number): Chain | null {
  const erlangs = arrivalRate * meanService
  if (!(erlangs > 0 && meanService > 0)) {
    throw new AnalysisError('out-of-range', `needs positive rates, not ${arrivalRate} and ${meanService}`)
  }
  if (erlangs >= servers) return null
  const ratio = (n: number): number => erlangs / Math.min(n, servers)
  const mode = Math.floor(erlangs)
  // Outwards from the likeliest state, where no product can overflow.
  const down: number[] = []
  for (let n = mode, weight = 1; n > 0 && weight > NEGLIGIBLE; n--) down.push((weight /= ratio(n)))
  const up: number[] = [1]
  for (let n = mode + 1, weight = 1; weight > NEGLIGIBLE; n++) {
    if (up.length > MOST_STATES) return null
    up.push((weight *= ratio(n)))
  }
  const weights = Float64Array.from([...down.toReversed(), ...up])
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return { first: mode - down.length, pi: weights.map((weight) => weight / total) }
}

function timeAverage({ first, pi }: Chain, birthRate: number, f: (state: number) => number): TimeAverage {
  let mean = 0
  for (let i = 0; i < pi.length; i++) mean += f(first + i) * pi[i]!
  let below = 0
  let median = 0
  while (median < pi.length - 1 && below + pi[median]! < 0.5) below += pi[median++]!
  let variance = 0
  let bias = 0
  const add = (i: number, s: number, above: number): void => {
    const rate = birthRate * pi[i]!
    variance += (2 * s * s) / rate
    bias -= (s * above) / rate
  }
  for (let i = 0, s = 0, cumulated = 0; i < median; i++) {
    s += (f(first + i) - mean) * pi[i]!
    cumulated += pi[i]!
    add(i, s, 1 - cumulated)
  }
  for (let i = pi.length - 1, s = 0, above = 0; i >= median; i--) {
    add(i, -s, above)
    s += (f(first + i) - mean) * pi[i]!
    above += pi[i]!
  }
  return { mean, variance, bias }
}
