/** What points swept over load say of one policy: up to where it is safe, and from where on an outage does not end. */
import type { PointResult } from '../lab/contract/sim.ts'
import type { MetricName } from './metrics.ts'
import type { OutageParams } from './params.ts'

export type Point = PointResult<OutageParams>

/** Goodput that counts as whole, and as none. */
const WHOLE = 0.9
const NONE = 0.1

export interface Edge {
  readonly policy: string
  /** The highest load swept at which, as at all below, goodput came back whole after the outage; null for none. */
  readonly safe: number | null
  /** The lowest load swept at which it did not; null for none. */
  readonly lost: number | null
  /** The highest load swept at which goodput came back on the way down from a collapse. */
  readonly back: number | null
}

export const valueOf = ({ metrics }: Point, metric: MetricName): number | null =>
  metrics[metric]?.value ?? null

/** One edge a policy, in the order of the points. */
export function edgesOf(points: readonly Point[]): Edge[] {
  return [...Map.groupBy(points, ({ params }) => params.policy)].map(([policy, group]) => {
    const loads = (holds: (point: Point) => boolean): number[] =>
      group.filter(holds).map(({ params }) => params.load)
    const isAtLeast = (metric: MetricName) => (point: Point) => (valueOf(point, metric) ?? 0) >= WHOLE
    const lost = Math.min(...loads((point) => (valueOf(point, 'goodputAfter') ?? 1) <= NONE))
    const partly = Math.min(...loads((point) => !isAtLeast('goodputAfter')(point)))
    const safe = loads(isAtLeast('goodputAfter')).filter((load) => load < partly)
    const back = loads(isAtLeast('goodputDownwards'))
    const most = (values: readonly number[]): number | null =>
      values.length === 0 ? null : Math.max(...values)
    return { policy, safe: most(safe), lost: lost < Infinity ? lost : null, back: most(back) }
  })
}
