/**
 * How much later than it happens an event is seen by someone who looks now and then.
 *
 * The event falls at a random place between two looks, so with looks `interval` apart it is seen interval / 2 later on
 * average. Where each pause is twice the last, the looks lie at b, 2b, 4b, ...: an event at time T is seen at the next one,
 * and over an octave in which T's logarithm is uniform that is (2 - 1) / ln 2 times T on average. A cap on the pause makes
 * looks evenly spaced from there on, so what holds for them is cap / 2.
 */
import { AnalysisError } from '../error.ts'

/** Mean delay of looks `interval` seconds apart, s; also of doubling pauses for what comes long after their cap. */
export function pollDelay(interval: number): number {
  if (!(interval >= 0 && interval < Infinity)) {
    throw new AnalysisError('out-of-range', `interval must be 0 or more and finite, not ${interval}`)
  }
  return interval / 2
}

/** Mean delay of looks whose pauses grow by `factor`, as a share of the time waited for: 0.4427 for doubling. */
export function backoffDelayShare(factor: number): number {
  if (!(factor > 1 && factor < Infinity)) {
    throw new AnalysisError('out-of-range', `pauses must grow by a factor above 1, not ${factor}`)
  }
  return (factor - 1) / Math.log(factor) - 1
}
