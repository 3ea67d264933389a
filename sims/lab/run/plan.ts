/**
 * How long a point is watched: as the scenario says, else as long as its question needs where that is affordable.
 *
 * A steady-state question needs 100 effective observations of each figure that it asks about, and a mean asked for to 3 %
 * needs more. Where theory knows what that takes, a scenario that gives no span gets it, shared out over the replications,
 * each with five relaxation times of warm-up before; where the scenario gives the span, it takes as many replications as
 * that needs, within the number allowed.
 */
import type { NamedFigure } from '../contract/figure.ts'
import type { KnownFigure } from '../contract/sim.ts'
import { plannedAtLimit } from './at-limit.ts'
import { windowsIn } from '../analysis/rare.ts'
import { PILOT } from '../analysis/sequential.ts'
import { FEWEST_EFFECTIVE, shareVariance, WARM_UP } from '../analysis/theory/run-length.ts'
import type { Scenario, Until } from './scenario/load.ts'

export interface Plan {
  /** With its times filled in. */
  readonly params: unknown
  /** Of one replication, s; null for a sim that does not say. */
  readonly time: { readonly span: number; readonly warmUp: number; readonly chosen: boolean } | null
  /** Null where unknown, or where there is no steady state. */
  readonly relaxation: number | null
  readonly isSteady: boolean
  /** Independent windows of one replication. */
  readonly windows: number
  readonly until: Until
  /** Shorter than the question needs, to look whether that is needed at all. */
  readonly isScout?: boolean
  readonly known: (figure: string) => KnownFigure | null
}

/** Half as much again as the least: the chosen length must not be sound by a hair. */
const AMPLE = 1.5
/** A choice of ours costs at most so many arrivals in all, and half as many before: some ten seconds of one core. */
const AFFORDABLE = 40e6
const AFFORDABLE_WARM_UP = AFFORDABLE / 2
/** Arrivals of a replication when there is no steady state to wait for. */
const HOPELESS = 1e5
/** Of the span, where nobody knows how long the start is remembered. */
const BLIND_WARM_UP = 0.2
const Z = 1.96

export function planPoint(scenario: Scenario, params: unknown, asked: readonly NamedFigure[]): Plan {
  const { sim, horizon, until } = scenario
  const { steady } = sim
  const isSteady = horizon === 'steady'
  const relaxation = (isSteady && steady?.relaxation?.(params)) || null
  const known = (figure: string): KnownFigure | null => (isSteady && steady?.known?.(params, figure)) || null
  // In a span too the system remembers for so long, as long as nothing but chance moves it.
  const isMovedByChance = (steady?.refuses?.(params) ?? null) === null
  const remembered = isMovedByChance ? (steady?.relaxation?.(params) ?? null) : null
  const windowsOf = (span: number | null): number =>
    sim.windows?.(params) ?? (span === null ? 1 : windowsIn(span, remembered))
  if (!steady) return { params, time: null, relaxation, isSteady, windows: windowsOf(null), until, known }

  const figures = asked.filter(({ spec }) => spec.steadyState === true)
  const given = steady.span(params)
  const rate = steady.arrivalRate(params)
  /** A share that is too rare to be seen as often as that takes is far from its limit: to see that is enough. */
  const takes = (figure: NamedFigure): KnownFigure | null => {
    const own = known(figure.name)
    if (own === null || lengthFor(own, null) <= AFFORDABLE / rate) return own
    const atLimit = plannedAtLimit(scenario, figure, { params, relaxation })
    return atLimit !== null && atLimit.variance < own.variance ? atLimit : own
  }
  const needed = isSteady ? Math.max(0, ...figures.map((figure) => lengthFor(takes(figure), null))) : 0
  const replications = until.halfWidth === null ? until.min : pilotOf(until)
  /** What a total of arrivals is in seconds of one replication. */
  const each = (arrivals: number): number => arrivals / rate / replications
  const preciseBy = (by: (figure: NamedFigure) => KnownFigure | null): number =>
    Math.max(0, ...figures.map((figure) => lengthFor(by(figure), preciseFor(figure, until))))
  const choose = (): number => {
    if (relaxation === null) return HOPELESS / rate
    const quantiles = figures.flatMap(({ kind }) => (kind.kind === 'quantile' ? [kind.p] : []))
    const unknown = needed === 0 ? relaxation * relaxationsFor(quantiles) : 0
    const inAll = Math.max(AMPLE * needed, preciseBy(takes), unknown)
    return Math.min(each(AFFORDABLE), Math.max(inAll / replications, relaxation))
  }
  const span = given ?? choose()
  const blind =
    relaxation === null ? BLIND_WARM_UP * span : Math.min(each(AFFORDABLE_WARM_UP), WARM_UP * relaxation)
  const warmUp = steady.warmUp(params) ?? (isSteady ? blind : 0)
  // What the affordable length is too short for, many times that length is not affordable for either: the trust check says so.
  const precise = preciseBy(({ name }) => known(name))
  const isCut = given === null && Math.max(needed, precise) > span * replications * (1 + 1e-9)
  const most = isCut ? replications : until.max
  const least = Math.min(most, Math.max(until.min, Math.ceil(needed / span)))
  return {
    params: steady.withTimes(params, { span, warmUp }),
    time: { span, warmUp, chosen: given === null },
    relaxation,
    isSteady,
    windows: windowsOf(span),
    until: { ...until, min: least, max: most },
    known,
  }
}

/**
 * Relaxation times of a run whose figures nothing is known of. A quantile that is zero, as so few wait, is shown by as many
 * customers as one that is not: 100 effective exceedances of its share.
 */
const relaxationsFor = (quantiles: readonly number[]): number =>
  AMPLE * FEWEST_EFFECTIVE * Math.max(1, ...quantiles.map((p) => shareVariance(1 - p, 1)))

/** A scout's share of a chosen span. */
const SCOUT = 1 / 16

/** The same plan at a sixteenth of the length, where the length was ours to choose; null where it was given. */
export function scoutOf(scenario: Scenario, plan: Plan): Plan | null {
  const { time } = plan
  const { steady } = scenario.sim
  if (!time?.chosen || !steady) return null
  const span = time.span * SCOUT
  const until = { ...plan.until, halfWidth: null, max: plan.until.min }
  const params = steady.withTimes(plan.params, { ...time, span })
  return { ...plan, params, time: { ...time, span }, until, isScout: true }
}

const pilotOf = ({ min, max }: Until): number => Math.min(max, Math.max(min, PILOT))

/** A mean to the half-width asked for; a quantile is left to the stopping rule, which measures its slope. */
const preciseFor = ({ kind }: NamedFigure, { halfWidth }: Until): number | null =>
  kind.kind === 'quantile' ? null : halfWidth

/** Seconds in all for 100 effective observations, or for a relative half-width. */
function lengthFor(known: KnownFigure | null, halfWidth: number | null): number {
  if (known === null) return 0
  return known.variance * Math.max(FEWEST_EFFECTIVE, halfWidth === null ? 0 : AMPLE * (Z / halfWidth) ** 2)
}
