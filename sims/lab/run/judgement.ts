/**
 * Expectations held against points. Three questions, from lax to strict: does the estimate meet the limit, does it surely
 * (a one-sided test at the limit itself), does it surely not. The test needs no printed figure: that a p99 is above 5 ms may
 * be certain long before its value is.
 */
import { chancesFor } from '../analysis/rare.ts'
import type { Estimate, ExpectationDocument } from '../contract/document.ts'
import type { Sim } from '../contract/sim.ts'
import type { Point } from './fold.ts'
import { clear, holds, HEADROOM, type Expectation } from './scenario/expectation.ts'

/** One side of a 95 % interval. */
export const CERTAIN = 0.975

export function judgeExpectation(expectation: Expectation, point: Point): ExpectationDocument {
  const { text, metric, unit } = expectation
  const { value, low, high } = point.metrics[metric]!
  return {
    text,
    metric,
    unit,
    at: point.at,
    ok: meets(expectation, point),
    value,
    low,
    high,
    clear: low === null || high === null ? null : clear(expectation, low, high),
  }
}

/**
 * True when the estimate meets the expectation. The estimate, and not what is printed of it: a percentile of too few
 * observations is not printed, but that it is far below a limit may be certain.
 */
function meets(expectation: Expectation, point: Point): boolean {
  const { metric } = expectation
  const value = metric === HEADROOM ? point.metrics[HEADROOM]!.value : point.figures[metric]?.value
  return value !== null && value !== undefined && holds(expectation, value)
}

/** Confidence, 0..1, that the truth meets the expectation; null where nothing can be said. */
function confidenceIn(expectation: Expectation, point: Point): number | null {
  const { metric, op, value: limit } = expectation
  if (metric === HEADROOM) return confidenceInHeadroom(expectation, point.metrics[HEADROOM])
  if (op === '==') {
    // Exactly the limit is at most and at least the limit: no surer than either.
    const sides = (['<=', '>='] as const).map((side) => confidenceIn({ ...expectation, op: side }, point))
    return sides.reduce((least, side) => (least === null || side === null ? null : Math.min(least, side)))
  }
  // Not above the limit is at most the limit: `>` and `<=` are each other's opposite.
  const below = point.figures[metric]?.confidenceBelow(limit, op === '<=' || op === '>') ?? null
  if (below === null) return null
  return op === '<' || op === '<=' ? below : 1 - below
}

/** Headroom lies in a bracket whose lower end was seen to hold and whose upper end was not: outside it all is decided. */
function confidenceInHeadroom(expectation: Expectation, headroom: Estimate | undefined): number | null {
  if (headroom === undefined || headroom.value === null) return null
  const { value, low, high } = headroom
  const top = low === null || high === null || low === high ? value : high * (1 - 2 ** -50)
  return (Number(holds(expectation, low ?? value)) + Number(holds(expectation, top))) / 2
}

/** True when the expectation surely holds or surely does not, at either end of a 95 % interval. */
export function isDecided(expectation: Expectation, point: Point): boolean {
  const confidence = confidenceIn(expectation, point)
  return confidence !== null && (confidence >= CERTAIN || confidence <= 1 - CERTAIN)
}

/**
 * True when the limit is where the figure's interval ends and its estimate lies: nothing may be lost, and nothing was. More
 * replications would not decide it.
 */
export function isAtItsEnd({ metric, value: limit }: Expectation, point: Point): boolean {
  const interval = point.figures[metric]?.interval() ?? null
  return interval?.value === limit && (interval.low === limit || interval.high === limit)
}

/**
 * How often chance must have had its say for this to be sure, of a figure that was never seen, or always; null where it is
 * sure already, or nothing can make it so.
 */
export function chancesWanted(expectation: Expectation, point: Point): number | null {
  const { metric, value: limit } = expectation
  const figure = point.figures[metric]
  if (figure?.chances === undefined || isDecided(expectation, point) || isAtItsEnd(expectation, point))
    return null
  const wanted = chancesFor(Math.abs(figure.value! - limit), CERTAIN)
  // What more of the same cannot settle is another matter.
  return wanted > figure.chances ? wanted : null
}

/**
 * True when a percentile is left open by nothing but having two replications: its interval lies on one side of the limit, but of
 * two that agree by chance nobody knows how much their observations are worth. A third mostly tells.
 */
export function wantsThird(expectation: Expectation, point: Point): boolean {
  const { metric, figure: named } = expectation
  if (named?.kind.kind !== 'quantile' || point.replications.length !== 2) return false
  const interval = point.figures[metric]?.interval() ?? null
  return (
    interval !== null && clear(expectation, interval.low, interval.high) && !isDecided(expectation, point)
  )
}

/** True when the run leaves open whether the figure is exactly what it is expected to be: no longer one would close that. */
export const isExactly = (expectation: Expectation, point: Point): boolean =>
  expectation.op === '==' && point.figures[expectation.metric] !== undefined && !isDecided(expectation, point)

/** True when something is used up below today's load: nothing passes then, whatever the expectations say. */
export const isUsedUp = (sim: Sim, point: Point): boolean =>
  (sim.resources?.(point) ?? []).some(({ multiple }) => multiple < 1)

/** True when the estimates meet every expectation; an overloaded point never does. */
export function passes(sim: Sim, expectations: readonly Expectation[], point: Point): boolean {
  if (point.state === 'overloaded' || isUsedUp(sim, point)) return false
  return expectations.every((one) => meets(one, point))
}

/** True when every expectation is met with this confidence, one-sided. */
export function surelyPasses(
  sim: Sim,
  expectations: readonly Expectation[],
  point: Point,
  confidence: number,
): boolean {
  if (point.state === 'overloaded' || isUsedUp(sim, point)) return false
  return expectations.every((one) => (confidenceIn(one, point) ?? 0) >= confidence)
}

/** True when some expectation is surely missed, something is used up, or the point is overloaded. */
export function surelyFails(
  sim: Sim,
  expectations: readonly Expectation[],
  point: Point,
  certainty = CERTAIN,
): boolean {
  if (point.state === 'overloaded' || isUsedUp(sim, point)) return true
  return expectations.some((one) => (confidenceIn(one, point) ?? 1) <= 1 - certainty)
}
