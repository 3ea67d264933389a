/** Service times of a given mean and squared coefficient of variation (SCV). */
import { exponential } from '../lab/kernel/random/exponential.ts'
import { gamma } from '../lab/kernel/random/gamma.ts'
import { hyperexponential, hyperexponentialFrom } from '../lab/kernel/random/hyperexponential.ts'
import type { Stream } from '../lab/kernel/random/stream.ts'

/** A draw a call. Decided once: no branch on the kind of distribution is left in the loop. */
export function serviceTimes(
  stream: Stream,
  { serviceTime: mean, serviceScv: scv }: { readonly serviceTime: number; readonly serviceScv: number },
): () => number {
  if (scv === 1) return () => exponential(stream, mean)
  if (scv === 0) return () => mean
  if (scv < 1) return () => gamma(stream, 1 / scv, mean * scv)
  const mixture = hyperexponentialFrom({ mean, scv })
  return () => hyperexponential(stream, mixture)
}
