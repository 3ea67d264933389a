/**
 * The receiver's side: is this delivery genuine, fresh, and new?
 *
 * Over raw bytes, in constant time, five minutes both ways. What a signature header holds besides known versions is
 * passed over, as the specification wants for times of change; what a known version is followed by must be exactly a
 * signature.
 */
import { createHmac, timingSafeEqual, verify as verifyBytes, type KeyObject } from 'node:crypto'
import { parsePublicKey, parseSecret } from '../sign/secret.ts'
import { readHeaders, type HeadersLike, type WebhookHeaders } from './headers.ts'
import type { KeySet } from './key-set.ts'
import { atLeast, finite, Misused, Refused } from './refusal.ts'
import { SeenIds } from './seen.ts'
import { isToken, verifyToken, type TokenOptions } from './token.ts'

export interface VerifierOptions {
  /** `whsec_` secrets that are live, for `v1`. */
  readonly secrets?: readonly string[]
  /** `whpk_` keys, for `v1a`. */
  readonly publicKeys?: readonly string[]
  /** Published keys, for `v1a`: each is tried, as the header names none. */
  readonly keySet?: KeySet
  /** The documented JWT scheme; without it tokens are refused. */
  readonly token?: TokenOptions
  /** Seconds that the timestamp may be off, default 300. */
  readonly tolerance?: number
  readonly seen?: SeenIds
}

export interface Verified {
  readonly id: string
  /** When the attempt was signed, seconds since 1970. */
  readonly timestamp: number
  /** It was processed before (`Verifier.processed`): answer 2xx and do nothing. */
  readonly duplicate: boolean
  /** False when only a token was checked, which any body may come with. */
  readonly bodyBound: boolean
}

const V1 = /^v1,([A-Za-z0-9+/]{43}=)$/
const V1A = /^v1a,([A-Za-z0-9+/]{86}==)$/

export class Verifier {
  private readonly secrets: readonly KeyObject[]
  private readonly publicKeys: readonly KeyObject[]
  private readonly keySet: KeySet | null
  private readonly token: TokenOptions | null
  private readonly tolerance: number
  private readonly seen: SeenIds

  /** @throws BadKey for a key that cannot be one; Misused when there is none at all, or no tolerance can be that. */
  constructor(options: VerifierOptions) {
    this.secrets = (options.secrets ?? []).map(parseSecret)
    this.publicKeys = (options.publicKeys ?? []).map(parsePublicKey)
    this.keySet = options.keySet ?? null
    this.token = options.token ?? null
    this.tolerance = finite(atLeast(0, options.tolerance ?? 300, 'tolerance'), 'tolerance')
    this.seen = options.seen ?? new SeenIds()
    if (this.secrets.length + this.publicKeys.length === 0 && this.keySet === null && this.token === null) {
      throw new Misused('a verifier needs a key')
    }
  }

  /**
   * Judges a delivery at `now`, seconds since 1970. `body` is what came over the wire: bytes, or text that was never
   * parsed. Rejects with Refused, or Misused for a body that is neither and a time that is no finite number.
   */
  async verify(headers: HeadersLike, body: Uint8Array | string, now: number): Promise<Verified> {
    finite(now, 'now')
    const read = readHeaders(headers)
    const bytes = bytesOf(body)
    if (this.token !== null && isToken(read.signature)) {
      this.checkTime(read.timestamp, now)
      await this.checkToken(read.signature, this.token, now)
      return this.accept(read, false, now)
    }
    if (this.matches(read, bytes, now)) return this.accept(read, true, now)
    const { keySet } = this
    if (keySet === null) throw new Refused('no match')
    let keys = await keySet.current(now)
    if (this.anyV1a(keys, read, bytes)) return this.accept(read, true, now)
    if (v1aOf(read.signature).length > 0 && (await keySet.refresh(now))) {
      keys = await keySet.current(now)
      if (this.anyV1a(keys, read, bytes)) return this.accept(read, true, now)
    }
    throw new Refused(keys.length === 0 ? 'no keys' : 'no match')
  }

