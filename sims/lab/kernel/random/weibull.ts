import { exponential } from './exponential.ts'
import { checkNotNegative, checkPositive } from './refuse.ts'
import type { Stream } from './stream.ts'

/** Weibull: scale E^(1/shape) for a standard exponential E. Shape 1 is the exponential; below 1 has a heavy tail. */
export function weibull(stream: Stream, shape: number, scale: number): number {
  checkPositive('weibull', 'shape', shape)
  checkNotNegative('weibull', 'scale', scale)
  return scale * exponential(stream, 1) ** (1 / shape)
}
