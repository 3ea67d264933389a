/**
 * A share of things that were counted one by one. Replications of as many each may agree by chance, as two of 20 with one hit each
 * do in every third run: then nothing scatters, and the test between them would be certain. But no run is surer than if all that was
 * counted were independent, and what that shows is binomial (Clopper & Pearson, Biometrika 26, 1934).
 */
import { chanceOfAtMost } from './beyond.ts'
import { ratioFigure, UNKNOWN, type Figure } from './figure.ts'

const sumOf = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0)

/** Hits among observations, of each replication. */
export const shareFigure = (hits: readonly number[], counts: readonly number[]): Figure =>
  countedFigure(ratioFigure(hits, counts), hits, counts)

/** A figure of these hits among so many, no surer than they are. `all`: what it would be were all of them hits. */
export function countedFigure(
  figure: Figure,
  hits: readonly number[],
  counts: readonly number[],
  all = 1,
): Figure {
  const [seen, total] = [sumOf(hits), sumOf(counts)]
  const atMost = (x: number): number => chanceOfAtMost(seen, total, x / all)
  const atLeast = (x: number): number => chanceOfAtMost(total - seen, total, 1 - x / all)
  const { value } = figure
  return {
    replications: figure.replications,
    value,
    samples: figure.samples,
    get effective() {
      const { effective } = figure
      return effective === null ? null : Math.min(effective, (total * value!) / (all - value!))
    },
    interval(confidence = 0.95) {
      const interval = figure.interval(confidence)
      if (interval === null) return null
      const seldom = (1 - confidence) / 2
      return {
        value: interval.value,
        low: Math.min(
          interval.low,
          lastOf((x) => atLeast(x) <= seldom, 0, interval.value),
        ),
        high: Math.max(
          interval.high,
          lastOf((x) => atMost(x) > seldom, interval.value, all),
        ),
      }
    },
    confidenceBelow(limit, orEqual) {
      const confidence = figure.confidenceBelow(limit, orEqual)
      if (confidence === null || limit <= 0 || limit >= all) return confidence
      const below = Math.min(confidence, Math.max(UNKNOWN, 1 - atMost(limit)))
      return Math.max(below, Math.min(UNKNOWN, atLeast(limit)))
    },
  }
}

/** Up to where this holds, between where it does and where it does not. */
function lastOf(holds: (share: number) => boolean, from: number, to: number): number {
  let [low, high] = [from, to]
  for (let i = 0; i < 50 && high - low > 1e-9 * high; i++) {
    const middle = (low + high) / 2
    if (holds(middle)) low = middle
    else high = middle
  }
  return low
}
