/** Public keys as a JWKS (RFC 7517, Ed25519 by RFC 8037), for receivers of dynamic deliveries. */
import { createHash, type KeyObject } from 'node:crypto'
import { rawPublic } from './secret.ts'

/** One public key of a set; `kid` is the key's thumbprint (RFC 7638). */
export interface PublicJwk {
  readonly kty: 'OKP'
  readonly crv: 'Ed25519'
  readonly x: string
  readonly kid: string
  readonly use: 'sig'
  readonly alg: 'EdDSA'
}

export function publicJwk(key: KeyObject): PublicJwk {
  const x = rawPublic(key).toString('base64url')
  // The required members in the order of the alphabet, without white space.
  const kid = createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url')
  return { kty: 'OKP', crv: 'Ed25519', x, kid, use: 'sig', alg: 'EdDSA' }
}
