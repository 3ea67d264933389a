/**
 * Is head slower than base? The rule, as a pure function of the rounds' log ratios.
 *
 * A round gives one log ratio, head's seconds over base's, each the least of a fresh process's samples. If nothing has
 * changed the two are exchangeable, so the ratios are symmetric about 1, and Wilcoxon's signed-rank test holds its level
 * whatever the noise looks like. It is asked two things, at fixed numbers of rounds (the looks):
 *
 * - **slower**: the ratios lie above the tolerance (1 + 1 %), at the level `alpha` of the whole gate, divided by the
 *   benchmarks and by the looks that can find it, so that the chance of any false alarm in any benchmark is below alpha.
 * - **clear**: they lie below the limit (1 + 3 %), at the level `beta` of this benchmark, divided by all looks.
 *
 * What lies between is undecided until the last look, and then stays so. A benchmark that was found slower is measured
 * again with fresh rounds at the level `confirmAlpha`, and is only then said to be slower: two independent findings.
 * Measured rates stand in `METHODOLOGY.md`; `gate --self-test` measures them where you are.
 */
import { orderStatisticInterval } from '../../lab/analysis/quantile.ts'
import { signedRankGreater } from '../../lab/analysis/rank-tests.ts'

export interface Plan {
  /** Slower than this share is slower. */
  readonly tolerance: number
  /** Surely less slow than this is clear. */
  readonly limit: number
  readonly alpha: number
  readonly beta: number
  readonly confirmAlpha: number
  /** Benchmarks that share `alpha`. */
  readonly benchmarks: number
  /** Rounds after which a verdict may come, ascending. */
  readonly looks: readonly number[]
  /** Rounds after which a finding may be confirmed, ascending. */
  readonly confirmLooks: readonly number[]
}

/** How much wider the limit is than the tolerance. */
const LIMIT_ABOVE = 0.02

export function planOf(benchmarks: number, tolerance = 0.01): Plan {
  return {
    tolerance,
    limit: tolerance + LIMIT_ABOVE,
    alpha: 0.01,
    beta: 0.05,
    confirmAlpha: 0.01,
    benchmarks: Math.max(1, benchmarks),
    // Most are clear after 8. Where processes of the very same code differ by 5 %, as a flow table does on a busy machine,
    // +5 % takes some 40.
    looks: [8, 14, 20, 30, 45, 60],
    confirmLooks: [12, 20, 30, 45],
  }
}

export type Finding = 'slower' | 'clear' | 'undecided'

/** What the rounds so far say; `undecided` also means: go on. */
export function judge(logRatios: readonly number[], plan: Plan): Finding {
  const { tolerance, limit, alpha, beta, benchmarks, looks } = plan
  const n = logRatios.length
  if (!looks.includes(n)) return 'undecided'
  // A look with too few rounds to reach the level at all takes no share of it.
  const able = looks.filter((look) => 2 ** -look <= alpha / benchmarks / looks.length)
  const level = alpha / benchmarks / Math.max(1, able.length)
  if (able.includes(n) && signedRankGreater(logRatios, Math.log1p(tolerance)).p <= level) return 'slower'
  const below = signedRankGreater(negated(logRatios), -Math.log1p(limit))
  return below.p <= beta / looks.length ? 'clear' : 'undecided'
}

/** Whether fresh rounds bear the finding out. `undecided` means: go on, or at the last look that they do not. */
export function confirm(logRatios: readonly number[], plan: Plan): 'confirmed' | 'undecided' {
  const { tolerance, confirmAlpha, confirmLooks } = plan
  if (!confirmLooks.includes(logRatios.length)) return 'undecided'
  const { p } = signedRankGreater(logRatios, Math.log1p(tolerance))
  return p <= confirmAlpha / confirmLooks.length ? 'confirmed' : 'undecided'
}

export type Order = 'head slower' | 'head faster'

/** Level at which an order is said, both sides and all looks together. */
const ORDER_LEVEL = 0.01

/**
 * The same program in two folders lies in other pages of memory, for as long as it is measured: a difference of less than
 * this is nobody's.
 */
const ORDER_LEAST = Math.log1p(0.005)
/** Surely closer than this, the two are alike: no further round is worth it. */
const ALIKE = Math.log1p(0.015)
const ALIKE_LEVEL = 0.02

/**
 * Which of the two is slower, by more than half a per cent, where that is sure; null where it is not, and between looks.
 * For those who want to know the order of two programs, not whether one may pass.
 */
export function orderOf(logRatios: readonly number[], { looks }: Plan): Order | null {
  const able = looks.filter((look) => 2 ** -look <= ORDER_LEVEL / 2 / looks.length)
  if (!able.includes(logRatios.length)) return null
  const level = ORDER_LEVEL / 2 / able.length
  if (signedRankGreater(logRatios, ORDER_LEAST).p <= level) return 'head slower'
  return signedRankGreater(negated(logRatios), ORDER_LEAST).p <= level ? 'head faster' : null
}

/** Whether the two surely differ by less than one and a half per cent; false between looks. */
export function areAlike(logRatios: readonly number[], { looks }: Plan): boolean {
  if (!looks.includes(logRatios.length)) return false
  const level = ALIKE_LEVEL / looks.length
  return [logRatios, negated(logRatios)].every(
    (ratios) => signedRankGreater(negated(ratios), -ALIKE).p <= level,
  )
}

export const negated = (values: readonly number[]): number[] => values.map((value) => -value)

export interface Ratio {
  /** Median of the rounds' ratios, head over base: above 1 is slower. */
  readonly ratio: number
  /** Its distribution-free 95 % interval; all that was seen where there are under six rounds. */
  readonly low: number
  readonly high: number
}

export function ratioOf(logRatios: readonly number[]): Ratio {
  const { value, low, high } = orderStatisticInterval(logRatios, 0.5)
  return {
    ratio: Math.exp(value),
    low: Math.exp(low ?? Math.min(...logRatios)),
    high: Math.exp(high ?? Math.max(...logRatios)),
  }
}
