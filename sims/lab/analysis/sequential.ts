/**
 * Stopping when an interval is narrow enough, without paying for it in coverage.
 *
 * A rule that looks after every replication stops where the sample happens to look calm, and its interval holds the truth
 * less often than it says: 93.5 to 95 % for the replications algorithm of Hoad, Robinson and Davies (2010), on gamma and
 * lognormal means. Two measures against that:
 *
 * - a pilot of 20 that nothing may cut short, and few looks after it: each look forecasts how many replications the
 *   precision takes (the half-width shrinks with the root of n) and the next look is there;
 * - the interval at the stop is the wider of Student's over all and Stein's (Ann. Math. Statist. 16, 1945), whose scatter
 *   is the pilot's alone: the pilot did not know when it would stop, so its scatter is not flattered. Measured, the two
 *   together hold 95 to 96.5 %.
 *
 * Looks depend on replication numbers and values alone, so workers that hand in twenty at a time come to the same stop as
 * one that hands in one at a time.
 */
import { AnalysisError } from './error.ts'
import type { FigureInterval } from './figure.ts'

export const PILOT = 20

export interface Precision {
  /** Half-width as a share of the value; Infinity where the value is 0 and the interval is not; null without one. */
  readonly relative: number | null
  readonly precise: boolean
}

/** The interval of a figure over its first n replications; null where it has none, `more` where further ones may give it one. */
export type Look = (n: number) => FigureInterval | 'more' | null

export interface SequentialRule {
  /** Target half-width as a share of the value. Null: exactly `min` replications. */
  readonly halfWidth: number | null
  /** Fewest, and most, replications. */
  readonly min: number
  readonly max: number
}

export type SequentialStep =
  | { readonly kind: 'run'; readonly total: number }
  /** Estimate from replications 0 .. used - 1. `pilot`: how many of them were the pilot; null for a fixed number. */
  | { readonly kind: 'stop'; readonly used: number; readonly pilot: number | null }

/** What to do after `completed` replications. Figures without an interval are not waited for. */
export function sequential(looks: readonly Look[], completed: number, rule: SequentialRule): SequentialStep {
  const { halfWidth, min, max } = rule
  if (!(Number.isInteger(min) && min >= 1 && Number.isInteger(max) && max >= min)) {
    throw new AnalysisError('out-of-range', `needs 1 <= min <= max replications, not ${min} and ${max}`)
  }
  if (halfWidth !== null && !(halfWidth > 0)) {
    throw new AnalysisError('out-of-range', `halfWidth must be positive, not ${halfWidth}`)
  }
  if (halfWidth === null) {
    return completed < min ? { kind: 'run', total: min } : { kind: 'stop', used: min, pilot: null }
  }
  const pilot = Math.min(max, Math.max(min, PILOT))
  let n = pilot
  for (;;) {
    if (completed < n) return { kind: 'run', total: n }
    const widest = Math.max(
      0,
      ...looks.map((look) =>
        look(n) === 'more' ? Infinity : (precisionOf(widerInterval(look, n, pilot)).relative ?? 0),
      ),
    )
    if (widest <= halfWidth || n >= max) return { kind: 'stop', used: n, pilot }
    // A factor of four a look: the forecast from a pilot of 20 may be far off, and replications cannot be given back.
    const forecast = Math.ceil(n * Math.min(4, (widest / halfWidth) ** 2))
    n = Math.min(max, Math.max(n + 1, forecast))
  }
}

/** The wider of Student's interval over n replications and Stein's from the pilot, end by end. */
export function widerInterval(look: Look, n: number, pilot: number | null): FigureInterval | null {
  const student = look(n)
  if (student === 'more') return null
  if (student === null || pilot === null || pilot >= n) return student
  const first = look(pilot)
  if (first === null || first === 'more') return student
  const shrink = Math.sqrt(pilot / n)
  return {
    value: student.value,
    low: Math.min(student.low, student.value - (first.value - first.low) * shrink),
    high: Math.max(student.high, student.value + (first.high - first.value) * shrink),
  }
}

/** Half the width of an interval over its value. An interval without width is precise, at zero as well. */
export function precisionOf(interval: FigureInterval | null, halfWidth = Infinity): Precision {
  if (interval === null) return { relative: null, precise: false }
  const half = (interval.high - interval.low) / 2
  const relative = half === 0 ? 0 : half / Math.abs(interval.value)
  return { relative, precise: relative <= halfWidth }
}
