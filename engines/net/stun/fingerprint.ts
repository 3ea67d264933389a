import { putWord, word } from '../bytes.ts'
import { addAttribute, attributeLength, findAttribute, messageLength } from './attribute.ts'
import { ATTRIBUTE_HEADER_BYTES, FINGERPRINT } from './constants.ts'
import { crc32 } from './crc32.ts'
import { BAD_FINGERPRINT } from './refusal.ts'

/** The CRC is xored with this, "STUN" in ASCII, so that it never equals a CRC of the payload's own protocol (14.7). */
const XOR = 0x5354554e
export const FINGERPRINT_BYTES = 4

/** Adds FINGERPRINT (RFC 8489 section 14.7); nothing may be added after it. Returns the message's new length. */
export function addFingerprint(bytes: Uint8Array, at: number, length: number): number {
  const value = addAttribute(bytes, at, length, FINGERPRINT, FINGERPRINT_BYTES)
  putWord(bytes, value, crc32(bytes, at, at + length) ^ XOR)
  return messageLength(bytes, at)
}

/** Checks that FINGERPRINT is there, last, and right. Returns 0 or a refusal. */
export function checkFingerprint(bytes: Uint8Array, at: number, length: number): number {
  const value = findAttribute(bytes, at, length, FINGERPRINT)
  if (value < 0) return value
  if (attributeLength(bytes, value) !== FINGERPRINT_BYTES || value + FINGERPRINT_BYTES !== at + length) {
    return BAD_FINGERPRINT
  }
  const crc = crc32(bytes, at, value - ATTRIBUTE_HEADER_BYTES)
  return ((crc ^ XOR) | 0) === word(bytes, value) ? 0 : BAD_FINGERPRINT
}
