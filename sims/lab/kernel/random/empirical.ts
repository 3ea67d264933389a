/**
 * Distributions known from data: a sample, or a table of percentiles.
 *
 * Both are drawn by inversion, so a draw is monotone in its one uniform (good with common random numbers and antithetic
 * streams).
 */
import { DistributionError } from './refuse.ts'
import type { Stream } from './stream.ts'

export interface Empirical {
  /** Smallest value whose cumulative probability reaches u, 0 <= u < 1. */
  quantile(u: number): number
}

/**
 * The sample itself, each value equally likely. With `interpolate`, values between neighbours are drawn too, on straight
 * lines through the order statistics (Law, "Simulation Modeling and Analysis", §6.2.4). `sorted` ascending, finite.
 */
export function empiricalSample(
  sorted: ArrayLike<number>,
  options: { readonly interpolate?: boolean } = {},
): Empirical {
  const values = Float64Array.from(sorted)
  if (values.length === 0) throw new DistributionError('empirical', 'sample', 'not empty', 'no values')
  checkAscending('sample', values)
  const n = values.length
  if (options.interpolate !== true) return { quantile: (u) => values[Math.floor(u * n)]! }
  return {
    quantile: (u) => {
      const at = u * (n - 1)
      const i = Math.floor(at)
      const left = values[i]!
      // A sample of one has no right neighbour.
      return left + (at - i) * ((values[i + 1] ?? left) - left)
    },
  }
}

/** One point of a cumulative table: `share` of all values are at most `value`. */
export interface CdfPoint {
  readonly value: number
  readonly share: number
}

/**
 * A table of percentiles, straight lines between its points. Values and shares ascend; the first share is 0 (the
 * minimum) or more (that share sits on the first value), the last is 1.
 */
export function empiricalCdf(points: readonly CdfPoint[]): Empirical {
  const values = Float64Array.from(points, (p) => p.value)
  const shares = Float64Array.from(points, (p) => p.share)
  if (points.length === 0) throw new DistributionError('empirical', 'table', 'not empty', 'no points')
  checkAscending('table value', values)
  checkAscending('table share', shares)
  if (shares[0]! < 0) throw new DistributionError('empirical', 'first share', 'at least 0', shares[0])
  if (shares.at(-1) !== 1) throw new DistributionError('empirical', 'last share', '1', shares.at(-1))
  return {
    quantile: (u) => {
      // The first point whose share exceeds u.
      let low = 0
      let high = shares.length - 1
      while (low < high) {
        const middle = (low + high) >>> 1
        if (shares[middle]! > u) high = middle
        else low = middle + 1
      }
      if (low === 0) return values[0]!
      const left = shares[low - 1]!
      const along = (u - left) / (shares[low]! - left)
      return values[low - 1]! + along * (values[low]! - values[low - 1]!)
    },
  }
}

/** A value of the distribution: one uniform. */
export function empirical(stream: Stream, distribution: Empirical): number {
  return distribution.quantile(stream.uniform())
}

function checkAscending(what: string, values: Float64Array): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new DistributionError('empirical', `${what} ${i}`, 'finite', values[i])
    }
    if (i > 0 && values[i]! < values[i - 1]!) {
      throw new DistributionError('empirical', `${what} ${i}`, `at least ${values[i - 1]}`, values[i])
    }
  }
}
