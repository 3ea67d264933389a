import { DistributionError } from './refuse.ts'
import type { Stream } from './stream.ts'

/** A weighted choice, ready to be drawn from in constant time. */
export interface AliasTable {
  /** Chance of keeping column i, 0..1. */
  readonly keep: Float64Array
  /** Whose weight fills the rest of column i. */
  readonly alias: Int32Array
}

/**
 * Walker's alias table by Vose's linear method (IEEE TSE 17(9), 1991): n columns of equal area, each holding its own
 * weight and the excess of at most one other. Weights are finite, not negative, not all zero; they need not add up to 1.
 */
export function aliasTable(weights: ArrayLike<number>): AliasTable {
  const n = weights.length
  let total = 0
  for (let i = 0; i < n; i++) {
    const weight = weights[i]!
    if (!(weight >= 0 && weight < Infinity)) {
      throw new DistributionError('discrete', `weights[${i}]`, 'finite and at least 0', weight)
    }
    total += weight
  }
  if (!(total > 0 && total < Infinity)) {
    throw new DistributionError('discrete', 'sum of weights', 'finite and above 0', total)
  }
  const keep = Float64Array.from({ length: n }, (_, i) => (weights[i]! * n) / total)
  const alias = Int32Array.from({ length: n }, (_, i) => i)
  const small: number[] = []
  const large: number[] = []
  for (let i = 0; i < n; i++) (keep[i]! < 1 ? small : large).push(i)
  while (small.length > 0 && large.length > 0) {
    const poor = small.pop()!
    const rich = large.at(-1)!
    alias[poor] = rich
    keep[rich] = keep[rich]! - (1 - keep[poor]!)
    if (keep[rich] < 1) small.push(large.pop()!)
  }
  // What is left over differs from 1 by rounding alone.
  for (const i of small) keep[i] = 1
  for (const i of large) keep[i] = 1
  return { keep, alias }
}

/** Index of a weight, chosen in proportion to it: one uniform. */
export function discrete(stream: Stream, table: AliasTable): number {
  const u = stream.uniform() * table.keep.length
  const column = u | 0
  return u - column < table.keep[column]! ? column : table.alias[column]!
}
