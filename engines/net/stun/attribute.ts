import { half, putHalf } from '../bytes.ts'
import { ATTRIBUTE_HEADER_BYTES, BODY_LIMIT, FINGERPRINT, HEADER_BYTES } from './constants.ts'
import { MESSAGE_INTEGRITY, MESSAGE_INTEGRITY_SHA256 } from './constants.ts'
import { ABSENT, BAD_ATTRIBUTE, StunError } from './refusal.ts'

/**
 * Finds the first attribute of a type (RFC 8489 section 14: later duplicates are ignored) in a message whose header
 * was checked. Returns the offset of its value in `bytes`, or ABSENT, or BAD_ATTRIBUTE when an attribute on the way
 * runs past the end. Its length is `attributeLength`; padding bytes are skipped whatever they hold.
 *
 * What follows MESSAGE-INTEGRITY is not covered by it and is ignored, save MESSAGE-INTEGRITY-SHA256 and FINGERPRINT
 * (sections 14.5 and 14.6); FINGERPRINT ends the message (14.7).
 */
export function findAttribute(bytes: Uint8Array, at: number, length: number, type: number): number {
  const end = at + length
  let here = at + HEADER_BYTES
  while (here < end) {
    const value = here + ATTRIBUTE_HEADER_BYTES
    const found = half(bytes, here)
    const next = value + ((half(bytes, here + 2) + 3) & ~3)
    if (next > end) return BAD_ATTRIBUTE
    if (found === type) return value
    if (found === MESSAGE_INTEGRITY) {
      if (type !== MESSAGE_INTEGRITY_SHA256 && type !== FINGERPRINT) return ABSENT
    } else if (found === MESSAGE_INTEGRITY_SHA256) {
      if (type !== FINGERPRINT) return ABSENT
    } else if (found === FINGERPRINT) return ABSENT
    here = next
  }
  return ABSENT
}

/** Length in bytes, padding excluded, of the value that `findAttribute` found. */
export function attributeLength(bytes: Uint8Array, value: number): number {
  return half(bytes, value - 2)
}

/**
 * Reserves an attribute at the end of the message at `at`, `length` bytes so far: writes type and length, zeroes the
 * value and its padding, and adjusts the header's length field. Returns the offset of the value.
 * @throws StunError when `bytes` has no room, or a length field none for the value or the message.
 */
export function addAttribute(
  bytes: Uint8Array,
  at: number,
  length: number,
  type: number,
  valueBytes: number,
): number {
  const padded = (valueBytes + 3) & ~3
  const value = at + length + ATTRIBUTE_HEADER_BYTES
  const body = length + ATTRIBUTE_HEADER_BYTES + padded - HEADER_BYTES
  if (!Number.isInteger(valueBytes) || valueBytes < 0 || valueBytes >= BODY_LIMIT || body >= BODY_LIMIT) {
    throw new StunError(`attribute 0x${type.toString(16)} of ${valueBytes} bytes: a length has 16 bits`)
  }
  if (value + padded > bytes.length) {
    throw new StunError(`no room for attribute 0x${type.toString(16)} of ${valueBytes} bytes`)
  }
  putHalf(bytes, at + length, type)
  putHalf(bytes, at + length + 2, valueBytes)
  bytes.fill(0, value, value + padded)
  putHalf(bytes, at + 2, body)
  return value
}

/** Length of the message at `at` as its header now says, header included. */
export function messageLength(bytes: Uint8Array, at: number): number {
  return half(bytes, at + 2) + HEADER_BYTES
}

/** Adds an attribute with a given value. Returns the message's new length. */
export function addBytes(
  bytes: Uint8Array,
  at: number,
  length: number,
  type: number,
  value: Uint8Array,
): number {
  bytes.set(value, addAttribute(bytes, at, length, type, value.length))
  return messageLength(bytes, at)
}
