/**
 * Capacity search: the smallest value that surely meets every expectation at every point of the sweep, by bisection.
 *
 * "Surely": each expectation holds with the confidence asked for (95 %), tested at its limit. A search by the point estimate
 * finds too little in half of all seeds, for the estimate lies on either side of the truth; it is told beside as the
 * estimate. The interval's ends come from the same bisection: the smallest value that does not surely fail, and the smallest
 * that meets the expectations even at the end of its 95 % interval.
 *
 * Every value is measured with the same replication numbers, so neighbours share their random numbers and their
 * order is sharp. Bisection assumes that more capacity never hurts. Where all values are judged from one world, that is
 * checked.
 */
import type { At } from '../contract/document.ts'
import type { Point } from './fold.ts'
import { CERTAIN, passes, surelyFails, surelyPasses } from './judgement.ts'
import { Interrupted } from './point.ts'
import type { Scenario, Until } from './scenario/load.ts'

export interface Found {
  /** The smallest value that surely meets the expectations; null when none in the range does. */
  readonly value: number | null
  /** The smallest whose estimates meet them. */
  readonly estimate: number | null
  /** Ends of the interval; null where one lies outside the range searched, or nothing can be said. */
  readonly low: number | null
  readonly high: number | null
  /** Whether every value measured surely fails: at one point of the sweep, for a value must do at all of them. */
  readonly isHopeless: boolean
  /** When it was stopped: what the values measured so far say. */
  readonly unfinished: { readonly passed: number | null; readonly failed: number | null } | null
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
  const { param, values, confidence } = scenario.find!
  const { sim, expect: expectations } = scenario
  const measured = new Map<number, Point[]>()

  async function at(index: number, until?: Until): Promise<Point[]> {
    let points = measured.get(index)
    if (!points) {
      // A finished measurement stands; an interrupted search must not start another.
      if (signal.aborted) throw new Interrupted()
      points = []
      for (const combination of grid)
        points.push(await measure({ ...combination, [param]: values[index]! }, until))
      // Half-measured points decide nothing.
      if (signal.aborted) throw new Interrupted()
      measured.set(index, points)
    }
    return points
  }
  const first = (holds: (point: Point) => boolean): Promise<number> =>
    firstPassing(values.length, async (index) => (await at(index)).every(holds))
  const isSure = (point: Point): boolean => surelyPasses(sim, expectations, point, confidence)

  const warnings: string[] = []
  let index = values.length
  let rest: Pick<Found, 'estimate' | 'low' | 'high'> = { estimate: null, low: null, high: null }
  let isFinished = false
  try {
    index = await first(isSure)
    if (request.isJudged) warnings.push(...(await whereMoreHurts(index)))
    const estimate = await first((point) => passes(sim, expectations, point))
    const low = await first((point) => !surelyFails(sim, expectations, point))
    const high = await first((point) => surelyPasses(sim, expectations, point, CERTAIN))
    rest = {
      estimate: values[estimate] ?? null,
      // At the edge of the range the interval may go on outside it.
      low: low === 0 ? null : (values[low] ?? null),
      high: values[high] ?? null,
    }
    isFinished = true
  } catch (error) {
    if (!(error instanceof Interrupted) || measured.size === 0) throw error
  }

  /** Judged values cost nothing but judging, so the knee is drawn whole and bisection's assumption is checked. */
  async function whereMoreHurts(from: number): Promise<string[]> {
    const reference = await at(Math.min(from, values.length - 1))
    const replications = reference[0]!.replications.length
    const until = { halfWidth: null, min: replications, max: replications }
    for (const each of values.keys()) await at(each, until)
    const broken = values.findIndex((_, each) => each > from && !measured.get(each)!.every(isSure))
    if (from >= values.length || broken === -1) return []
    return [`more ${param} hurts: ${values[from]} surely meets the expectations, ${values[broken]} does not`]
  }

  const indices = [...measured.keys()].toSorted((a, b) => a - b)
  const points = indices.flatMap((each) => measured.get(each)!)
  const value = isFinished ? (values[index] ?? null) : null
  const passed = indices.find((each) => measured.get(each)!.every(isSure))
  const failed = indices.findLast(
    (each) => !measured.get(each)!.every(isSure) && !(each > (passed ?? Infinity)),
  )
  return {
    value,
    ...rest,
    isHopeless: indices.every((each) =>
      measured.get(each)!.some((point) => surelyFails(sim, expectations, point)),
    ),
    unfinished: isFinished
      ? null
      : {
          passed: passed === undefined ? null : values[passed]!,
          failed: failed === undefined ? null : values[failed]!,
        },
    points,
    answered: measured.get(value === null ? (passed ?? indices.at(-1)!) : index)!,
    warnings,
  }
}
