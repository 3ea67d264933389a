/**
 * A flood of forged `v1a` signatures while the sender changes its key. The header names no key, so each forgery looks like a
 * rotation; the engine's key set reads the published keys at most once a pause, a receiver as in the documented sample at
 * every delivery. In virtual time a fetch is at once there.
 *
 * The sender does not know when a receiver last read its keys, so it changes at any moment of the flood's middle half: at a
 * fixed one, the wait for a new key would be that of one phase of the pause, the same in every run.
 */
import { KeySet, publicJwk, signV1a } from '../../engines/webhook/core.ts'
import type { ReplicationContext } from '../lab/contract/sim.ts'
import { START } from './attacked.ts'
import { bytesFrom, ed25519From } from './keys.ts'
import { OurReceiver, type Fate } from './receivers.ts'

export interface Flood {
  readonly forged: number
  readonly accepted: number
  /** Fetches of the key set: by ours, and by one fetch a delivery. */
  readonly fetches: number
  readonly fetchesOfSample: number
  /** From the rotation to the first delivery under the new key that is taken, s; null for none. */
  readonly takenAfter: number | null
}

const SIGNATURE_BYTES = 64
/** Past the flood, s: longer than a key set pauses between fetches. */
const LONGEST_WAIT = 60
/** A genuine delivery comes so often, s. */
const GENUINE_EVERY = 1

/** `forgeries` in `length` seconds. */
export function flood(ctx: ReplicationContext, length: number, forgeries: number): Flood {
  const stream = ctx.stream('flood')
  const [other, old, young] = [ed25519From(stream), ed25519From(stream), ed25519From(stream)]
  const rotated = length * (0.25 + 0.5 * stream.uniform())
  const published = (at: number): unknown => ({
    keys: (at < rotated ? [other, old] : [other, old, young]).map(publicJwk),
  })
  const keySet = new KeySet({ read: () => Promise.reject(new Error('keys are handed over')) })
  const receiver = new OurReceiver({ keySet })
  let deliveries = 0
  const take = (id: string, signature: string, at: number): Fate => {
    const now = START + at
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now)),
      'webhook-signature': signature,
    }
    const delivery = { headers, body: Buffer.from(BODY) }
    deliveries++
    if (keySet.isOld(now) && keySet.begin(now)) keySet.took(published(at), now)
    const fate = receiver.take(delivery, now)
    if (fate !== 'no match' || !keySet.begin(now)) return fate
    keySet.took(published(at), now)
    return receiver.take(delivery, now)
  }
  let accepted = 0
  let takenAfter: number | null = null
  let sent = 0
  const deliver = (second: number): void => {
    const id = `msg_genuine_${second}`
    const key = second < rotated ? old : young
    const fate = take(id, signV1a(key, id, START + second, BODY), second)
    if (fate === 'accepted' && second >= rotated) takenAfter ??= second - rotated
  }
  const forgeUntil = (end: number): void => {
    for (; sent < forgeries && (sent * length) / forgeries < end; sent++) {
      const forgery = `v1a,${bytesFrom(stream, SIGNATURE_BYTES).toString('base64')}`
      if (take(`msg_forged_${sent}`, forgery, (sent * length) / forgeries) === 'accepted') accepted++
    }
  }
  let second = 0
  for (; second < length; second += GENUINE_EVERY) {
    forgeUntil(second)
    deliver(second)
  }
  forgeUntil(length)
  const { fetches } = keySet
  const fetchesOfSample = deliveries
  // A key that was not taken in the flood is taken soon after it, by the deliveries that go on.
  for (const last = second + LONGEST_WAIT; second < last; second += GENUINE_EVERY) {
    if (takenAfter !== null) break
    deliver(second)
  }
  return { forged: sent, accepted, fetches, fetchesOfSample, takenAfter }
}

const BODY = '{"type":"batch.succeeded"}'
