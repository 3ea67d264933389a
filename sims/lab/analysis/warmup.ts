/**
 * MSER-5: where the warm-up ends (White, "An effective truncation heuristic for bias reduction in simulation output",
 * Simulation 69(6), 1997; in batches of five: White, Cobb & Spratt, WSC 2000).
 *
 * Cutting the first observations removes the bias of an empty start but costs data. MSER takes the cut d that minimises
 * the squared standard error of what remains,
 *
 *     MSER(d) = sum over i >= d of (z_i - mean of the rest)^2 / (n - d)^2,
 *
 * on means z of batches of five. A biased start is far from the rest and inflates the sum; a needless cut shrinks n - d.
 * When the minimum lies in the second half of the run, the run has not settled: its verdict is "too short", and no cut
 * of it is to be trusted. The last five batches are no candidates, for a few equal values there would fake a minimum.
 */
import { AnalysisError, requireSample } from './error.ts'

export interface WarmUp {
  /** Observations to leave out at the start. */
  readonly truncate: number
  /** Mean of what remains. */
  readonly mean: number
  /** MSER at the cut: the squared standard error of that mean, were the batches independent. */
  readonly statistic: number
  /** True when the best cut is in the second half: run longer, and believe neither cut nor mean. */
  readonly tooShort: boolean
}

const UNTRUSTED_END = 5

/**
 * The MSER cut of one run's series, equally spaced (in time, or one value a customer). `batch` is 5 by its name. A
 * rest shorter than a batch is left out at the end. Throws AnalysisError below 10 batches.
 */
export function mser5(values: ArrayLike<number>, batch = 5): WarmUp {
  requireSample(values, 'mser5')
  const n = Math.floor(values.length / batch)
  if (n < 2 * UNTRUSTED_END) {
    throw new AnalysisError('empty', `mser5: needs ${2 * UNTRUSTED_END * batch} values, has ${values.length}`)
  }
  const means = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    let sum = 0
    for (let j = 0; j < batch; j++) sum += values[i * batch + j]!
    means[i] = sum / batch
  }
  // From the end backwards, one Welford step a cut: O(n), and without the cancellation of sums of squares.
  let count = 0
  let mean = 0
  let squares = 0
  let best = { cut: 0, statistic: Infinity, mean: 0 }
  for (let cut = n - 1; cut >= 0; cut--) {
    count++
    const delta = means[cut]! - mean
    mean += delta / count
    squares += delta * (means[cut]! - mean)
    const statistic = squares / (count * count)
    // Of equals the earliest cut wins: it keeps the most data.
    if (count >= UNTRUSTED_END && statistic <= best.statistic) best = { cut, statistic, mean }
  }
  return {
    truncate: best.cut * batch,
    mean: best.mean,
    statistic: best.statistic,
    tooShort: best.cut > n / 2,
  }
}
