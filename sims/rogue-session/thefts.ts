/**
 * What a thief gets, from draws alone: when his sessions begin, how long they last, what ends them. The model puts the
 * same times to the relay; here is nothing but arithmetic, so that theory can integrate it.
 */
import { exponential } from '../lab/kernel/random/exponential.ts'
import type { Stream } from '../lab/kernel/random/stream.ts'
import type { InForce } from './defences.ts'
import type { RogueParams } from './params.ts'

/** Draws of one theft, in seconds; all are drawn whatever the defence, so that defences meet the same thefts. */
export interface TheftDraws {
  /** To the thief's first try, and to the owner's use of the key. */
  readonly leak: number
  readonly owner: number
  /** The owner's call, at most the cap, and whether he goes without a word. */
  readonly call: number
  readonly vanishes: boolean
  readonly detection: number
  /** 0..1, for each place that he may have: where in the spread the relay there gets the kill. */
  readonly reaches: readonly number[]
}

/** Reaches of further places have a stream of their own, so that more of them change nothing else. */
export function drawTheft(params: RogueParams, stream: Stream, reaching: Stream): TheftDraws {
  return {
    leak: exponential(stream, params.leakDelay),
    owner: exponential(stream, params.ownerDelay),
    call: Math.min(params.sessionCap, exponential(stream, params.callLength)),
    vanishes: stream.uniform() < params.vanished,
    detection: exponential(stream, params.detection),
    reaches: Array.from({ length: params.parallel }, (_, place) =>
      (place === 0 ? stream : reaching).uniform(),
    ),
  }
}

/** Sessions in a row in one place of a thief's, all with one key. */
export interface Chain {
  /** Seconds after the thief's first try at which it is over, if nothing stops it. */
  readonly length: number
  /** Places that he has at once. */
  readonly places: number
}

/**
 * Sessions with a stolen key: as many at once as he likes, each to the cap, and a new one for each that ends while the
 * key lives. A key for one use is worth one session, to whoever comes first. Null when he gets nothing.
 */
export function chainOf(
  { sessionCap, parallel }: RogueParams,
  { singleUse }: InForce,
  { leak, owner }: TheftDraws,
  keyLifetime: number,
): Chain | null {
  if (leak >= keyLifetime) return null
  if (singleUse) return leak < owner ? { length: sessionCap, places: 1 } : null
  const sessions = Math.floor((keyLifetime - leak) / sessionCap) + 1
  return { length: sessions * sessionCap, places: parallel }
}

/** When a kill reaches one relay, seconds after the first forged second; Infinity where nobody kills. */
export const killedAt = (
  { spread }: RogueParams,
  { kill }: InForce,
  detection: number,
  reach: number,
): number => (kill ? detection + spread * reach : Infinity)

/**
 * How long another's session is held open by checks with its copied ufrag and password, after its owner went without
 * hanging up: to the cap, or until consent ends.
 */
export function heldFor(
  { sessionCap, consentTimeout }: RogueParams,
  { consent }: InForce,
  call: number,
): number {
  const left = sessionCap - call
  return consent ? Math.min(consentTimeout, left) : left
}
