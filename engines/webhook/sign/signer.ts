/**
 * The `webhook-signature` header: one signature for each live key, newest first, over `id.timestamp.body`. The timestamp
 * is the attempt's: every retry is signed anew, or a correct receiver refuses it after five minutes.
 */
import { createHmac, sign, type KeyObject } from 'node:crypto'

/** A key that signs, until it expires (ms since 1970; null: for good). */
export interface SigningKey {
  readonly key: KeyObject
  readonly expires: number | null
}

/** `v1,...`: HMAC-SHA256 with a shared secret. */
export function signV1(key: KeyObject, id: string, timestamp: number, body: string | Uint8Array): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`
}

/** `v1a,...`: Ed25519. */
export function signV1a(key: KeyObject, id: string, timestamp: number, body: string | Uint8Array): string {
  const text = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(body)])
  return `v1a,${sign(null, text, key).toString('base64')}`
}

/** The header's value with every key that is live at `now`, ms; `timestamp` in seconds. */
export function signatureHeader(
  keys: readonly SigningKey[],
  id: string,
  timestamp: number,
  body: string | Uint8Array,
  now: number,
): string {
  return keys
    .filter(({ expires }) => expires === null || expires > now)
    .map(({ key }) => (key.type === 'secret' ? signV1 : signV1a)(key, id, timestamp, body))
    .join(' ')
}
