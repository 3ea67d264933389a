/**
 * Which drift do the published points show? Three mechanisms, three shapes over the minutes of a call:
 *
 *     context       base + what a token costs x the tokens in the context: bends upwards with attention, stops at the limit
 *     backlog       base + a share of the time that has gone by: a straight line
 *     endpointing   base + a constant: nobody who waits longer for silence waits longer each minute
 *
 * Each has one parameter, found by least squares of relative errors (a report of 80 s is not forty times as good as one of
 * 2 s). Judged by leaving out one point in turn and predicting it from the others: with three or four points a shape
 * that merely fits is no evidence, one that foretells is a little.
 */
import { contextAt, serviceAt, transportAndWaits } from './fit.ts'
import type { TurnLatencyParams } from './params.ts'
import type { PublishedPoint } from './published.ts'

export const SHAPES = ['context', 'backlog', 'endpointing'] as const
export type Shape = (typeof SHAPES)[number]

type Point = Pick<PublishedPoint, 'minute' | 'seconds'>

/** Latency at a point is `fixed` + parameter x `slope`. */
interface Line {
  readonly fixed: number
  readonly slope: number
}

function lineOf(params: TurnLatencyParams, shape: Shape, { minute, seconds }: Point): Line {
  const base = transportAndWaits(params, 0)
  if (shape !== 'context') {
    // What a turn costs at its start stays; the context that this shape denies does not grow.
    const start = serviceAt(params, params.instructions)
    return { fixed: base + start, slope: shape === 'backlog' ? 60 * minute : 1 }
  }
  const tokens = contextAt(params, minute, seconds)
  const free = serviceAt({ ...params, prefillPerToken: 0 }, tokens)
  return { fixed: base + free, slope: serviceAt({ ...params, prefillPerToken: 1 }, tokens) - free }
}

/** The parameter of least squares over relative errors, at least 0: seconds a token, a share, or seconds. */
export function fitShape(params: TurnLatencyParams, shape: Shape, points: readonly Point[]): number {
  let products = 0
  let squares = 0
  for (const point of points) {
    const { fixed, slope } = lineOf(params, shape, point)
    const weight = 1 / point.seconds ** 2
    products += weight * slope * (point.seconds - fixed)
    squares += weight * slope * slope
  }
  return squares === 0 ? 0 : Math.max(0, products / squares)
}

export function predictShape(
  params: TurnLatencyParams,
  shape: Shape,
  parameter: number,
  point: Point,
): number {
  const { fixed, slope } = lineOf(params, shape, point)
  return fixed + parameter * slope
}

export interface ShapeVerdict {
  readonly shape: Shape
  readonly parameter: number
  /** Root mean square of relative errors: of the fit, and of each point by the others. */
  readonly fitted: number
  readonly leftOut: number
  /** Each point as the others predict it, seconds. */
  readonly predictions: readonly number[]
}

/** All shapes, the best foretelling first. Needs two points or more. */
export function compareShapes(params: TurnLatencyParams, points: readonly Point[]): ShapeVerdict[] {
  return SHAPES.map((shape): ShapeVerdict => {
    const parameter = fitShape(params, shape, points)
    const predictions = points.map((point) => {
      const others = points.filter((other) => other !== point)
      return predictShape(params, shape, fitShape(params, shape, others), point)
    })
    return {
      shape,
      parameter,
      fitted: rms(points.map((point) => predictShape(params, shape, parameter, point) / point.seconds - 1)),
      leftOut: rms(points.map(({ seconds }, i) => predictions[i]! / seconds - 1)),
      predictions,
    }
  }).toSorted((a, b) => a.leftOut - b.leftOut)
}

const rms = (errors: readonly number[]): number =>
  Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length)

/** Errors this much larger than the best are taken for another shape's; below it three or four points cannot tell. */
const CLEARLY = 1.5

export const distinct = (best: ShapeVerdict, other: ShapeVerdict): boolean =>
  other.leftOut > CLEARLY * best.leftOut
