/**
 * How rare is what never happened? No loss in a thousand packets says little when they all crossed the network in one calm
 * minute: what counts is how often chance had a fresh go. Packets of one replication share their fate; replications do
 * not, and within a long one neither do windows that lie two relaxation times apart.
 *
 * If the k-th of W independent windows sees the event with probability q_k, then none sees it with probability at most
 * exp(-sum q_k). So after W windows without one, the mean of q is below -ln(alpha) / W with confidence 1 - alpha: the
 * rule of three (Hanley & Lippman-Hand, JAMA 249, 1983), for windows that need not be alike. A share is at most 1 in a
 * window that has the event, so the same number bounds the share.
 */
import { UNKNOWN, type Figure } from './figure.ts'

/** Windows of two relaxation times in a span; at least the one that a replication is. */
export function windowsIn(span: number, relaxation: number | null): number {
  return relaxation === null || relaxation <= 0 ? 1 : Math.max(1, span / (2 * relaxation))
}

/**
 * Chances that values have which fall into groups of one fate each: as many as there would be groups, were each as large as the
 * largest. The share of values that the event befalls is the sum of the groups' chances of it, each times its part of the values,
 * and so at most that sum times the largest part.
 */
export function fatesOf(sizes: readonly number[]): number {
  let [sum, largest] = [0, 0]
  for (const size of sizes) {
    sum += size
    if (size > largest) largest = size
  }
  return largest === 0 ? 0 : sum / largest
}

/** Chances without a single sight of it after which what is seen in this share of them is ruled out, with this one-sided confidence. */
export const chancesFor = (share: number, confidence: number): number => -Math.log(1 - confidence) / share

/**
 * A share that was 0 (or 1) in every replication, or a count that was 0: its interval comes from how often it could have
 * been otherwise. `chances`: independent windows for a share, replications for a count, whose mean a Poisson law
 * bounds, Infinity for what has no bound (a wait): then all that is left open is whether it is exactly 0. `known`: a bound on a value of 0 that is certain by other means.
 * `mayExceed1`: a share that 1 is no end of, so that it may lie as far above.
 */
export function rareFigure(
  samples: readonly number[],
  chances: number,
  known = Infinity,
  mayExceed1 = false,
): Figure {
  const value = samples[0]!
  /** Confidence that it is not more than this share away from what was seen: none that it is not at all, whatever the chances. */
  const within = (share: number): number => (share <= 0 ? 0 : 1 - Math.exp(-chances * share))
  return {
    replications: samples.length,
    value,
    samples,
    effective: Infinity,
    chances,
    interval(confidence = 0.95) {
      const bound = Math.min(known, chancesFor(1, (1 + confidence) / 2) / chances)
      if (value === 0) return { value, low: 0, high: bound }
      return { value, low: Math.max(0, 1 - bound), high: mayExceed1 ? 1 + bound : 1 }
    },
    confidenceBelow(limit, orEqual = false) {
      const isBelow = (bound: number): boolean => bound < limit || (orEqual && bound === limit)
      // Nothing lies below 0, and no share above 1; that it is exactly that, no number of chances can show. And however few
      // they were: not to have seen it speaks for no limit that it exceeds, so that the other side is never the surer one.
      if (value === 0) {
        if (!isBelow(0)) return 0
        if (isBelow(known)) return 1
        return Math.max(UNKNOWN, within(limit))
      }
      if (mayExceed1 && limit >= 1) return Math.max(UNKNOWN, within(limit - 1))
      return isBelow(1) ? 1 : Math.min(UNKNOWN, 1 - within(1 - limit))
    },
  }
}

/**
 * A figure of what could be looked into, to which the rest may add as much as `most`: it lies on one side of a limit as surely as
 * the end that is nearer to the other side does.
 */
export function openFigure(figure: Figure, most: number): Figure {
  return {
    replications: figure.replications,
    value: figure.value,
    samples: figure.samples,
    effective: figure.effective,
    interval(confidence) {
      const interval = figure.interval(confidence)
      return interval && { ...interval, high: interval.high + most }
    },
    confidenceBelow(limit, orEqual) {
      const atLeast = figure.confidenceBelow(limit, orEqual)
      const atMost = figure.confidenceBelow(limit - most, orEqual)
      return atLeast === null || atMost === null ? null : Math.max(atMost, Math.min(UNKNOWN, atLeast))
    },
  }
}
