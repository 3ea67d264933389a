import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { putHalf } from '../bytes.ts'
import { addAttribute, attributeLength, findAttribute, messageLength } from './attribute.ts'
import { ATTRIBUTE_HEADER_BYTES, HEADER_BYTES, MESSAGE_INTEGRITY } from './constants.ts'
import { BAD_ATTRIBUTE, BAD_INTEGRITY } from './refusal.ts'

/** HMAC-SHA1 is this long (RFC 8489 section 14.5). */
export const INTEGRITY_BYTES = 20

/** Bytes as a key: the password itself (short-term, section 9.1.1) or `longTermKey`. */
export type IntegrityKey = string | Uint8Array | KeyObject

/**
 * The HMAC over a message up to `covered` bytes, with the header's length field read as if the message ended right
 * after a tag of `tagBytes` (section 14.5). The packet itself is not touched: its length field is patched in a copy.
 */
export function integrityTag(
  algorithm: 'sha1' | 'sha256',
  bytes: Uint8Array,
  at: number,
  covered: number,
  tagBytes: number,
  key: IntegrityKey,
): Buffer {
  const header = Buffer.from(bytes.subarray(at, at + HEADER_BYTES))
  putHalf(header, 2, covered - HEADER_BYTES + ATTRIBUTE_HEADER_BYTES + tagBytes)
  return createHmac(algorithm, key)
    .update(header)
    .update(bytes.subarray(at + HEADER_BYTES, at + covered))
    .digest()
}

/** Adds MESSAGE-INTEGRITY. Returns the message's new length. */
export function addIntegrity(bytes: Uint8Array, at: number, length: number, key: IntegrityKey): number {
  const value = addAttribute(bytes, at, length, MESSAGE_INTEGRITY, INTEGRITY_BYTES)
  bytes.set(integrityTag('sha1', bytes, at, length, INTEGRITY_BYTES, key), value)
  return messageLength(bytes, at)
}

/** Checks MESSAGE-INTEGRITY in constant time. Returns 0 or a refusal (ABSENT, BAD_ATTRIBUTE, BAD_INTEGRITY). */
export function checkIntegrity(bytes: Uint8Array, at: number, length: number, key: IntegrityKey): number {
  const value = findAttribute(bytes, at, length, MESSAGE_INTEGRITY)
  if (value < 0) return value
  if (attributeLength(bytes, value) !== INTEGRITY_BYTES) return BAD_ATTRIBUTE
  const covered = value - ATTRIBUTE_HEADER_BYTES - at
  const tag = integrityTag('sha1', bytes, at, covered, INTEGRITY_BYTES, key)
  return timingSafeEqual(tag, bytes.subarray(value, value + INTEGRITY_BYTES)) ? 0 : BAD_INTEGRITY
}

/** Key of the long-term credential mechanism: MD5 of `user:realm:password` (section 9.2.2, password algorithm MD5). */
export function longTermKey(user: string, realm: string, password: string): Buffer {
  return createHash('md5').update(`${user}:${realm}:${password}`).digest()
}
