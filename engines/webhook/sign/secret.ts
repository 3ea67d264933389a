/**
 * Keys as people copy them (Standard Webhooks, "Signature scheme"): `whsec_` a shared secret of 24 to 64 bytes, `whsk_`
 * an Ed25519 private key (32-byte seed, or seed and public key), `whpk_` a public one. Base64 after the prefix.
 */
import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import { decodeBase64 } from './base64.ts'

export const SECRET_PREFIX = 'whsec_'
export const PRIVATE_PREFIX = 'whsk_'
export const PUBLIC_PREFIX = 'whpk_'
const LEAST_BYTES = 24
const MOST_BYTES = 64
const SEED_BYTES = 32

/** PKCS #8 (RFC 8410) up to the seed, and SubjectPublicKeyInfo up to the key. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')
const SPKI = Buffer.from('302a300506032b6570032100', 'hex')

/** A key that cannot be one; the message says what is wrong and never shows the key. */
export class BadKey extends Error {
  override readonly name = 'BadKey'
}

/** A shared secret, with or without `whsec_`. @throws BadKey */
export function parseSecret(text: string): KeyObject {
  const bytes = decode(text, SECRET_PREFIX)
  if (bytes.length < LEAST_BYTES || bytes.length > MOST_BYTES) {
    throw new BadKey(`a secret has ${LEAST_BYTES} to ${MOST_BYTES} bytes, this one has ${bytes.length}`)
  }
  return createSecretKey(bytes)
}

/** An Ed25519 private key, with or without `whsk_`. @throws BadKey */
export function parsePrivateKey(text: string): KeyObject {
  const bytes = decode(text, PRIVATE_PREFIX)
  if (bytes.length !== SEED_BYTES && bytes.length !== 2 * SEED_BYTES) {
    throw new BadKey(`a private key has 32 or 64 bytes, this one has ${bytes.length}`)
  }
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8, bytes.subarray(0, SEED_BYTES)]),
    format: 'der',
    type: 'pkcs8',
  })
  if (bytes.length > SEED_BYTES && !rawPublic(key).equals(bytes.subarray(SEED_BYTES))) {
    throw new BadKey('the public half of this private key is not its own')
  }
  return key
}

/** An Ed25519 public key, with or without `whpk_`. @throws BadKey */
export function parsePublicKey(text: string): KeyObject {
  const bytes = decode(text, PUBLIC_PREFIX)
  if (bytes.length !== SEED_BYTES) throw new BadKey(`a public key has 32 bytes, this one has ${bytes.length}`)
  return createPublicKey({ key: Buffer.concat([SPKI, bytes]), format: 'der', type: 'spki' })
}

/** `whsec_` of these random bytes. @throws BadKey for a length out of range */
export function formatSecret(bytes: Uint8Array): string {
  const text = SECRET_PREFIX + Buffer.from(bytes).toString('base64')
  parseSecret(text)
  return text
}

/** `whsk_` of a 32-byte random seed. */
export function formatPrivateKey(seed: Uint8Array): string {
  const text = PRIVATE_PREFIX + Buffer.from(seed).toString('base64')
  parsePrivateKey(text)
  return text
}

/** The 32 bytes of a key's public half. */
export function rawPublic(key: KeyObject): Buffer {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(SPKI.length)
}

function decode(text: string, prefix: string): Buffer {
  if (typeof text !== 'string' || text === '') throw new BadKey('a key must be a text that is not empty')
  // What people paste: the version of a signature in front of it, or another kind of key.
  const version = /^v\d+a?,/.exec(text)?.[0]
  if (version !== undefined) throw new BadKey(`a key has no signature version: leave off "${version}"`)
  const foreign = [SECRET_PREFIX, PRIVATE_PREFIX, PUBLIC_PREFIX].find(
    (p) => p !== prefix && text.startsWith(p),
  )
  if (foreign !== undefined) throw new BadKey(`this needs a "${prefix}" key, not "${foreign}"`)
  const bytes = decodeBase64(text.startsWith(prefix) ? text.slice(prefix.length) : text)
  if (bytes === null) throw new BadKey(`what follows "${prefix}" must be base64`)
  return bytes
}
