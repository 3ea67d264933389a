/**
 * What one turn costs the inference pool, from the tokens in its context to the first audio.
 *
 * Prefill is compute-bound: linear in the uncached tokens, and attention of each new token to all before it. Decoding
 * is bound by reading keys and values: linear in the context. With the earlier context cached only the new tokens are
 * prefilled, but they still attend to all of it.
 */
import type { TurnLatencyParams } from './params.ts'

type ServiceParams = Pick<
  TurnLatencyParams,
  'prefillPerToken' | 'attentionAt10k' | 'firstAudio' | 'decodePer10k'
>

const TEN_K = 10_000

/** Seconds to prefill `fresh` tokens behind `cached` ones. */
export function prefill(
  { prefillPerToken, attentionAt10k }: ServiceParams,
  fresh: number,
  cached: number,
): number {
  // Pairs attended to: each fresh token looks at the cached ones and, on average, at half of the fresh.
  const pairs = fresh * cached + (fresh * fresh) / 2
  return fresh * prefillPerToken + attentionAt10k * (pairs / ((TEN_K * TEN_K) / 2))
}

/** Mean seconds from the end of prefill to the first audio. */
export const decode = ({ firstAudio, decodePer10k }: ServiceParams, context: number): number =>
  firstAudio + decodePer10k * (context / TEN_K)
