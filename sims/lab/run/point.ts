/** One point: replications until the stopping rule is content, folded in replication order. */
import { sequential, type Look } from '../analysis/sequential.ts'
import type { NamedFigure } from '../contract/figure.ts'
import type { Measures, PointResult } from '../contract/sim.ts'
import type { Experiment } from './experiment.ts'
import { figureAt, foldPoint, type Point } from './fold.ts'
import type { Plan } from './plan.ts'

export interface PointRequest {
  readonly at: PointResult<unknown>['at']
  readonly plan: Plan
  /** All figures of the point. */
  readonly figures: readonly NamedFigure[]
  /** Those that must become precise. */
  readonly watched: readonly NamedFigure[]
}

/** Thrown when a run was interrupted before a single replication of a point was complete. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted before the first replication was complete')
    this.name = 'Interrupted'
  }
}

/**
 * Measures a point. When the run is interrupted, the replications that are complete, up to the first that is not,
 * are folded and returned: a prefix, so that early finishers do not bias the result.
 */
export async function measurePoint(
  experiment: Experiment,
  request: PointRequest,
  signal: AbortSignal,
): Promise<Point> {
  const { at, plan, figures, watched } = request
  const { until, params } = plan
  const replications: Measures[] = []
  for (;;) {
    const step = sequential(looksAt(watched, replications, plan), replications.length, until)
    if (step.kind === 'stop') {
      return foldPoint({ at, plan, figures, pilot: step.pilot }, replications.slice(0, step.used))
    }
    // A stopped run starts nothing more, not even what would only be told beside the answer.
    if (signal.aborted) throw new Interrupted()
    const wanted = Array.from({ length: step.total }, (_, replication) => replication)
    const settled = await Promise.allSettled(
      wanted.map((replication) => experiment.measures(params, replication)),
    )
    const failed = settled.findIndex((result) => result.status === 'rejected')
    if (failed !== -1 && !signal.aborted) throw (settled[failed] as PromiseRejectedResult).reason
    const complete = failed === -1 ? settled : settled.slice(0, failed)
    if (complete.length === 0) throw new Interrupted()
    replications.splice(
      0,
      Infinity,
      ...complete.map((one) => (one as PromiseFulfilledResult<Measures>).value),
    )
    const point = foldPoint({ at, plan, figures, pilot: null }, replications)
    if (signal.aborted || point.state === 'overloaded') return point
  }
}

const looksAt = (watched: readonly NamedFigure[], replications: readonly Measures[], plan: Plan): Look[] =>
  watched.map((named) => (n) => {
    const figure = figureAt(named, replications.slice(0, n), plan)
    const interval = figure?.interval() ?? null
    // A percentile of few and unequal replications has no upper end yet, what one alone has observed no interval.
    const isOpen = named.kind.kind !== 'metric' && figure !== null && figure.value !== null && n > 1
    return interval === null && isOpen ? 'more' : interval
  })
