/** The live signing keys: a secret an endpoint, and the service's own Ed25519 keys for dynamic endpoints. */
import { randomBytes } from 'node:crypto'
import { publicJwk, type PublicJwk } from '../sign/jwks.ts'
import {
  formatPrivateKey,
  formatSecret,
  parsePrivateKey,
  parseSecret,
  PRIVATE_PREFIX,
} from '../sign/secret.ts'
import type { SigningKey } from '../sign/signer.ts'
import type { SecretRow } from './store/rows.ts'

/** Where the service's own keys are kept among the endpoints'. */
export const SERVICE = 0

export const newSecret = (): string => formatSecret(randomBytes(32))
export const newPrivateKey = (): string => formatPrivateKey(randomBytes(32))

export class Keys {
  private readonly live = new Map<number, readonly SigningKey[]>()

  constructor(rows: readonly SecretRow[]) {
    for (const [endpoint, own] of Map.groupBy(rows, (row) => row.endpoint)) this.set(endpoint, own)
  }

  /** An endpoint's keys as the store has them now, newest first. */
  set(endpoint: number, rows: readonly Pick<SecretRow, 'secret' | 'expires'>[]): void {
    this.live.set(
      endpoint,
      rows.map(({ secret, expires }) => ({
        key: secret.startsWith(PRIVATE_PREFIX) ? parsePrivateKey(secret) : parseSecret(secret),
        expires,
      })),
    )
  }

  delete(endpoint: number): void {
    this.live.delete(endpoint)
  }

  of(endpoint: number): readonly SigningKey[] {
    return this.live.get(endpoint) ?? []
  }

  /** The public halves of the service's keys that are live at `now`. */
  published(now: number): { readonly keys: readonly PublicJwk[] } {
    const live = this.of(SERVICE).filter(({ expires }) => expires === null || expires > now)
    return { keys: live.map(({ key }) => publicJwk(key)) }
  }
}
