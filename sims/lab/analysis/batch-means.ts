/**
 * An interval from one long run: cut it into batches, and treat their means as independent (Law & Kelton's method of
 * batch means). It holds only when batches are far longer than the memory of the process, so the method tests itself:
 * if neighbouring batch means still correlate, it refuses. A refusal is a result, not an error.
 *
 * The test: under independence the lag-1 correlation of k values has mean -1/k and standard deviation near 1/sqrt(k)
 * (von Neumann 1941). With the default of 32 batches a correlation above about 0.2 is refused: one-sided at 10 %,
 * because an interval that is too narrow does more harm than one run too many.
 */
import { mean } from 'simple-statistics'
import { AnalysisError, requireSample } from './error.ts'
import { studentInterval } from './interval.ts'
import { normalQuantile } from './normal.ts'

export type BatchMeans =
  | {
      readonly ok: true
      readonly value: number
      readonly low: number
      readonly high: number
      readonly halfWidth: number
      readonly lag1: number
      readonly batchSize: number
    }
  /** `correlated`: batches of `batchSize` still remember each other. `too-few`: fewer than two values a batch. */
  | {
      readonly ok: false
      readonly reason: 'correlated' | 'too-few'
      /** Mean of the run: an estimate without an interval. */
      readonly value: number
      readonly lag1: number | null
      readonly batchSize: number
    }

/**
 * Mean of a stationary series (warm-up already cut) and its interval. The first values that do not fill a batch are
 * left out. `batches` must be a whole number of 10 or more.
 */
export function batchMeans(values: readonly number[], batches = 32, confidence = 0.95): BatchMeans {
  requireSample(values, 'batchMeans')
  if (!(Number.isInteger(batches) && batches >= 10)) {
    throw new AnalysisError('out-of-range', `batchMeans: needs 10 batches or more, not ${batches}`)
  }
  const batchSize = Math.floor(values.length / batches)
  if (batchSize < 2) return { ok: false, reason: 'too-few', value: mean([...values]), lag1: null, batchSize }
  const start = values.length - batches * batchSize
  const means = Array.from({ length: batches }, (_, i) =>
    mean(values.slice(start + i * batchSize, start + (i + 1) * batchSize)),
  )
  const lag1 = lagOneCorrelation(means)
  const { value, low, high, halfWidth } = studentInterval(means, confidence)
  const limit = -1 / batches + normalQuantile(0.9) / Math.sqrt(batches)
  if (lag1 > limit) return { ok: false, reason: 'correlated', value, lag1, batchSize }
  return { ok: true, value, low: low!, high: high!, halfWidth: halfWidth!, lag1, batchSize }
}

/** Sample lag-1 autocorrelation; 0 for a constant series. */
export function lagOneCorrelation(values: readonly number[]): number {
  const centre = mean([...values])
  let products = 0
  let squares = 0
  let last = 0
  for (const [i, value] of values.entries()) {
    const deviation = value - centre
    squares += deviation * deviation
    if (i > 0) products += deviation * last
    last = deviation
  }
  return squares === 0 ? 0 : products / squares
}
