/**
 * Theory beside observation: does the interval of the replications contain the closed form?
 *
 * Each row is judged by the 95 % interval that the report prints beside it, and nothing else: what the reader sees is what
 * is judged. Such a row misses once in 20 even in a perfect simulator, so a missed row alone condemns no run; the trust
 * check (`analysis/trust.ts`) judges all rows together.
 */
import type { At, TheoryDocument } from './document.ts'
import type { Estimate, TheoryPrediction } from './sim.ts'

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
