/**
 * Queues with priorities: who waits how long when the more urgent class always goes first, but nobody is interrupted.
 *
 * Cobham, "Priority assignment in waiting line problems", Oper. Res. 2, 1954; for c servers Kella & Yechiali, "Waiting times
 * in the non-preemptive priority M/M/c queue", Stochastic Models 1, 1985. With sigma(k) the load of the classes
 * 1 .. k (1 the most urgent) as a share of capacity, and W0 the mean time until a server comes free,
 *
 *     W(k) = W0 / ((1 - sigma(k-1)) (1 - sigma(k)))
 *
 * W0 is the sum of lambda(i) E[S(i)^2] / 2 on one server, of any distribution; on c servers with one exponential service
 * time it is Erlang's C times E[S] / c. A class whose own load and that of those before it reaches capacity has no steady
 * state, but those before it keep theirs: then a server is never idle, and in what time is left it serves that class.
 */
import { AnalysisError } from '../error.ts'
import { erlangC } from './erlang.ts'

export interface PriorityClass {
  /** 1/s. */
  readonly arrivalRate: number
  /** s. */
  readonly meanService: number
  /** Squared coefficient of variation of the service time; default 1. */
  readonly scv?: number
}

/** M/G/1 without interruption: the mean wait of each class, most urgent first; s. Null for those that never settle. */
export function cobham(classes: readonly PriorityClass[]): (number | null)[] {
  for (const { arrivalRate, meanService, scv = 1 } of classes) {
    if (
      !(arrivalRate >= 0 && arrivalRate < Infinity && meanService > 0 && meanService < Infinity && scv >= 0)
    ) {
      throw new AnalysisError(
        'out-of-range',
        `a class needs a rate of 0 or more, a positive service time and an scv of 0 or more, not ${arrivalRate}, ${meanService}, ${scv}`,
      )
    }
  }
  let residual = 0
  let used = 0
  for (const { arrivalRate, meanService, scv = 1 } of classes) {
    // Of the class that fills the servers only so much is served as is left; those behind it get nothing.
    const load = Math.min(arrivalRate * meanService, 1 - used)
    residual += (load * meanService * (1 + scv)) / 2
    used += load
  }
  return waits(
    residual,
    classes.map(({ arrivalRate, meanService }) => arrivalRate * meanService),
  )
}

/**
 * M/M/c with one exponential service time for all classes, without interruption: the mean wait of each, most urgent first;
 * s. Null for those that never settle.
 */
export function cobhamServers(
  arrivalRates: readonly number[],
  meanService: number,
  servers: number,
): (number | null)[] {
  const erlangs = arrivalRates.reduce((sum, rate) => sum + rate, 0) * meanService
  const busy = erlangC(servers, erlangs) ?? 1
  return waits(
    (busy * meanService) / servers,
    arrivalRates.map((rate) => (rate * meanService) / servers),
  )
}

function waits(residual: number, loads: readonly number[]): (number | null)[] {
  let before = 0
  return loads.map((load) => {
    const upTo = before + load
    const wait = upTo < 1 ? residual / ((1 - before) * (1 - upTo)) : null
    before = upTo
    return wait
  })
}
