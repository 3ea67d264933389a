/**
 * One figure for all rows against another commit: the geometric mean of their ratios.
 *
 * A row's ratio is the median of its rounds; the interval comes from drawing each row's rounds anew (a stratified
 * bootstrap). It holds what the rounds show, no more: rows that were not compared are not in it.
 */
import { mean, median } from 'simple-statistics'
import { stratifiedBootstrapInterval } from '../../lab/analysis/bootstrap.ts'
import { openStream } from '../../lab/kernel/random/stream.ts'
import type { BenchDocument } from './document.ts'

/** `rows`: the log ratios of each row's rounds. Undefined for none. */
export function geometricMean(
  rows: readonly (readonly number[])[],
  seed: number,
): BenchDocument['geomean'] | undefined {
  if (rows.length === 0) return undefined
  const { value, low, high } = stratifiedBootstrapInterval(
    rows,
    (samples) => mean(samples.map((rounds) => median(rounds))),
    openStream(seed, 0, 'bench/geomean'),
  )
  return { rows: rows.length, ratio: Math.exp(value), low: Math.exp(low), high: Math.exp(high) }
}