  /** The same at once, by secrets, public keys, and published ones as far as they are known. @throws Refused, Misused */
  verifySync(headers: HeadersLike, body: Uint8Array | string, now: number): Verified {
    finite(now, 'now')
    const read = readHeaders(headers)
    const bytes = bytesOf(body)
    const { token, keySet } = this
    if (token !== null && isToken(read.signature)) {
      this.checkTime(read.timestamp, now)
      verifyToken(read.signature, token, token.keySet.known, now)
      return this.accept(read, false, now)
    }
    const isKnown = this.matches(read, bytes, now) || this.anyV1a(keySet?.known ?? [], read, bytes)
    if (!isKnown) throw new Refused(keySet?.known.length === 0 ? 'no keys' : 'no match')
    return this.accept(read, true, now)
  }

  /** Say so when a delivery has been dealt with; a retry that comes later is then a duplicate. */
  processed(id: string, now: number): void {
    this.seen.add(id, now)
  }

  private accept({ id, timestamp }: WebhookHeaders, bodyBound: boolean, now: number): Verified {
    return { id, timestamp, duplicate: this.seen.has(id, now), bodyBound }
  }

  private matches(read: WebhookHeaders, body: Uint8Array, now: number): boolean {
    this.checkTime(read.timestamp, now)
    const tokens = read.signature.split(' ')
    if (!tokens.some((token) => token.startsWith('v1,') || token.startsWith('v1a,'))) {
      throw new Refused('no known version')
    }
    return (
      this.anyV1(tokens, read, body) ||
      this.anyV1a(
        this.publicKeys.map((key) => ({ key })),
        read,
        body,
      )
    )
  }

  private async checkToken(text: string, token: TokenOptions, now: number): Promise<void> {
    const { keySet } = token
    try {
      verifyToken(text, token, await keySet.current(now), now)
    } catch (error) {
      const isUnknown = error instanceof Refused && error.reason === 'unknown key'
      if (!isUnknown || !(await keySet.refresh(now))) throw error
      verifyToken(text, token, await keySet.current(now), now)
    }
  }

  private checkTime(timestamp: number, now: number): void {
    if (timestamp < now - this.tolerance) throw new Refused('too old')
    if (timestamp > now + this.tolerance) throw new Refused('too new')
  }

  private anyV1(tokens: readonly string[], read: WebhookHeaders, body: Uint8Array): boolean {
    const given = tokens
      .flatMap((token) => V1.exec(token)?.[1] ?? [])
      .map((text) => Buffer.from(text, 'base64'))
    let found = false
    for (const key of given.length > 0 ? this.secrets : []) {
      const mac = createHmac('sha256', key).update(`${read.id}.${read.timestampText}.`).update(body).digest()
      // No early end: which of the keys or signatures it was is nobody's business.
      for (const one of given) if (timingSafeEqual(one, mac)) found = true
    }
    return found
  }

  private anyV1a(
    keys: readonly { readonly key: KeyObject }[],
    read: WebhookHeaders,
    body: Uint8Array,
  ): boolean {
    const given = v1aOf(read.signature)
    const ed25519 = keys.filter(({ key }) => key.asymmetricKeyType === 'ed25519')
    if (given.length === 0 || ed25519.length === 0) return false
    const text = Buffer.concat([Buffer.from(`${read.id}.${read.timestampText}.`), body])
    return given.some((one) => ed25519.some(({ key }) => verifyBytes(null, text, key, one)))
  }
}

const v1aOf = (signature: string): Buffer[] =>
  signature.split(' ').flatMap((token) => {
    const text = V1A.exec(token)?.[1]
    return text === undefined ? [] : [Buffer.from(text, 'base64')]
  })

function bytesOf(body: unknown): Uint8Array {
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return body
  throw new Misused('the body must be the bytes that came, before any parsing')
}
