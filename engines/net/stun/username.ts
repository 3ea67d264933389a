import { addBytes, attributeLength, findAttribute } from './attribute.ts'
import { USERNAME, USERNAME_LIMIT } from './constants.ts'
import { BAD_ATTRIBUTE, StunError } from './refusal.ts'

/**
 * USERNAME (RFC 8489 section 14.3). In an ICE check it is the receiver's ufrag, a colon, the sender's ufrag
 * (RFC 8445 section 7.2.2), so what routes a check from a client is the part before the colon.
 *
 * Returns the offset of the value, or a refusal.
 */
export function findUsername(bytes: Uint8Array, at: number, length: number): number {
  const value = findAttribute(bytes, at, length, USERNAME)
  if (value >= 0 && attributeLength(bytes, value) >= USERNAME_LIMIT) return BAD_ATTRIBUTE
  return value
}

/** Adds USERNAME, UTF-8. Returns the message's new length. */
export function addUsername(bytes: Uint8Array, at: number, length: number, username: string): number {
  const value = Buffer.from(username)
  if (value.length >= USERNAME_LIMIT) throw new StunError(`USERNAME of ${value.length} bytes; at most 508`)
  return addBytes(bytes, at, length, USERNAME, value)
}
