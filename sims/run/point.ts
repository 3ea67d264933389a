/** One point: replications until the stopping rule is content, folded in replication order. */
import { replicationsWanted } from '../analysis/stopping.ts'
import type { PointResult } from '../sim.ts'
import type { Experiment } from './experiment.ts'
import { foldPoint } from './fold.ts'

export interface Until {
  /** Relative half-width of the 95 % interval to reach; null: exactly `min` replications. */
  readonly halfWidth: number | null
  readonly min: number
  readonly max: number
}

export interface PointRequest {
  readonly at: PointResult<unknown>['at']
  readonly params: unknown
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
  { at, params }: PointRequest,
  until: Until,
  watched: readonly string[],
  signal: AbortSignal,
): Promise<PointResult<unknown>> {
  let wanted = until.min
  for (;;) {
    const settled = await Promise.allSettled(
      Array.from({ length: wanted }, (_, replication) => experiment.measures(params, replication)),
    )
    const failed = settled.findIndex((result) => result.status === 'rejected')
    if (failed !== -1 && !signal.aborted) throw (settled[failed] as PromiseRejectedResult).reason
    const complete = failed === -1 ? settled : settled.slice(0, failed)
    if (complete.length === 0) throw new Interrupted()
    const replications = complete.map((result) => (result as PromiseFulfilledResult<never>).value)
    const point = foldPoint(experiment.sim.metrics, at, params, replications)
    if (signal.aborted || until.halfWidth === null || point.state === 'overloaded') return point
    const samples = watched.map((metric) => point.replications.map((measures) => measures.metrics[metric] ?? 0))
    const next = replicationsWanted(samples, until)
    if (next <= wanted) return point
    wanted = next
  }
}
