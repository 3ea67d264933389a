/** Replications, folded in their order, become one point: floating sums differ by order, so the order is fixed. */
import { boundedFigure, withinRange, type Range } from '../analysis/bounded.ts'
import type { Figure, FigureInterval } from '../analysis/figure.ts'
import { openFigure, rareFigure } from '../analysis/rare.ts'
import { widerInterval } from '../analysis/sequential.ts'
import { fewestEffective } from '../analysis/theory/run-length.ts'
import { distributionOfIn, figureOver, isPart, type NamedFigure } from '../contract/figure.ts'
import { isHalf, isOverloaded } from '../contract/overload.ts'
import type { Estimate, Measures, MetricSpec, PointResult, PointState } from '../contract/sim.ts'
import type { Plan } from './plan.ts'

/** A point as the runner knows it: the contract's, and how it was planned. */
export interface Point extends PointResult<unknown> {
  readonly plan: Plan
  /** Replications of the pilot when a stopping rule ended the run; null for a fixed number. */
  readonly pilot: number | null
}

const NOTHING = { value: null, low: null, high: null }

/** A point is overloaded when at least half of its replications are. It is stable only when every one is. */
export function foldState(states: readonly PointState[]): PointState {
  const overloaded = states.filter((state) => state === 'overloaded').length
  if (isHalf(overloaded, states.length)) return 'overloaded'
  return states.every((state) => state === 'stable') ? 'stable' : 'backlogged'
}

/** Whether a point cannot have this: it, or the system that is measured, is overloaded. */
export const isMeaningless = (
  { steadyState, overloadedBy }: Pick<MetricSpec, 'steadyState' | 'overloadedBy'>,
  { state, replications }: Pick<Point, 'state' | 'replications'>,
): boolean =>
  (state === 'overloaded' && steadyState === true) ||
  (overloadedBy !== undefined && isOverloaded(overloadedBy, replications))

export interface FoldRequest {
  readonly at: PointResult<unknown>['at']
  readonly plan: Plan
  /** All that the point shall have. */
  readonly figures: readonly NamedFigure[]
  readonly pilot: number | null
}

export function foldPoint(
  { at, plan, figures, pilot }: FoldRequest,
  replications: readonly Measures[],
): Point {
  const state = foldState(replications.map((measures) => measures.state))
  const found: Record<string, Figure> = {}
  const metrics: Record<string, Estimate> = {}
  for (const named of figures) {
    const { name, spec } = named
    const figure = isMeaningless(spec, { state, replications }) ? null : figureAt(named, replications, plan)
    metrics[name] = { unit: spec.unit, ...NOTHING }
    if (figure === null) continue
    found[name] = figure
    if (lacksSamples(named, figure, plan)) continue
    const interval = intervalOf(named, replications, { plan, pilot })
    metrics[name] = {
      unit: spec.unit,
      value: figure.value,
      low: interval?.low ?? null,
      high: interval?.high ?? null,
    }
  }
  return { at, params: plan.params, replications, state, metrics, figures: found, plan, pilot }
}

/** The figure over these replications, and what could not be looked into. */
export function figureAt(named: NamedFigure, replications: readonly Measures[], plan: Plan): Figure | null {
  const figure = lookedInto(named, replications, plan)
  const most = Math.max(0, ...replications.map(({ open }) => open?.[named.name]?.most ?? 0))
  return figure === null || most === 0 ? figure : openFigure(figure, most)
}

/** With the interval of a rare event where it was never seen, and the certainty that its ends give where it was. */
function lookedInto(named: NamedFigure, replications: readonly Measures[], plan: Plan): Figure | null {
  const figure = figureOver(named, replications)
  // What a percentile leaves above itself is counted anyway.
  if (figure === null || named.kind.kind === 'quantile') return figure
  const samples = figure.samples.filter((sample) => sample !== null)
  const isCounted = replications.some(({ chances }) => chances?.[named.name] !== undefined)
  // What may lie on either side of 0 has no end there, but where nothing else is possible.
  const isFree = named.spec.signed === true && !replications.every(({ unseen }) => unseen?.[named.name] === 0)
  const end = isFree ? null : endOf(named, samples, isCounted)
  if (end === null || !samples.every((sample) => sample === end)) {
    return boundedFigure(figure, rangeOf(named, replications))
  }
  const chances = replications.reduce((sum, one) => sum + chancesOf(named, one, plan), 0)
  const { mayExceed1 = false } = named.spec
  const most = isPart(named.spec) ? 1 : Infinity
  const known = replications.map(({ unseen }) => unseen?.[named.name] ?? most)
  return rareFigure(samples, chances, end === 0 ? Math.min(most, Math.max(...known)) : Infinity, mayExceed1)
}

