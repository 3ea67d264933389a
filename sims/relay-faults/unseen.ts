/**
 * How likely it is that a caller gives up, where none was seen to.
 *
 * A caller's patience is a known time, and so are all waits on the way back but two: his round trip, and the queue for a
 * handshake. From some second on every attempt would succeed if both are short enough; the attempt under way then, a wait
 * for the next and that one itself are all that is left. If they end within his patience, only a round trip that does
 * not fit into an attempt can lose the call, and of that the chance is known: the queue is no longer than if all who asked
 * in the whole run had come at once.
 */
import { normalTail } from '../lab/analysis/normal.ts'
import type { RelayFaultsParams } from './params.ts'
import { BATCHING, DTLS_FLIGHTS, MOST_DOUBLINGS, roundTrips, SIGNALLING } from './protocol.ts'

/** Deviations by which those who ask in another replication may be more than those of this one. */
const LUCK = 6

/**
 * A bound on the chance that one caller gives up; 1 where nothing can be said. `asked`: handshakes that a cluster was asked
 * for; `rate`: those that it does in a second; in both the worst cluster that callers may come to.
 */
export function chanceOfLoss(params: RelayFaultsParams, asked: number, rate: number): number {
  const { deadAfter, attemptTimeout, patience, backoff, retry } = params
  const succeeds = secondOfSuccess(params)
  const attempts = 1 + Math.ceil(succeeds / attemptTimeout)
  const wait = retry === 'fixed' ? backoff : backoff * 2 ** Math.min(MOST_DOUBLINGS, attempts - 1)
  if (Math.max(deadAfter, succeeds) + attemptTimeout + wait + attemptTimeout >= patience) return 1
  const left = attemptTimeout - BATCHING - (1 + asked + LUCK * Math.sqrt(asked)) / rate
  return chanceOfLongerRtt(params, left / (SIGNALLING + 0.5 + DTLS_FLIGHTS) - params.farRtt)
}

/** Seconds after the fault from which on an attempt is answered. */
function secondOfSuccess({
  fault,
  downtime,
  steering,
  steeringDelay,
  anycastDelay,
}: RelayFaultsParams): number {
  if (fault === 'region-loss') return steering === 'anycast' ? anycastDelay : steeringDelay
  return fault === 'relay-crash' || fault === 'rolling-restart' ? downtime : 0
}

function chanceOfLongerRtt(params: RelayFaultsParams, seconds: number): number {
  if (seconds <= 0) return 1
  if (params.steering === 'anycast') return seconds > params.anycastRtt ? 0 : 1
  const { mu, sigma } = roundTrips(params)
  return normalTail((Math.log(seconds) - mu) / sigma)
}
