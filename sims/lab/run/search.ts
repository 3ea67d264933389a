/**
 * Capacity search: the smallest value that meets every expectation at every point of the sweep, by bisection.
 *
 * Every value is measured with the same replication numbers, so neighbours share their random numbers and their
 * order is sharp. The answer's interval comes from the same bisection with stricter and laxer eyes: the smallest
 * value that may pass, and the smallest that surely does, given the intervals of the metrics.
 *
 * Bisection assumes that more capacity never hurts. Where all values are judged from one world, that is checked.
 */
import type { Interval, PointResult } from '../contract/sim.ts'
import type { At } from '../contract/document.ts'
import { mayPass, passes, surelyPasses } from './judgement.ts'
import { Interrupted, type Until } from './point.ts'
import type { Scenario } from './scenario/load.ts'

type Point = PointResult<unknown>

export interface Found {
  /** Null when no value in the range meets the expectations. */
  readonly value: Interval | null
  /** All points measured, ascending in the searched parameter. */
  readonly points: Point[]
  /** The points at the found value; at the largest measured one when none was found. */
  readonly answered: Point[]
  readonly warnings: string[]
}

export interface SearchRequest {
  readonly scenario: Scenario
  readonly grid: readonly At[]
  readonly measure: (at: At, until?: Until) => Promise<Point>
  readonly isJudged: boolean
  readonly signal: AbortSignal
}

/** Index of the first value for which `passes` holds, assuming it then holds for all later ones; else `count`. */
export async function firstPassing(
  count: number,
  passes: (index: number) => boolean | Promise<boolean>,
): Promise<number> {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (await passes(middle)) high = middle
    else low = middle + 1
  }
  return low
}

export async function search(request: SearchRequest): Promise<Found> {
  const { scenario, grid, measure, signal } = request
  const { param, values } = scenario.find!
  const { expect: expectations } = scenario
  const measured = new Map<number, Point[]>()

  async function at(index: number, until?: Until): Promise<Point[]> {
    let points = measured.get(index)
    if (!points) {
      // A finished measurement stands; an interrupted search must not start another.
      if (signal.aborted) throw new Interrupted()
      points = []
      for (const combination of grid)
        points.push(await measure({ ...combination, [param]: values[index]! }, until))
      measured.set(index, points)
    }
    return points
  }
  const all = (holds: typeof passes) => async (index: number) =>
    (await at(index)).every((point) => holds(expectations, point))

  const warnings: string[] = []
  let value: Interval | null = null
  let index = values.length
  try {
    index = await firstPassing(values.length, all(passes))
    if (request.isJudged) {
      const reference = await at(Math.min(index, values.length - 1))
      const replications = reference[0]!.replications.length
      const until = { halfWidth: null, min: replications, max: replications }
      for (const each of values.keys()) await at(each, until)
      const verdicts = values.map((_, each) =>
        measured.get(each)!.every((point) => passes(expectations, point)),
      )
      const broken = verdicts.indexOf(false, index)
      if (broken !== -1) {
        warnings.push(
          `more ${param} hurts: ${values[index]} meets the expectations, ${values[broken]} does not`,
        )
      }
    }
    if (index < values.length) {
      value = { value: values[index]!, low: null, high: null }
      const hasIntervals = (await at(index)).every((point) => point.replications.length > 1)
      if (hasIntervals) {
        const low = await firstPassing(index, all(mayPass))
        const above = await firstPassing(values.length - index, (offset) => all(surelyPasses)(index + offset))
        const high = Math.min(index + above, values.length - 1)
        value = { value: values[index]!, low: values[low]!, high: values[high]! }
      }
    }
  } catch (error) {
    if (!(error instanceof Interrupted) || measured.size === 0) throw error
  }

  const indices = [...measured.keys()].toSorted((a, b) => a - b)
  const points = indices.flatMap((each) => measured.get(each)!)
  const answeredAt = value ? index : indices.at(-1)!
  return { value, points, answered: measured.get(answeredAt)!, warnings }
}
