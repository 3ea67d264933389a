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

import { leavingQueue } from './abandonment.ts'
import { fullness, queueLength, type MarkovShape, type TimeAverage } from './birth-death.ts'

/** What theory knows of a figure of a steady state, in seconds. */
export interface KnownFigure {
  /** Relative asymptotic variance: T seconds are worth T / variance effective observations. */
  readonly variance: number
  /** Area that an empty start loses, relative to the figure; where it is not given, a relaxation time is a fair guess. */
  readonly bias?: number
}

/** Effective observations below which a figure is none. */
export const FEWEST_EFFECTIVE = 100

/** A replication of a span is to hold so many of its own before its share may pass for normal. */
const FEWEST_EACH = 10

/**
 * Effective observations that a figure takes: 100 of a steady state. Replications of a span are alike whole stretches, each
 * of which has its own share beyond a limit; where each holds ten, a few of them do.
 */
export const fewestEffective = (isSteady: boolean, replications: number): number =>
  isSteady ? FEWEST_EFFECTIVE : Math.min(FEWEST_EFFECTIVE, FEWEST_EACH * replications)

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
  return Math.max(
    markov * Math.min(1, (1 + serviceScv) / 2),
    (2 * load * (1 + serviceScv) * meanService) / (1 - load) ** 2,
  )
}

/** A quantile is surely zero where fewer than this part of those beyond it wait at all. */
const EDGE = 0.5

/** Relative asymptotic variance of a share q of customers beyond a limit, in seconds: N = T over this. */
export function shareVariance(q: number, relaxation: number): number {
  return (2 / q) * (1 - q - q * Math.log(1 / q)) * (relaxation / 2)
}

/** One queue with Poisson arrivals, whose customers may lose patience or find no room: what its figures take. */
export interface QueueShape extends MarkovShape {
  /** Squared coefficient of variation of the service time; default 1, exponential. */
  readonly serviceScv?: number
}

export interface SteadyKnowledge {
  readonly relaxation: number
  /** The mean wait, and the mean number waiting. Null where the states are too many to sum. */
  readonly meanWait: KnownFigure | null
  /** The shares of customers who lose patience and who find no room; null where none do. */
  readonly abandoned: KnownFigure | null
  readonly lost: KnownFigure | null
  /** The share of customers who wait longer than some limit, when that share is q. */
  share(q: number): KnownFigure
  /** The p-quantile of the wait; null when it is 0 as far fewer wait: at the edge, zero takes as long to tell as any other. */
  waitQuantile(p: number): KnownFigure | null
}

/**
 * Relaxation time of a queue that bounds itself, s; null where it does not and has no steady state. With patience, two copies
 * of the system lose a difference of one customer as fast as the slower of service and patience takes one away; with room
 * for K, the spectral gap of a queue between two walls (Morse 1955; Karlin & McGregor 1957 for one server) is a lower bound.
 */
function relaxationOfShape(shape: QueueShape): number | null {
  const { arrivalRate, meanService, servers, serviceScv = 1 } = shape
  const { meanPatience = Infinity, room = Infinity } = shape
  const capacity = servers / meanService
  const wall = Math.sqrt(arrivalRate * capacity) * (Math.PI / (room + 1)) ** 2
  const gap = (Math.sqrt(capacity) - Math.sqrt(arrivalRate)) ** 2 + wall
  const bounds = [
    relaxationOf(arrivalRate, meanService, servers, serviceScv) ?? Infinity,
    ...(meanPatience < Infinity ? [Math.max(meanService, meanPatience)] : []),
    ...(room < Infinity ? [Math.max(meanService, 1 / gap) * Math.max(1, (1 + serviceScv) / 2)] : []),
  ]
  const relaxation = Math.min(...bounds)
  return relaxation < Infinity ? relaxation : null
}

/** Null at and above saturation, unless the queue bounds itself: there is no steady state to know. */
export function steadyQueue({ serviceScv = 1, ...shape }: QueueShape): SteadyKnowledge | null {
  const relaxation = relaxationOfShape({ ...shape, serviceScv })
  if (relaxation === null) return null
  // Service that scatters more makes longer busy periods, in proportion to (1 + scv) / 2 as the wait itself.
  const scatter = Math.max(1, (1 + serviceScv) / 2)
  const queue = leavingQueue(shape)
  const known = (average: TimeAverage | null): KnownFigure | null =>
    average && average.mean > 0
      ? {
          variance: (scatter * average.variance) / average.mean ** 2,
          bias: (scatter * Math.abs(average.bias)) / average.mean,
        }
      : null
  // Customers are counted one by one besides: a share of them scatters as a Poisson number does.
  const counted = (figure: KnownFigure | null, share: number): KnownFigure | null =>
    figure && share > 0 ? { ...figure, variance: figure.variance + 1 / (shape.arrivalRate * share) } : null
  const meanWait = known(queueLength(shape))
  const delayed = queue?.delayed ?? 1
  const share = (q: number): KnownFigure => ({ variance: shareVariance(q, relaxation), bias: 2 * relaxation })
  return {
    relaxation,
    meanWait,
    abandoned: counted(meanWait, queue?.abandoned ?? 0),
    lost: counted(shape.room === undefined ? null : known(fullness(shape)), queue?.lost ?? 0),
    share,
    waitQuantile: (p) => (delayed <= EDGE * (1 - p) ? null : share(1 - p)),
  }
}
