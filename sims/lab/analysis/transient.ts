/**
 * Has the run forgotten its start? Asked of the mean over replications of an equally spaced series (number in system, a
 * backlog), warm-up already cut: the mean, because a single run's series wanders so much that MSER-5 calls 22 % of
 * stationary runs too short, and 6 % when it sees ten of them averaged.
 *
 * Two tests with different eyes. MSER-5 looks for a start that differs from the rest; the two halves for a level that
 * still moves, a drift too slow for MSER to tell from the rest. Halves of one replication differ by chance alone when the
 * run is stationary, so their differences over replications have mean zero, and Student judges that.
 */
import { requireSample } from './error.ts'
import { spreadOf, unskewed } from './skew.ts'
import { studentTail } from './student.ts'
import { mser5 } from './warmup.ts'

/** The shortest series that MSER-5 takes. */
const FEWEST_VALUES = 50

export interface Transient {
  /** Share of the measured series that MSER-5 would still cut. */
  readonly cut: number
  /** Two-sided p of the difference between what it would cut and the rest, over replications. */
  readonly p: number
}

/** What MSER-5 finds left of the start; null for a series too short to say, or for a single replication. */
export function leftOfTransient(series: readonly ArrayLike<number>[]): Transient | null {
  const length = Math.min(...series.map((one) => one.length))
  if (series.length < 2 || length < FEWEST_VALUES) return null
  const average = Float64Array.from(
    { length },
    (_, i) => series.reduce((sum, one) => sum + one[i]!, 0) / series.length,
  )
  const { truncate } = mser5(average)
  return { cut: truncate / length, p: truncate === 0 ? 1 : differ(series, truncate) }
}

/** Two-sided p of the difference between the halves' means over replications; null below two replications. */
export function halvesDiffer(series: readonly ArrayLike<number>[]): number | null {
  if (series.length < 2) return null
  return differ(series, Math.floor(Math.min(...series.map((one) => one.length)) / 2))
}

/** Two-sided p of the difference between the means before and after `at`. */
function differ(series: readonly ArrayLike<number>[], at: number): number {
  const differences = series.map((values) => {
    requireSample(values, 'differ')
    let before = 0
    let after = 0
    for (let i = 0; i < values.length; i++) {
      if (i < at) before += values[i]!
      else after += values[i]!
    }
    return after / (values.length - at) - before / at
  })
  const { mean, error, bias } = spreadOf(differences)
  if (error === 0) return mean === 0 ? 1 : 0
  return 2 * studentTail(Math.abs(unskewed(mean / error, bias)), series.length - 1)
}
