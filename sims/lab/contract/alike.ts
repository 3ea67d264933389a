/**
 * Which points may be told beside one: a sweep may be over other things than those that a sentence names, and the figures of a
 * point that differs in one of them are not that sentence's.
 */
import { isDeepStrictEqual } from 'node:util'
import type { PointResult } from './sim.ts'

/** The points with all parameters of this one but those named, itself among them, in their order. */
export function alike<P extends object>(
  { params }: Pick<PointResult<P>, 'params'>,
  points: readonly PointResult<P>[],
  ...free: readonly (string & keyof P)[]
): PointResult<P>[] {
  const names = new Set<string>(free)
  const fixed = (one: P): object =>
    Object.fromEntries(Object.entries(one).filter(([name]) => !names.has(name)))
  const wanted = fixed(params)
  return points.filter((point) => isDeepStrictEqual(fixed(point.params), wanted))
}
