/**
 * M/G/1 with vacations: a server that finds nobody waiting is away for a while, again and again until it finds somebody on
 * its return. Capacity that is lent out while there is nothing to do, and not called back, does that.
 *
 * Fuhrmann & Cooper, "Stochastic decompositions in the M/G/1 queue with generalized vacations", Oper. Res. 33, 1985: the
 * wait is that of M/G/1 and, independent of it, what is left of a vacation that is under way: E[V^2] / (2 E[V]) on average.
 */
import { AnalysisError } from '../error.ts'
import { mg1 } from './queues.ts'

export interface Vacation {
  /** s, above 0. */
  readonly mean: number
  /** Squared coefficient of variation; 0 for one length. */
  readonly scv: number
}

/** Mean wait, s; null at or beyond saturation. `scv` is that of the service time. */
export function vacationWait(
  arrivalRate: number,
  meanService: number,
  scv: number,
  vacation: Vacation,
): number | null {
  if (!(vacation.mean > 0 && vacation.mean < Infinity && vacation.scv >= 0)) {
    throw new AnalysisError(
      'out-of-range',
      `a vacation needs a positive mean and an scv of 0 or more, not ${vacation.mean}, ${vacation.scv}`,
    )
  }
  const queue = mg1(arrivalRate, meanService, scv)
  return queue && queue.meanWait + (vacation.mean * (1 + vacation.scv)) / 2
}
