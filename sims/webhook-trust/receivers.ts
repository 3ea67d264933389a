/**
 * Receivers under attack: ours, which heeds what the engine's verifier says (a duplicate is answered and not acted upon,
 * an unbound body neither), and those of others, who act upon whatever their rules accept.
 */
import {
  PEER_RULES,
  Refused,
  Verifier,
  type Delivery,
  type PeerName,
  type VerifierOptions,
} from '../../engines/webhook/core.ts'

export const PEERS = Object.keys(PEER_RULES) as PeerName[]

/** What our receiver makes of a delivery: acted upon, or why not. */
export type Fate = 'accepted' | 'duplicate' | 'unbound' | Refused['reason']

export class OurReceiver {
  private readonly verifier: Verifier

  constructor(options: VerifierOptions) {
    this.verifier = new Verifier(options)
  }

  /** `now` in seconds. What is accepted is processed at once. */
  take({ headers, body }: Delivery, now: number): Fate {
    try {
      const { id, duplicate, bodyBound } = this.verifier.verifySync(headers, body, now)
      if (duplicate) return 'duplicate'
      if (!bodyBound) return 'unbound'
      this.verifier.processed(id, now)
      return 'accepted'
    } catch (error) {
      if (error instanceof Refused) return error.reason
      throw error
    }
  }
}
