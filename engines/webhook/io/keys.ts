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
import { ServiceError } from './service-error.ts'
import type { SecretRow } from './store/rows.ts'

/** Where the service's own keys are kept among the endpoints'. */
export const SERVICE = 0

/**
 * So many sign one delivery at most. Each adds up to 93 characters to its header: some 170 are more than Node's servers
 * take, 45 more than `Verifier` reads, and of a JWKS verifiers try no more than the first few.
 */
const MOST_LIVE = 16

export const newSecret = (): string => formatSecret(randomBytes(32))
export const newPrivateKey = (): string => formatPrivateKey(randomBytes(32))

export class Keys {
  private readonly byEndpoint = new Map<number, readonly SigningKey[]>()

  constructor(rows: readonly SecretRow[]) {
    for (const [endpoint, own] of Map.groupBy(rows, (row) => row.endpoint)) this.set(endpoint, own)
  }

  /** An endpoint's keys as the store has them now, newest first. */
  set(endpoint: number, rows: readonly Pick<SecretRow, 'secret' | 'expires'>[]): void {
    this.byEndpoint.set(
      endpoint,
      rows.map(({ secret, expires }) => ({
        key: secret.startsWith(PRIVATE_PREFIX) ? parsePrivateKey(secret) : parseSecret(secret),
        expires,
      })),
    )
  }

  delete(endpoint: number): void {
    this.byEndpoint.delete(endpoint)
  }

  of(endpoint: number): readonly SigningKey[] {
    return this.byEndpoint.get(endpoint) ?? []
  }

  /** @throws ServiceError when one more may not sign beside those that do at `now` */
  refuseTooMany(endpoint: number, now: number): void {
    if (this.liveOf(endpoint, now).length < MOST_LIVE) return
    const why = `${MOST_LIVE} are live already: revoke them now, or come again when one has ended`
    throw new ServiceError('conflict', why, 'revoke')
  }

  private liveOf(endpoint: number, now: number): readonly SigningKey[] {
    return this.of(endpoint).filter(({ expires }) => expires === null || expires > now)
  }

  /** The public halves of the service's keys that are live at `now`. */
  published(now: number): { readonly keys: readonly PublicJwk[] } {
    return { keys: this.liveOf(SERVICE, now).map(({ key }) => publicJwk(key)) }
  }
}
