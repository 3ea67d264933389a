/**
 * Every verifier behind one face, for the one file of cases: ours, the reference library, and the rules of it and of two
 * SDKs as their sources state them, faults included.
 */
import { Webhook } from 'standardwebhooks'
import { PEER_RULES, type PeerName } from '../peers.ts'
import { Refused } from '../refusal.ts'
import { Verifier } from '../verifier.ts'

export interface Case {
  readonly name: string
  readonly secret: string
  readonly body?: string
  readonly bodyBase64?: string
  readonly headers: Readonly<Record<string, string>>
  readonly now: number
  readonly verdict: string
  readonly standardwebhooks: 'accepted' | 'refused'
  readonly openaiLike: 'accepted' | 'refused'
  readonly replicateLike: 'accepted' | 'refused'
  readonly differs?: string
}

export const bodyOf = ({ body, bodyBase64 }: Case): Buffer =>
  bodyBase64 === undefined ? Buffer.from(body!) : Buffer.from(bodyBase64, 'base64')

/** `accepted`, or the reason. */
export function ours(one: Case): string {
  try {
    new Verifier({ secrets: [one.secret] }).verifySync(one.headers, bodyOf(one), one.now)
    return 'accepted'
  } catch (error) {
    if (error instanceof Refused) return error.reason
    throw error
  }
}

/** Needs `Date.now` to be frozen at the case's `now`: the library takes no clock. */
export function standardWebhooks(one: Case): 'accepted' | 'refused' {
  try {
    // It parses what it has verified; a body that is no JSON is not its refusal.
    new Webhook(one.secret).verify(bodyOf(one), { ...one.headers })
    return 'accepted'
  } catch (error) {
    return error instanceof SyntaxError ? 'accepted' : 'refused'
  }
}

/** What a peer's rules say of a case. */
export const byRules = (peer: PeerName, one: Case): 'accepted' | 'refused' =>
  PEER_RULES[peer]({ headers: one.headers, body: bodyOf(one) }, one.secret, one.now) ? 'accepted' : 'refused'
