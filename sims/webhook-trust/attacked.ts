/** Every attack on every verifier, over the span; mutated ones on ours; and tokens that come with another body. */
import { KeySet, PEER_RULES, type Delivery } from '../../engines/webhook/core.ts'
import type { ReplicationContext } from '../lab/contract/sim.ts'
import type { Stream } from '../lab/kernel/random/stream.ts'
import { ATTACKS, signed, type Attack, type Genuine } from './attacks.ts'
import { secretFrom, TOKEN_KEYS, tokenOf } from './keys.ts'
import { mutated } from './mutate.ts'
import { OurReceiver, PEERS, type Fate } from './receivers.ts'

/** When virtual time begins, seconds since 1970. */
export const START = 1_790_000_000
export const VERIFIERS = ['ours', ...PEERS] as const
export type VerifierName = (typeof VERIFIERS)[number]

export const TOKEN_ATTACK = 'token-with-another-body'
const AUDIENCE = 'project'
const ISSUER = 'https://generativelanguage.googleapis.com'
/** A token is good for so long, s. */
const TOKEN_LIFE = 3600

/** How often each verifier acted upon an attack. */
export type Accepted = Record<VerifierName, number>

export interface Attacked {
  readonly attempts: number
  /** By attack. */
  readonly accepted: Readonly<Record<string, Accepted>>
  /** Genuine deliveries that ours took, of as many. */
  readonly genuine: { readonly sent: number; readonly taken: number }
}

/** Every kind of attack `each` times, at moments of the span (s). */
export function attack(ctx: ReplicationContext, span: number, each: number): Attacked {
  const stream = ctx.stream('attacks')
  const accepted: Record<string, Accepted> = {}
  const genuine = { sent: 0, taken: 0 }
  for (const one of ATTACKS) {
    const counts = (accepted[one.name] = nobody())
    for (let i = 0; i < each; i++) {
      const original = deliveryFor(one, START + Math.floor(span * stream.uniform()), stream)
      const receiver = new OurReceiver({ secrets: [original.secret] })
      const attempt = one.forge(original)
      const now = original.timestamp + attempt.after
      // What comes before its time comes before the genuine delivery.
      if (attempt.after >= 0) {
        genuine.sent++
        if (receiver.take(asSent(original), original.timestamp) === 'accepted') genuine.taken++
      }
      if (receiver.take(attempt, now) === 'accepted') counts.ours++
      for (const peer of PEERS) if (PEER_RULES[peer](attempt, original.secret, now)) counts[peer]++
    }
  }
  return { attempts: each * ATTACKS.length, accepted, genuine }
}

/** One mutated attack on ours: the genuine delivery was processed, so whatever is acted upon now was forged. */
export function mutatedAttack(stream: Stream, span: number): Fate {
  // Half of them begin as a replay in time, which only what is changed and the memory of ids can stop.
  const one = stream.below(2) === 0 ? ATTACKS[0]! : ATTACKS[stream.below(ATTACKS.length)]!
  const original = deliveryFor(one, START + Math.floor(span * stream.uniform()), stream)
  const receiver = new OurReceiver({ secrets: [original.secret] })
  receiver.take(asSent(original), original.timestamp)
  const attempt = mutated(one.forge(original), stream)
  return receiver.take(attempt, original.timestamp + attempt.after)
}

export interface TokenAttacked {
  readonly attempts: number
  /** Acted upon by a receiver that heeds `bodyBound`, and by one that does as the guide's sample does. */
  readonly ours: number
  readonly guide: number
}

/** Genuine tokens, read by somebody, sent again with bodies of his own while they live. */
export function attackTokens(ctx: ReplicationContext, span: number, each: number): TokenAttacked {
  const stream = ctx.stream('tokens')
  const keySet = new KeySet({ read: () => Promise.reject(new Error('keys are handed over')) })
  keySet.took(TOKEN_KEYS, START)
  const receiver = new OurReceiver({ token: { keySet, audience: AUDIENCE, issuer: ISSUER } })
  let ours = 0
  let guide = 0
  let hour = -1
  let token = ''
  const moments = Array.from({ length: each }, () => Math.floor(span * stream.uniform())).toSorted(
    (a, b) => a - b,
  )
  moments.forEach((moment, i) => {
    if (Math.floor(moment / TOKEN_LIFE) !== hour) {
      hour = Math.floor(moment / TOKEN_LIFE)
      token = tokenOf({ aud: AUDIENCE, iss: ISSUER, exp: START + TOKEN_LIFE * (hour + 1) + 1 })
    }
    const now = START + moment
    const headers = {
      'webhook-id': `msg_forged_${i}`,
      'webhook-timestamp': String(now),
      'webhook-signature': token,
    }
    const fate = receiver.take({ headers, body: Buffer.from(`{"forged":${i}}`) }, now)
    if (fate === 'accepted') ours++
    // The sample checks the token and compares nothing with the body.
    if (fate === 'accepted' || fate === 'unbound') guide++
  })
  return { attempts: each, ours, guide }
}

const nobody = (): Accepted => ({ ours: 0, standardwebhooks: 0, openai: 0, replicate: 0 })

function deliveryFor(one: Attack, timestamp: number, stream: Stream): Genuine {
  const secret = secretFrom(stream)
  const id = `msg_${stream.uint32().toString(36)}${stream.uint32().toString(36)}`
  const body = `${one.prefix?.(timestamp) ?? ''}{"type": "batch.succeeded", "data": {"id": "batch_${stream.below(1e9)}"}}`
  // Re-signing makes the same signature: a delivery is what its parts are.
  const parts = { secret, id, timestamp, body }
  return { ...parts, signature: signed(parts) }
}

const asSent = ({ id, timestamp, body, signature }: Genuine): Delivery => ({
  headers: { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature },
  body: Buffer.from(body),
})
