/**
 * Theory beside observation: does the interval of the replications contain the closed form?
 *
 * **Many comparisons.** Each row is judged by the 95 % interval that the report prints beside it, and nothing else: what
 * the reader sees is what is judged. Such a row misses once in 20 even in a perfect simulator. So a run with several
 * rows is not wrong because one of them misses; `checkFamily` asks the question for all rows together by Bonferroni's
 * inequality: with m rows each is held to its own interval at 1 - 5 %/m. A right simulator fails that in at most 5 % of
 * runs, however the rows depend on each other (waits, queue length and share delayed come from the same customers).
 */
import type { At, TheoryDocument } from './document.ts'
import type { Estimate, TheoryPrediction } from './sim.ts'
import { studentFactor } from '../analysis/interval.ts'
import { studentTail } from '../analysis/student.ts'

/** Differences below this share are rounding, not disagreement: an interval may have no width at all. */
const ROUNDING = 1e-9

/**
 * One row per prediction. A metric without an interval (one replication, or none that has it) cannot confirm a theory:
 * not ok.
 */
export function checkTheory(
  predictions: readonly TheoryPrediction[],
  metrics: Readonly<Record<string, Estimate>>,
  at: At = {},
): TheoryDocument[] {
  return predictions.map(({ name, metric, expected }) => {
    const { value, low, high } = metrics[metric] ?? { value: null, low: null, high: null }
    const slack = ROUNDING * Math.abs(expected)
    const ok = low !== null && high !== null && expected >= low - slack && expected <= high + slack
    return { name, at, metric, expected, observed: value, low, high, ok }
  })
}

export interface FamilyCheck {
  readonly ok: boolean
  readonly rows: number
  /** Rows whose own 95 % interval misses. */
  readonly missed: number
  /** Smallest p of a row (two-sided), times the number of rows, at most 1; the family is ok from 0.05 up. */
  readonly p: number
}

/**
 * All rows of a run together; `replications[i]` is the number behind row i. Rows without an interval are left out here
 * (they are not ok on their own). With none left there is nothing to refute.
 */
export function checkFamily(rows: readonly TheoryDocument[], replications: readonly number[]): FamilyCheck {
  let smallest = 1
  let judged = 0
  let missed = 0
  for (const [i, { expected, observed, low, high, ok }] of rows.entries()) {
    const df = (replications[i] ?? 0) - 1
    if (observed === null || low === null || high === null || df < 1) continue
    judged++
    if (!ok) missed++
    const error = (high - low) / 2 / studentFactor(df, 0.95)
    const distance = Math.abs(expected - observed)
    const rounding = distance <= ROUNDING * Math.abs(expected)
    smallest = Math.min(smallest, rounding ? 1 : error === 0 ? 0 : 2 * studentTail(distance / error, df))
  }
  const p = judged === 0 ? 1 : Math.min(1, smallest * judged)
  return { ok: p >= 0.05, rows: judged, missed, p }
}
