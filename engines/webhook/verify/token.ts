/**
 * The scheme that Gemini documents for dynamic deliveries: an RS256 JWT as `webhook-signature`. Algorithm, audience,
 * issuer and expiry are pinned. It says nothing about the body: whoever gets hold of a genuine token may send any body
 * with it until it expires, and the result says so (`bodyBound: false`).
 */
import { verify } from 'node:crypto'
import { decodeProtectedHeader } from 'jose/decode/protected_header'
import { decodeJwt } from 'jose/jwt/decode'
import type { KeySet, PublishedKey } from './key-set.ts'
import { finite, Refused } from './refusal.ts'

export interface TokenOptions {
  readonly keySet: KeySet
  readonly audience: string
  readonly issuer: string
}

/** RFC 7518 (3.3): a key of 2048 bits or more. */
const LEAST_BITS = 2048

export const isToken = (signature: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]*$/.test(signature)

/**
 * By the keys that are known, at `now`, seconds. `token.test.ts` holds it against jose's own verifier, which is asynchronous and so of no
 * use in virtual time. @throws Refused, Misused
 */
export function verifyToken(
  token: string,
  { audience, issuer }: TokenOptions,
  keys: readonly PublishedKey[],
  now: number,
): void {
  finite(now, 'now')
  const header = decoded(() => decodeProtectedHeader(token))
  // No extension is understood here, so none may be critical (RFC 7515, 4.1.11).
  if (header.crit !== undefined) throw new Refused('bad token', 'critical extensions')
  if (header.alg !== 'RS256') {
    throw new Refused(typeof header.alg === 'string' && header.alg !== '' ? 'wrong algorithm' : 'bad token')
  }
  const { kid } = header
  const isIt = (key: PublishedKey): boolean => key.kid === kid && key.key.asymmetricKeyType === 'rsa'
  const key = typeof kid === 'string' ? keys.find(isIt)?.key : undefined
  if (key === undefined) throw new Refused('unknown key', String(kid))
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < LEAST_BITS)
    throw new Refused('bad token', 'a short key')
  const end = token.lastIndexOf('.')
  const signature = Buffer.from(token.slice(end + 1), 'base64url')
  if (!verify('sha256', Buffer.from(token.slice(0, end)), key, signature)) throw new Refused('no match')
  checkClaims(
    decoded(() => decodeJwt(token)),
    audience,
    issuer,
    now,
  )
}

function checkClaims(
  claims: ReturnType<typeof decodeJwt>,
  audience: string,
  issuer: string,
  now: number,
): void {
  const { aud, iss, exp, nbf, iat } = claims
  if (aud === undefined || iss === undefined || exp === undefined) throw new Refused('missing claim')
  if (iss !== issuer) throw new Refused('wrong issuer')
  if (!(Array.isArray(aud) ? aud : [aud]).includes(audience)) throw new Refused('wrong audience')
  for (const time of [iat, nbf, exp]) {
    if (time !== undefined && typeof time !== 'number') throw new Refused('bad token', 'a time is a number')
  }
  const seconds = Math.floor(now)
  if (nbf !== undefined && nbf > seconds) throw new Refused('bad token', 'not valid yet')
  if (exp <= seconds) throw new Refused('expired')
}

function decoded<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new Refused('bad token', (error as Error).message)
  }
}
