/**
 * What breaks first as load grows, and at how many times today's load: something that is used up, or an expectation that
 * no longer holds. The first is arithmetic on the point; the second is looked for, by bisection over the load.
 */
import type { Headroom, Sim } from '../contract/sim.ts'
import type { Point } from './fold.ts'
import { passes } from './judgement.ts'
import { HEADROOM, type Expectation } from './scenario/expectation.ts'

/** Multiples are found to this relative width, between these bounds. */
const RESOLUTION = 0.02
const LEAST = 1 / 16
const MOST = 16

/** What breaks first, and the multiples of the load between which it does. */
export interface Breaking {
  /** Null where nothing breaks at any load that was looked at. */
  readonly first: Headroom | null
  /** The largest load seen to hold; 0 where none was. */
  readonly low: number
  /** The smallest seen not to; Infinity where all of them hold. */
  readonly high: number
}

/** Resources give way at a load that is known exactly; null where the sim knows of none. */
export function firstUsedUp(sim: Sim, point: Point): Breaking | null {
  const [first] = (sim.resources?.(point) ?? []).toSorted((a, b) => a.multiple - b.multiple)
  return first === undefined ? null : { first, low: first.multiple, high: first.multiple }
}

/** What breaks first at a point; null where there is nothing that could. `measure`: the same point under more load. */
export async function headroomOf(
  sim: Sim,
  expectations: readonly Expectation[],
  point: Point,
  measure: (multiple: number) => Promise<Point>,
): Promise<Breaking | null> {
  const usedUp = firstUsedUp(sim, point)
  // What the point has no figure of does not break.
  const others = expectations.filter(({ metric }) => point.figures[metric] !== undefined)
  if (sim.underLoad === undefined || others.length === 0 || point.state === 'overloaded') return usedUp
  const broken = (at: Point): Expectation | undefined => others.find((one) => !passes(sim, [one], at))
  const today = broken(point)
  // A resource is used up at that multiple: whatever breaks there breaks because of it.
  const limits = expectations.flatMap(({ metric, value }) => (metric === HEADROOM ? [value] : []))
  // Where more headroom is asked for than is looked for, it is looked for: 16 is no answer to whether there is 20.
  const most = Math.max(MOST, ...limits.map((limit) => limit * (1 + RESOLUTION)))
  const ceiling = Math.min(most, usedUp?.low ?? most)
  let [low, high] = today ? [LEAST, 1] : [1, ceiling]
  if (high <= low) return usedUp
  let culprit = today
  let isSeenToHold = today === undefined
  for (;;) {
    // Where headroom is asked for it is looked at just there, so that no bracket straddles the limit.
    const limit = limits.find((one) => low < one && one < high)
    if (limit === undefined && high / low <= 1 + RESOLUTION) break
    const multiple = limit ?? Math.sqrt(low * high)
    const found = broken(await measure(multiple))
    if (found === undefined) {
      low = multiple
      isSeenToHold = true
    } else {
      high = multiple
      culprit = found
    }
  }
  if (culprit !== undefined) {
    return { first: { name: culprit.text, multiple: low }, low: isSeenToHold ? low : 0, high }
  }
  return { first: usedUp?.first ?? null, low: ceiling, high: usedUp?.high ?? Infinity }
}

/** The point with its headroom as a metric: the load seen to hold, and the bracket in which it ends. */
export function withHeadroom(point: Point, breaking: Breaking | null): Point {
  const value = breaking === null ? null : breaking.low
  const isBracketed = breaking !== null && breaking.high < Infinity
  const [low, high] = isBracketed ? [breaking.low, breaking.high] : [null, null]
  return { ...point, metrics: { ...point.metrics, [HEADROOM]: { unit: 'count', value, low, high } } }
}
