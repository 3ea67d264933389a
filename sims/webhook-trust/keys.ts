/** Keys drawn from a stream, and one RSA key of this sim alone: making those needs more randomness than a stream is for. */
import { createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto'
import { formatPrivateKey, formatSecret, parsePrivateKey } from '../../engines/webhook/core.ts'
import type { Stream } from '../lab/kernel/random/stream.ts'

const SECRET_BYTES = 32

export function bytesFrom(stream: Stream, length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, () => stream.below(256)))
}

/** A `whsec_` secret. */
export const secretFrom = (stream: Stream): string => formatSecret(bytesFrom(stream, SECRET_BYTES))

/** An Ed25519 key. */
export const ed25519From = (stream: Stream): KeyObject =>
  parsePrivateKey(formatPrivateKey(bytesFrom(stream, SECRET_BYTES)))

const RSA = [
  'MIIEugIBADANBgkqhkiG9w0BAQEFAASCBKQwggSgAgEAAoIBAQCn7s0fC/KhHLTqlf2WJSV5b/S6IY58EQeKl7ugMC3cYbgsLXOXGZNvRQ0z',
  '/9pWfG5v/JGh4quEJnFWTGZjlcC+U7kVYayhUakFrZUgQi1KWylMlxrcaR+P5jeDMH+B6AZ0SOhu3dufOQZINCfnpnIpzwx4kQqFid6wEBTH',
  'ZHvlXMIeWzaQvOrW7+tvbUxGwNFv2KoAilmzCjEfZTnqdW+jKCYvs3gq+J6RLHUGPhutcV4M498gGvmfXWkz2HFdaoPJrNVflhqqw6KZUWiq',
  '5javJIBSQn+gf3655H2I5ss9yHmzptelBWBYXAtlR9d4kP5s+Vs4Ecb2aqRIZI6RDx9pAgMBAAECggEAGXYe+oyUsnHISmMIaknihyl+2PO6',
  'hzwLwSslQvHbGjVkt6oCgw/ZJz84c8Bgicle8zK/n+RerfAoMfXudj3f1duazc+b3W+kqVw6poPyGvp8ZgTpCS8VHnvAwe7J/lfAFsRxHVIc',
  '+OSr+6mQvVIisA0Y7nTLPBj9vwMJK3wkPs+U5IF6HZDZM33uQd7OpyOmaCfiBIUYH0KPM0Mm7iyzd89PJB3C6/MZOHxv4s5ABY+EkowblI2g',
  'KQPPld55qm+dKJtl/5HteWOPVxMKDmKg8dkadsWWwfEMowQ9mp5SWir4Q3Unr1DDl5PYDBIVccgNVJQ3+CBoijYqpeCX77/76wKBgQDkBJPl',
  'Vl7pbL2gENXwyp/TkkuXNNk241UsIvfZOXoZdKfOa9dZCrbEK29NjaaBdU7xFknqifwJ9/T86COJbfUevgzRpW6rYjvAoKGJRp6wXTNZp2ZI',
  'FRojjW7YPkoSQs4N/P8Z59x2tX8GHYeJo14sf0Op3Fqog8zcdMiqbnI3rwKBgQC8ipZ9/bvHNMJljOmbZ97yC4GAR9S5iDv1FOTC4YEPFjL5',
  '29KP88afFmIIGP4r+AVPMRfOq875K4Lxrp/bMpQTo76oW3zTtu1Lkq3cFUH20UOz1FNLqkQEGph84od35tyGHDReO+e4YVkiMHHT5aynONXL',
  'Aomq66/iFB1iQIbIZwJ/PJD6t/A5Rceclufh7BPmYEx7x65CBFJeTVr8erbJt/lEmZALo5s08OaYqgD2OWzvixpgh+wfBobWjFcdGWQbuA7D',
  'WOyYeO2e8Yu5XL1laXNYMHhGst7oEol+5/GjuzYDhbOuDzOHXADZvMYbOnQqj6c+UeA2NIzN3cEnjB3KOQKBgBcltKA3PIySb6NkD3Ii6H4y',
  '521GZFl63lGShRtf8CZYBV4jnNBLj4EMkHCKEPp48r3sOw4GjdyNeQAO/lU8+m0G12t3//VGKg/zLCEvAvA4dOVpFejeOIeAdGQws40G7OAS',
  'KmO/Ww2J9hV6eR8YvX+yPJ017IztbqSE766WWXXVAoGAMSYusJvX33+604dPslBQsnlT0O4vW8o54ddghL/Bib4qV5bdnvAm/C9x7YwYQZyk',
  'ptoW9Y2/xDY6Z/fYixPkjdugVv45sVIy8r9sn7wNQdjv8zDI/xl/zREGO6+KOYPt0IXAZUeY/iv4aXZklzVPNeXyoFs+AdxEXsIwegadySg=',
].join('')

const KID = 'key-1'
const rsa = createPrivateKey({ key: Buffer.from(RSA, 'base64'), format: 'der', type: 'pkcs8' })

/** The set that the issuer of tokens publishes. */
export const TOKEN_KEYS = {
  keys: [{ ...createPublicKey(rsa).export({ format: 'jwk' }), kid: KID, use: 'sig', alg: 'RS256' }],
}

/** A token as the issuer makes it (RFC 7515, RS256). */
export function tokenOf(claims: Readonly<Record<string, unknown>>): string {
  const encoded = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url')
  const text = `${encoded({ alg: 'RS256', kid: KID })}.${encoded(claims)}`
  return `${text}.${sign('sha256', Buffer.from(text), rsa).toString('base64url')}`
}
