/**
 * A share of observations that were counted one by one. Replications of as many observations each may agree by chance, as two of
 * 20 with one hit each do in every third run: then nothing scatters, and the test between them would be certain. But no run is
 * surer than if all its observations were independent, and what those show is binomial (Clopper & Pearson, Biometrika 26, 1934).
 */
import { chanceOfAtMost } from './beyond.ts'
import { ratioFigure, UNKNOWN, type Figure } from './figure.ts'

const sumOf = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0)

/** Hits among observations, of each replication. */
export function shareFigure(hits: readonly number[], counts: readonly number[]): Figure {
  const figure = ratioFigure(hits, counts)
  const [seen, total] = [sumOf(hits), sumOf(counts)]
  const atMost = (share: number): number => chanceOfAtMost(seen, total, share)
  const atLeast = (share: number): number => chanceOfAtMost(total - seen, total, 1 - share)
  const { value } = figure
  return {
    replications: figure.replications,
    value,
    samples: figure.samples,
    get effective() {
      const { effective } = figure
      return effective === null ? null : Math.min(effective, (total * value!) / (1 - value!))
    },
    interval(confidence = 0.95) {
      const interval = figure.interval(confidence)
      if (interval === null) return null
      const seldom = (1 - confidence) / 2
      return {
        value: interval.value,
        low: Math.min(
          interval.low,
          lastOf((share) => atLeast(share) <= seldom, 0, interval.value),
        ),
        high: Math.max(
          interval.high,
          lastOf((share) => atMost(share) > seldom, interval.value, 1),
        ),
      }
    },
    confidenceBelow(limit, orEqual) {
      const confidence = figure.confidenceBelow(limit, orEqual)
      if (confidence === null || limit <= 0 || limit >= 1) return confidence
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
