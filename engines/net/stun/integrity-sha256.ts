import { timingSafeEqual } from 'node:crypto'
import { addAttribute, attributeLength, findAttribute, messageLength } from './attribute.ts'
import { ATTRIBUTE_HEADER_BYTES, MESSAGE_INTEGRITY_SHA256 } from './constants.ts'
import { integrityTag } from './integrity.ts'
import type { IntegrityKey } from './integrity.ts'
import { BAD_ATTRIBUTE, BAD_INTEGRITY } from './refusal.ts'

/** Full length of the tag; it may be cut to a multiple of 4 from 16 up (RFC 8489 section 14.6). */
export const INTEGRITY_SHA256_BYTES = 32
const SHORTEST = 16

/** Adds MESSAGE-INTEGRITY-SHA256, uncut. Returns the message's new length. */
export function addIntegritySha256(bytes: Uint8Array, at: number, length: number, key: IntegrityKey): number {
  const value = addAttribute(bytes, at, length, MESSAGE_INTEGRITY_SHA256, INTEGRITY_SHA256_BYTES)
  bytes.set(integrityTag('sha256', bytes, at, length, INTEGRITY_SHA256_BYTES, key), value)
  return messageLength(bytes, at)
}

/** Checks MESSAGE-INTEGRITY-SHA256 in constant time. Returns 0 or a refusal. */
export function checkIntegritySha256(
  bytes: Uint8Array,
  at: number,
  length: number,
  key: IntegrityKey,
): number {
  const value = findAttribute(bytes, at, length, MESSAGE_INTEGRITY_SHA256)
  if (value < 0) return value
  const size = attributeLength(bytes, value)
  if (size < SHORTEST || size > INTEGRITY_SHA256_BYTES || (size & 3) !== 0) return BAD_ATTRIBUTE
  const tag = integrityTag('sha256', bytes, at, value - ATTRIBUTE_HEADER_BYTES - at, size, key)
  return timingSafeEqual(tag.subarray(0, size), bytes.subarray(value, value + size)) ? 0 : BAD_INTEGRITY
}
