/**
 * Where a pod's nonces come from.
 *
 *   generation 4 | boot epoch 16 | count 20
 *
 * A nonce that comes twice under one key is a ufrag and a password that come twice: an old client enters a new session,
 * and the kill of an old session drops a new caller. A count alone starts at 0 with each boot; so each boot has an
 * epoch that no earlier one had, and the epoch is all that must survive a restart: 16 bits, written down *before* the
 * first nonce is used, by the pod or by whoever starts it. When a pod has used up its count, a million sessions, or its
 * epochs, it takes the next epoch, or the next key.
 */
import { assertField, GENERATIONS, NONCE_LIMIT, SESSION_LIMIT } from './layout.ts'

const COUNT_LIMIT = 2 ** 20
export const EPOCH_LIMIT = SESSION_LIMIT / COUNT_LIMIT

export class Nonces {
  readonly epoch: number
  private count = 0

  /** `epoch`: 0 to 65,535, one that this pod has never had under this key. @throws RangeError otherwise. */
  constructor(epoch: number) {
    assertField('epoch', epoch, EPOCH_LIMIT)
    this.epoch = epoch
  }

  /** A new session's nonce. @throws RangeError when the epoch is used up: go on with the next one. */
  next(): number {
    if (this.count === COUNT_LIMIT)
      throw new RangeError(`epoch ${this.epoch} has no session left; take another`)
    return this.epoch * COUNT_LIMIT + this.count++
  }
}

/**
 * The nonce with which the same session goes on after an ICE restart: another ufrag and password, and to the relay the
 * same session, that its flow keeps and one kill ends.
 * @throws RangeError after the 15th restart; the session then needs a nonce of its own.
 */
export function restartNonce(nonce: number): number {
  assertField('nonce', nonce, NONCE_LIMIT)
  if (nonce + SESSION_LIMIT >= NONCE_LIMIT)
    throw new RangeError(`a session has ${GENERATIONS} ufrags, no more`)
  return nonce + SESSION_LIMIT
}
