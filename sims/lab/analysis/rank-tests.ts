/**
 * Wilcoxon's signed-rank test, one-sided, for paired differences: are they shifted above zero?
 *
 * The differences that are not zero are ranked by size; W+ is the sum of the ranks of the positive ones. Were the
 * differences symmetric about zero, each rank would be positive by the toss of a coin, and W+ has a distribution that can be counted out.
 * Up to 50 pairs it is counted (ties included: mid-ranks are halves, so counting in half units stays exact); beyond, the
 * normal approximation with the tie correction and a continuity correction of one half. Differences of exactly zero say
 * nothing about direction and are left out (Wilcoxon's own rule).
 *
 * Source: Hollander, Wolfe & Chicken, Nonparametric Statistical Methods, 3rd ed., section 3.1; the exact critical values
 * are in its table A.4, against which the test beside this file checks.
 */
import { requireSample } from './error.ts'
import { normalTail } from './normal.ts'

export interface SignedRank {
  /** Sum of the ranks of the positive differences. */
  readonly wPlus: number
  /** Differences that are not zero. */
  readonly n: number
  /** P(W+ >= observed) without a shift: small when the differences lie above zero. 1 when all are zero. */
  readonly p: number
  readonly exact: boolean
}

const EXACT_UP_TO = 50

/**
 * Tests whether `differences` are shifted above `shift` (default 0): `signedRankGreater(logRatios, Math.log(1.01))` asks
 * whether the ratios exceed 1 by more than 1 %.
 */
export function signedRankGreater(differences: readonly number[], shift = 0): SignedRank {
  requireSample(differences, 'signedRankGreater')
  const shifted = differences
    .map((difference) => difference - shift)
    .filter((difference) => difference !== 0)
    .sort((a, b) => Math.abs(a) - Math.abs(b))
  const n = shifted.length
  if (n === 0) return { wPlus: 0, n, p: 1, exact: true }
  const { doubled, tieTerm } = midRanks(shifted.map(Math.abs))
  let doubledW = 0
  for (const [i, difference] of shifted.entries()) if (difference > 0) doubledW += doubled[i]!
  const exact = n <= EXACT_UP_TO
  const p = exact ? countedTail(doubled, doubledW) : approximateTail(n, doubledW / 2, tieTerm)
  return { wPlus: doubledW / 2, n, p, exact }
}

/** Twice the mid-rank of each ascending size (whole numbers), and the sum of t^3 - t over groups of t equal ones. */
function midRanks(sizes: readonly number[]): { doubled: number[]; tieTerm: number } {
  const doubled: number[] = []
  let tieTerm = 0
  for (let start = 0; start < sizes.length;) {
    let end = start + 1
    while (end < sizes.length && sizes[end] === sizes[start]) end++
    const tied = end - start
    // Ranks start+1 .. end; their mean, doubled, is start + 1 + end.
    for (let i = start; i < end; i++) doubled.push(start + 1 + end)
    tieTerm += tied ** 3 - tied
    start = end
  }
  return { doubled, tieTerm }
}

/** Share of the 2^n sign choices whose doubled W+ is at least the observed one: a subset-sum count in doubles. */
function countedTail(doubled: readonly number[], observed: number): number {
  const total = doubled.reduce((sum, rank) => sum + rank, 0)
  const probability = new Float64Array(total + 1)
  probability[0] = 1
  let reach = 0
  for (const rank of doubled) {
    reach += rank
    for (let w = reach; w >= 0; w--) {
      probability[w] = (probability[w]! + (w >= rank ? probability[w - rank]! : 0)) / 2
    }
  }
  // From the far end, where the terms are small.
  let tail = 0
  for (let w = total; w >= observed; w--) tail += probability[w]!
  return Math.min(1, tail)
}

function approximateTail(n: number, wPlus: number, tieTerm: number): number {
  const centre = (n * (n + 1)) / 4
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - tieTerm / 48
  return normalTail((wPlus - centre - 0.5) / Math.sqrt(variance))
}
