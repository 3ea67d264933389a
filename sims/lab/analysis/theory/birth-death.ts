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

/** M/M/c/K+M: Poisson arrivals, exponential service, c servers, room for some who wait, and patience to wait. */
export interface MarkovShape {
  /** 1/s. */
  readonly arrivalRate: number
  /** s. */
  readonly meanService: number
  readonly servers: number
  /** Mean of an exponential patience, s: those who wait longer leave. Default Infinity: nobody does. */
  readonly meanPatience?: number
  /** Those who may wait at once; who finds them all there is lost. Default Infinity. */
  readonly room?: number
}

/**
 * The number waiting, `above` servers, in M/M/c/K+M: f(n) = max(0, n - servers). Null when there is no steady state, or one
 * so close to saturation that its states are too many to sum.
 */
export function queueLength(shape: MarkovShape): TimeAverage | null {
  const chain = stationary(shape)
  return chain && timeAverage(chain, shape.arrivalRate, (n) => Math.max(0, n - shape.servers))
}

/** Whether the system is full: f(n) = 1 where who arrives is lost. Null as above; mean 0 where there is room for all. */
export function fullness(shape: MarkovShape): TimeAverage | null {
  const chain = stationary(shape)
  const full = shape.servers + (shape.room ?? Infinity)
  return chain && timeAverage(chain, shape.arrivalRate, (n) => (n >= full ? 1 : 0))
}

export interface Chain {
  readonly first: number
  /** Probabilities of states first, first + 1, ...; they sum to 1. */
  readonly pi: Float64Array
}

/** Probabilities of the number in the system. Null as for `queueLength`. */
export function stationary({
  arrivalRate,
  meanService,
  servers,
  meanPatience = Infinity,
  room = Infinity,
}: MarkovShape): Chain | null {
  const erlangs = arrivalRate * meanService
  if (!(erlangs > 0 && erlangs < Infinity && meanService > 0)) {
    throw new AnalysisError('out-of-range', `needs positive rates, not ${arrivalRate} and ${meanService}`)
  }
  if (!(Number.isInteger(servers) && servers >= 1)) {
    throw new AnalysisError('out-of-range', `servers must be a whole number of 1 or more, not ${servers}`)
  }
  if (!(meanPatience > 0)) {
    throw new AnalysisError('out-of-range', `mean patience must be positive, not ${meanPatience}`)
  }
  if (!(room >= 0 && (room === Infinity || Number.isInteger(room)))) {
    throw new AnalysisError('out-of-range', `room must be a whole number of 0 or more, not ${room}`)
  }
  const last = servers + room
  if (erlangs >= servers && meanPatience === Infinity && last === Infinity) return null
  const leaving = meanService / meanPatience
  /** Birth rate into state n over death rate out of it. */
  const ratio = (n: number): number => erlangs / (Math.min(n, servers) + Math.max(0, n - servers) * leaving)
  // The last state that is entered at least as fast as it is left.
  const busiest = servers + Math.floor(leaving > 0 ? Math.max(0, erlangs - servers) / leaving : Infinity)
  const mode = erlangs < servers ? Math.floor(erlangs) : Math.min(last, busiest)
  if (!(mode < Number.MAX_SAFE_INTEGER)) return null
  // Outwards from the likeliest state, where no product can overflow.
  const down: number[] = []
  for (let n = mode, weight = 1; n > 0 && weight > NEGLIGIBLE; n--) {
    if (down.length > MOST_STATES) return null
    down.push((weight /= ratio(n)))
  }
  const up: number[] = [1]
  for (let n = mode + 1, weight = 1; n <= last && weight > NEGLIGIBLE; n++) {
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
