/** One point: replications until the stopping rule is content, folded in replication order. */
import { nextReplications, type WatchedMetric } from '../analysis/stopping.ts'
import type { Measures, PointResult } from '../contract/sim.ts'
import type { Experiment } from './experiment.ts'
import { foldPoint } from './fold.ts'

export interface Until {
  /** Relative half-width of the 95 % interval to reach; null: exactly `min` replications. */
  readonly halfWidth: number | null
  readonly min: number
  readonly max: number
}

/** A metric that must become precise; `enough` is an absolute half-width that will do whatever the mean. */
export type Watched = Pick<WatchedMetric, 'name' | 'enough'>

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
  watched: readonly Watched[],
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
    const replications = complete.map((result) => (result as PromiseFulfilledResult<Measures>).value)
    const point = foldPoint(experiment.sim.metrics, at, params, replications)
    if (signal.aborted || until.halfWidth === null || point.state === 'overloaded') return point
    const metrics = watched.map((watch): WatchedMetric => {
      const values = replications.map((measures) => measures.metrics[watch.name] ?? null)
      return { ...watch, values }
    })
    const next = nextReplications(metrics, replications.length, until)
    if (next.kind !== 'run')
      return foldPoint(experiment.sim.metrics, at, params, replications.slice(0, next.used))
    wanted = next.total
  }
}
