/** Replications, folded in their order, become one point: floating sums differ by order, so the order is fixed. */
import { studentInterval } from '../analysis/interval.ts'
import type { Estimate, Measures, MetricSpec, PointResult, PointState } from '../contract/sim.ts'

const NON_NEGATIVE = new Set(['s', 'share', 'count', 'bytes', '1/s', 'bit/s'])

/** Mean and 95 % interval; without bounds for one value, all null when any replication lacks the metric. */
export function estimate(unit: string, values: readonly (number | null)[]): Estimate {
  const present = values.filter((value) => value !== null)
  if (present.length === 0 || present.length < values.length) {
    return { unit, value: null, low: null, high: null }
  }
  const { value, low, high } = studentInterval(present)
  // A quantity of a kind that cannot be negative has no interval below zero, however skewed its few values are.
  const isBounded = NON_NEGATIVE.has(unit) && present.every((one) => one >= 0)
  return { unit, value, low: low !== null && isBounded ? Math.max(0, low) : low, high }
}

/**
 * A point is overloaded when at least half of its replications are: near the edge single replications cross it by
 * chance. It is stable only when every one is.
 */
export function foldState(states: readonly PointState[]): PointState {
  const overloaded = states.filter((state) => state === 'overloaded').length
  if (2 * overloaded >= states.length) return 'overloaded'
  return states.every((state) => state === 'stable') ? 'stable' : 'backlogged'
}

export function foldPoint<P>(
  metrics: Readonly<Record<string, MetricSpec>>,
  at: PointResult<P>['at'],
  params: P,
  replications: readonly Measures[],
): PointResult<P> {
  const state = foldState(replications.map((measures) => measures.state))
  const estimates = Object.entries(metrics).map(([name, spec]) => {
    const isMeaningless = state === 'overloaded' && spec.steadyState === true
    const values = replications.map((measures) => (isMeaningless ? null : (measures.metrics[name] ?? null)))
    return [name, estimate(spec.unit, values)] as const
  })
  return { at, params, replications, state, metrics: Object.fromEntries(estimates) }
}

export function sumCounters(replications: readonly Measures[]): Record<string, number> {
  const total: Record<string, number> = {}
  for (const measures of replications) {
    for (const [name, count] of Object.entries(measures.counters)) total[name] = (total[name] ?? 0) + count
  }
  return total
}
