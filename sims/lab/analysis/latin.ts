/**
 * Uncertain inputs drawn together: Latin hypercube samples, and how much of an output's variance each input is behind.
 *
 * Each input is triangular between its low and its high with the mode at its mid. Every N-th of each input is drawn exactly
 * once, in an order of its own (McKay, Beckman & Conover 1979), so that few samples cover every input's range.
 *
 * The shares come from one polynomial fitted to all samples: terms of degree one and two of each input, and products of
 * pairs, made orthonormal under the inputs' distributions, so that the variance is the sum of the squared coefficients
 * (polynomial chaos; Sudret, Reliab. Eng. Syst. Saf. 93, 2008). An input's total effect is the share of the terms that it
 * is in; of a linear model that is exact. What the polynomial does not explain is told as the rest.
 */
import { AnalysisError } from './error.ts'
import type { Stream } from '../kernel/random/stream.ts'

export interface Triangular {
  readonly low: number
  readonly mid: number
  readonly high: number
}

/** The value that a share `u` of the distribution lies below. */
export function triangularQuantile({ low, mid, high }: Triangular, u: number): number {
  const width = high - low
  if (width === 0) return low
  const below = (mid - low) / width
  return u < below
    ? low + Math.sqrt(u * width * (mid - low))
    : high - Math.sqrt((1 - u) * width * (high - mid))
}

/** `samples` points of as many inputs as there are streams: a share 0..1 of each input's distribution. */
export function latinHypercube(samples: number, streams: readonly Stream[]): number[][] {
  if (!(Number.isInteger(samples) && samples >= 1))
    throw new AnalysisError('out-of-range', `samples must be a whole number of 1 or more, not ${samples}`)
  const columns = streams.map((stream) => {
    const order = Array.from({ length: samples }, (_, i) => i)
    for (let i = samples - 1; i > 0; i--) {
      const j = stream.below(i + 1)
      ;[order[i], order[j]] = [order[j]!, order[i]!]
    }
    return order.map((stratum) => (stratum + stream.uniformOpen()) / samples)
  })
  return Array.from({ length: samples }, (_, i) => columns.map((column) => column[i]!))
}

export interface Effects {
  /** Total effect of each input, a share of the output's variance; null where the output does not vary. */
  readonly shares: readonly number[] | null
  /** What the polynomial leaves unexplained, a share of the variance. */
  readonly rest: number
}

/** Samples that a fit takes for each of its terms. */
const FEWEST_PER_TERM = 4

/** Total effects of `inputs` on `outputs`. Inputs as values, one row a sample. */
export function totalEffects(
  inputs: readonly (readonly number[])[],
  outputs: readonly number[],
  distributions: readonly Triangular[],
): Effects {
  const dimensions = distributions.length
  const bases = distributions.map(basisOf)
  const pairs: (readonly [number, number])[] = []
  for (let i = 0; i < dimensions; i++) for (let j = i + 1; j < dimensions; j++) pairs.push([i, j])
  // Squares and products only where there are samples enough for them.
  const isRich = outputs.length >= FEWEST_PER_TERM * (1 + 2 * dimensions + pairs.length)
  const terms: readonly (readonly [number, number, number, number])[] = [
    ...distributions.map((_, i) => [i, 0, -1, -1] as const),
    ...(isRich ? distributions.map((_, i) => [i, 1, -1, -1] as const) : []),
    ...(isRich ? pairs.map(([i, j]) => [i, 0, j, 0] as const) : []),
  ]
  const rows = inputs.map((row) => {
    const values = row.map((value, i) => bases[i]!(value))
    return [1, ...terms.map(([i, a, j, b]) => values[i]![a]! * (j < 0 ? 1 : values[j]![b]!))]
  })
  const mean = outputs.reduce((sum, one) => sum + one, 0) / outputs.length
  const variance = outputs.reduce((sum, one) => sum + (one - mean) ** 2, 0) / outputs.length
  if (!(variance > 1e-20 * mean * mean) || outputs.length <= rows[0]!.length) return { shares: null, rest: 1 }
  const coefficients = leastSquares(rows, outputs)
  let unexplained = 0
  for (const [i, row] of rows.entries()) {
    const fitted = row.reduce((sum, one, term) => sum + one * coefficients[term]!, 0)
    unexplained += (outputs[i]! - fitted) ** 2
  }
  unexplained /= outputs.length
  const squares = coefficients.slice(1).map((one) => one * one)
  const explained = squares.reduce((sum, one) => sum + one, 0)
  const total = explained + unexplained
  const shares = distributions.map((_, input) => {
    const own = terms.reduce(
      (sum, [i, , j], term) => (i === input || j === input ? sum + squares[term]! : sum),
      0,
    )
    return own / total
  })
  return { shares, rest: unexplained / total }
}

/** Two polynomials of a triangular input with mean 0 and variance 1 that do not correlate; 0 for one that does not vary. */
function basisOf(distribution: Triangular): (x: number) => readonly [number, number] {
  const points = Array.from({ length: 2000 }, (_, i) => triangularQuantile(distribution, (i + 0.5) / 2000))
  const mean = average(points)
  const deviation = Math.sqrt(average(points.map((x) => (x - mean) ** 2)))
  if (deviation === 0) return () => [0, 0]
  const scaled = points.map((x) => (x - mean) / deviation)
  const skew = average(scaled.map((z) => z ** 3))
  const second = (z: number): number => z * z - skew * z - 1
  const norm = Math.sqrt(average(scaled.map((z) => second(z) ** 2)))
  return (x) => {
    const z = (x - mean) / deviation
    return [z, second(z) / norm]
  }
}

const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** Coefficients of the least squares: normal equations by Gauss with pivoting; the basis is nearly orthonormal. */
function leastSquares(rows: readonly (readonly number[])[], outputs: readonly number[]): number[] {
  const n = rows[0]!.length
  const system = Array.from({ length: n }, () => new Float64Array(n + 1))
  for (const [k, row] of rows.entries()) {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) system[i]![j]! += row[i]! * row[j]!
      system[i]![n]! += row[i]! * outputs[k]!
    }
  }
  for (let column = 0; column < n; column++) {
    let pivot = column
    for (let i = column + 1; i < n; i++) {
      if (Math.abs(system[i]![column]!) > Math.abs(system[pivot]![column]!)) pivot = i
    }
    ;[system[column], system[pivot]] = [system[pivot]!, system[column]!]
    // A column of zeros: an input that does not vary.
    if (Math.abs(system[column]![column]!) < 1e-12) continue
    for (let i = 0; i < n; i++) {
      if (i === column) continue
      const factor = system[i]![column]! / system[column]![column]!
      for (let j = column; j <= n; j++) system[i]![j]! -= factor * system[column]![j]!
    }
  }
  return system.map((row, i) => (Math.abs(row[i]!) < 1e-12 ? 0 : row[n]! / row[i]!))
}
