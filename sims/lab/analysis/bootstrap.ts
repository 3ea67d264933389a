/**
 * Efron's percentile bootstrap: an interval for a statistic that has no formula (a median, a ratio of minima).
 *
 * Draw samples of the same size with replacement, compute the statistic on each, and take the middle 95 % of what comes
 * out. It assumes independent observations and a statistic that is smooth enough; for extremes (a maximum, a p99 of 50
 * values) it is known to fail, and for fewer than some 20 values its interval is too narrow.
 *
 * The randomness is a stream that is passed in: same stream, same interval.
 */
import { quantileSorted } from 'simple-statistics'
import type { Stream } from '../kernel/random/stream.ts'
import { AnalysisError, requireOpenShare, requireSample } from './error.ts'

export interface BootstrapInterval {
  /** The statistic of the sample itself. */
  readonly value: number
  readonly low: number
  readonly high: number
}

/**
 * Interval for `statistic`, which gets an array of the sample's length that is reused: it must not keep it, and may sort
 * it. 2000 resamples place the ends of a 95 % interval to about a tenth of its half-width.
 */
export function bootstrapInterval(
  values: readonly number[],
  statistic: (sample: number[]) => number,
  stream: Stream,
  options: { readonly resamples?: number; readonly confidence?: number } = {},
): BootstrapInterval {
  return stratifiedBootstrapInterval([values], ([sample]) => statistic(sample!), stream, options)
}

/**
 * The same for a statistic of several samples that were drawn independently (the rounds of each row of a benchmark):
 * each is resampled within itself.
 */
export function stratifiedBootstrapInterval(
  strata: readonly (readonly number[])[],
  statistic: (samples: number[][]) => number,
  stream: Stream,
  options: { readonly resamples?: number; readonly confidence?: number } = {},
): BootstrapInterval {
  const { resamples = 2000, confidence = 0.95 } = options
  for (const values of strata) requireSample(values, 'bootstrapInterval')
  requireOpenShare(confidence, 'bootstrapInterval: confidence')
  if (!(Number.isInteger(resamples) && resamples >= 100)) {
    throw new AnalysisError(
      'out-of-range',
      `bootstrapInterval: needs 100 resamples or more, not ${resamples}`,
    )
  }
  const samples = strata.map((values) => [...values])
  const value = statistic(samples)
  const results = new Float64Array(resamples)
  for (let r = 0; r < resamples; r++) {
    for (const [s, values] of strata.entries()) {
      for (let i = 0; i < values.length; i++) samples[s]![i] = values[stream.below(values.length)]!
    }
    results[r] = statistic(samples)
  }
  const sorted = Array.from(results.sort())
  requireSample(sorted, 'bootstrapInterval: statistic')
  const side = (1 - confidence) / 2
  return { value, low: quantileSorted(sorted, side), high: quantileSorted(sorted, 1 - side) }
}