/**
 * How often a replication could have shown what none did: as its sim says, else once a window. No share is of more fates than
 * values were observed: that of the calls over a fallback is not of all calls.
 */
function chancesOf({ name, spec, kind }: NamedFigure, replication: Measures, { windows }: Plan): number {
  const own = spec.unit === 'share' ? windows : spec.unit === 'count' ? 1 : Infinity
  if (kind.kind === 'metric') return replication.chances?.[name] ?? own
  if (own === Infinity) return own
  const fates = kind.kind === 'share' ? (replication.chances?.[kind.observation] ?? own) : own
  return Math.min(fates, distributionOfIn(replication, kind.observation).count)
}

/**
 * The end of what a figure can be, where one of its samples lies on it and none beyond: a share can be 0 and 1, a count 0,
 * and so can the mean of an observation, which is never negative, and whatever its sim has counted the chances of. Null
 * elsewhere.
 */
function endOf(
  { spec: { unit }, kind }: NamedFigure,
  samples: readonly number[],
  isCounted: boolean,
): 0 | 1 | null {
  const hasZero = unit === 'share' || unit === 'count' || kind.kind === 'mean' || isCounted
  if (hasZero && samples.includes(0) && samples.every((sample) => sample >= 0)) return 0
  if (unit === 'share' && samples.includes(1) && samples.every((sample) => sample >= 0 && sample <= 1))
    return 1
  return null
}

/**
 * Between which ends a mean lies. No observation is negative, nor is a metric that is not said to be signed, and no part of a whole
 * exceeds it. What a replication shows to be otherwise is not held to it.
 */
function rangeOf({ name, spec, kind }: NamedFigure, replications: readonly Measures[]): Range {
  const seen = kind.kind === 'metric' ? replications.flatMap(({ metrics }) => metrics[name] ?? []) : []
  const isShare = (kind.kind === 'metric' || kind.kind === 'share') && isPart(spec)
  return {
    least: spec.signed === true || seen.some((value) => value < 0) ? -Infinity : 0,
    most: isShare && seen.every((value) => value <= 1) ? 1 : Infinity,
  }
}

/** The interval a point shows: at the end of a sequential run the wider of Student's and Stein's. */
export function intervalOf(
  named: NamedFigure,
  replications: readonly Measures[],
  { plan, pilot }: { readonly plan: Plan; readonly pilot: number | null },
): FigureInterval | null {
  const look = (n: number): FigureInterval | null =>
    figureAt(named, replications.slice(0, n), plan)?.interval() ?? null
  const interval = widerInterval(look, replications.length, pilot)
  // However skewed its few values are, none of it lies where the figure cannot.
  return interval && withinRange(interval, rangeOf(named, replications))
}

/**
 * Effective observations behind a figure: by theory where it is known, else as the replications scatter. Null for a single
 * replication that nothing is known about.
 */
export function effectiveAt({ name, spec }: NamedFigure, figure: Figure, plan: Plan): number | null {
  const known = spec.steadyState === true && plan.time !== null ? plan.known(name) : null
  return known === null ? figure.effective : (figure.replications * plan.time!.span) / known.variance
}

/**
 * A quantile with fewer than 100 effective exceedances is no figure, nor is a mean of nothing but zeros where too few were
 * seen: its interval would have no width. The length chosen to reach 100 may miss it by rounding.
 */
function lacksSamples(named: NamedFigure, figure: Figure, plan: Plan): boolean {
  const isNothing = named.kind.kind === 'mean' && figure.value === 0 && plan.known(named.name) !== null
  if (named.kind.kind !== 'quantile' && !isNothing) return false
  const effective = effectiveAt(named, figure, plan)
  const fewest = fewestEffective(plan.isSteady && named.spec.steadyState === true, figure.replications)
  return effective !== null && effective < fewest * (1 - 1e-9)
}

export function sumCounters(replications: readonly Measures[]): Record<string, number> {
  const total: Record<string, number> = {}
  for (const measures of replications) {
    for (const [name, count] of Object.entries(measures.counters)) total[name] = (total[name] ?? 0) + count
  }
  return total
}
