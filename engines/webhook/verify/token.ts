/**
 * The scheme that Gemini documents for dynamic deliveries: an RS256 JWT as `webhook-signature`. Algorithm, audience,
 * issuer and expiry are pinned. It says nothing about the body: whoever gets hold of a genuine token may send any body
 * with it until it expires, and the result says so (`bodyBound: false`).
 */
import { errors, jwtVerify } from 'jose'
import type { KeySet, PublishedKey } from './key-set.ts'
import { Refused, type Reason } from './refusal.ts'

export interface TokenOptions {
  readonly keySet: KeySet
  readonly audience: string
  readonly issuer: string
}

export const isToken = (signature: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]*$/.test(signature)

/** @throws Refused */
export async function verifyToken(token: string, options: TokenOptions, now: number): Promise<void> {
  const { keySet, audience, issuer } = options
  try {
    await jwtVerify(
      token,
      async ({ kid }) => {
        const key = await find(keySet, kid, now)
        if (key === undefined) throw new Refused('unknown key', String(kid))
        return key.key
      },
      {
        algorithms: ['RS256'],
        audience,
        issuer,
        requiredClaims: ['aud', 'iss', 'exp'],
        currentDate: new Date(1000 * now),
      },
    )
  } catch (error) {
    throw error instanceof Refused ? error : new Refused(reasonOf(error), (error as Error).message)
  }
}

async function find(keySet: KeySet, kid: string | undefined, now: number): Promise<PublishedKey | undefined> {
  const isIt = (key: PublishedKey): boolean => key.kid === kid && key.key.asymmetricKeyType === 'rsa'
  if (kid === undefined) return undefined
  const known = (await keySet.current(now)).find(isIt)
  if (known !== undefined || !(await keySet.refresh(now))) return known
  return (await keySet.current(now)).find(isIt)
}

function reasonOf(error: unknown): Reason {
  if (error instanceof errors.JOSEAlgNotAllowed) return 'wrong algorithm'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'no match'
  if (error instanceof errors.JWTExpired) return 'expired'
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.reason === 'missing') return 'missing claim'
    if (error.claim === 'aud') return 'wrong audience'
    if (error.claim === 'iss') return 'wrong issuer'
  }
  return 'bad token'
}
