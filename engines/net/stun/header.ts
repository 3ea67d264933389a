import { half, putHalf, putWord, word } from '../bytes.ts'
import { HEADER_BYTES, MAGIC_COOKIE } from './constants.ts'
import { BAD_COOKIE, BAD_LENGTH, NOT_STUN } from './refusal.ts'

/**
 * Checks the header of the datagram at `at`, `length` bytes long (RFC 8489 section 6.3): top two bits zero, length
 * field a multiple of 4 and equal to what follows the header, magic cookie. Returns 0 or a refusal.
 *
 * It does not promise that the attributes are well formed, nor that anything is authentic.
 */
export function checkHeader(bytes: Uint8Array, at: number, length: number): number {
  if (length < 1 || bytes[at]! > 3) return NOT_STUN
  if (length < HEADER_BYTES) return BAD_LENGTH
  if (word(bytes, at + 4) !== MAGIC_COOKIE) return BAD_COOKIE
  const body = half(bytes, at + 2)
  if ((body & 3) !== 0 || body !== length - HEADER_BYTES) return BAD_LENGTH
  return 0
}

/** The 14 bits of method and class (section 5), as in the `BINDING_...` constants. */
export function messageType(bytes: Uint8Array, at: number): number {
  return half(bytes, at)
}

/** Writes a header without attributes; the transaction id is three 32-bit words. Returns the length so far, 20. */
export function writeHeader(
  bytes: Uint8Array,
  at: number,
  type: number,
  id0: number,
  id1: number,
  id2: number,
): number {
  putHalf(bytes, at, type)
  putHalf(bytes, at + 2, 0)
  putWord(bytes, at + 4, MAGIC_COOKIE)
  writeTransactionId(bytes, at, id0, id1, id2)
  return HEADER_BYTES
}

/** Overwrites the transaction id of the message at `at`. */
export function writeTransactionId(
  bytes: Uint8Array,
  at: number,
  id0: number,
  id1: number,
  id2: number,
): void {
  putWord(bytes, at + 8, id0)
  putWord(bytes, at + 12, id1)
  putWord(bytes, at + 16, id2)
}
