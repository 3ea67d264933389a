/**
 * Service that is mostly short and sometimes long: one of two exponentials, with balanced means (each branch brings half
 * of the work), for a squared coefficient of variation above 1.
 */
import { exponential } from './exponential.ts'
import { checkPositive, DistributionError } from './refuse.ts'
import type { Stream } from './stream.ts'

export interface Hyperexponential {
  /** Probability of the short branch. */
  readonly short: number
  /** Mean of the short branch and of the long one. */
  readonly shortMean: number
  readonly longMean: number
}

/** Balanced means (Morse; Tijms, A First Course in Stochastic Models, appendix B): `scv` 1 or more. */
export function hyperexponentialFrom({ mean, scv }: { mean: number; scv: number }): Hyperexponential {
  checkPositive('hyperexponential', 'mean', mean)
  if (!(scv >= 1 && scv < Infinity)) {
    throw new DistributionError('hyperexponential', 'scv', 'finite and at least 1', scv)
  }
  const short = (1 + Math.sqrt((scv - 1) / (scv + 1))) / 2
  return { short, shortMean: mean / (2 * short), longMean: mean / (2 * (1 - short)) }
}

export function hyperexponential(stream: Stream, { short, shortMean, longMean }: Hyperexponential): number {
  return exponential(stream, stream.uniform() < short ? shortMean : longMean)
}
