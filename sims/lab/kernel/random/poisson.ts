/**
 * Poisson counts, exact at every mean.
 *
 * Below 10 by inversion: walk up the probabilities until they cover one uniform, mean + 1 steps on average. From 10 on
 * by transformed rejection with squeeze (PTRS: Hörmann, "The transformed rejection method for generating Poisson random
 * variables", Insurance: Mathematics and Economics 12, 1993): two uniforms, constant time at any mean, no normal
 * approximation. The logarithm of a probability is written around the mean, so that nothing large cancels and counts of
 * 10^12 stay exact to the last digit that matters.
 */
import { checkNotNegative } from './refuse.ts'
import type { Stream } from './stream.ts'

const INVERSION_BELOW = 10

/** What Stirling's formula lacks: log k! - (k log k - k + log(2 pi k) / 2), for k = 1 .. 15; index 0 unused. */
const STIRLING_GAP = stirlingGaps(16)

function stirlingGaps(n: number): Float64Array {
  const gaps = new Float64Array(n)
  let logFactorial = 0
  for (let k = 1; k < n; k++) {
    logFactorial += Math.log(k)
    gaps[k] = logFactorial - (k * Math.log(k) - k + 0.5 * Math.log(2 * Math.PI * k))
  }
  return gaps
}

function stirlingGap(k: number): number {
  if (k < STIRLING_GAP.length) return STIRLING_GAP[k]!
  const square = k * k
  return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / k
}

/** Natural logarithm of P(N = k), k an integer at least 0, mean above 0. */
export function logPoissonProbability(mean: number, k: number): number {
  if (k === 0) return -mean
  const x = (k - mean) / mean
  const deviance = mean * ((1 + x) * Math.log1p(x) - x)
  return -deviance - 0.5 * Math.log(2 * Math.PI * k) - stirlingGap(k)
}

/** Number of events of a Poisson process in a stretch that holds `mean` of them on average. Mean 0 gives 0. */
export function poisson(stream: Stream, mean: number): number {
  checkNotNegative('poisson', 'mean', mean)
  return mean < INVERSION_BELOW ? byInversion(stream, mean) : byRejection(stream, mean)
}

function byInversion(stream: Stream, mean: number): number {
  let u = stream.uniform()
  let probability = Math.exp(-mean)
  let k = 0
  // Probabilities that no longer count end the walk where rounding left the sum a hair below u.
  while (u >= probability && probability > 0) {
    u -= probability
    k += 1
    probability *= mean / k
  }
  return k
}

function byRejection(stream: Stream, mean: number): number {
  // Constants of the paper's fit to the hat function.
  const b = 0.931 + 2.53 * Math.sqrt(mean)
  const a = -0.059 + 0.02483 * b
  const squeeze = 0.9277 - 3.6224 / (b - 2)
  const logInverseAlpha = Math.log(1.1239 + 1.1328 / (b - 3.4))
  for (;;) {
    const u = stream.uniformOpen() - 0.5
    const v = stream.uniformOpen()
    const us = 0.5 - Math.abs(u)
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43)
    if (us >= 0.07 && v <= squeeze) return k
    if (k < 0 || (us < 0.013 && v > us)) continue
    const hat = Math.log(v) + logInverseAlpha - Math.log(a / (us * us) + b)
    if (hat <= logPoissonProbability(mean, k)) return k
  }
}
