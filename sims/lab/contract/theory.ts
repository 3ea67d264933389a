/**
 * Theory beside observation: does the interval of the replications contain the closed form?
 *
 * Each row is judged by the 95 % interval that the report prints beside it, and nothing else: what the reader sees is what
 * is judged. Such a row misses once in 20 even in a perfect simulator, so a missed row alone condemns no run; the trust
 * check (`analysis/trust.ts`) judges all rows together.
 */
import type { At, TheoryDocument } from './document.ts'
import type { Estimate, TheoryPrediction } from './sim.ts'

/** Differences below this share are rounding, and below this size (s, a share, a count) none that a run could see. */
const ROUNDING = 1e-9
const NOTHING = 1e-12

/** Events of a replication, in the mean, that luck may turn out otherwise than a closed form says: fewer move no figure. */
export const HARDLY_ANY = 0.1

/** How far theory and observation may lie apart without disagreeing: an interval may have no width at all. */
export const slackOf = (expected: number): number => ROUNDING * Math.abs(expected) + NOTHING

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
    const slack = slackOf(expected)
    const ok = low !== null && high !== null && expected >= low - slack && expected <= high + slack
    return { name, at, metric, expected, observed: value, low, high, ok }
  })
}
