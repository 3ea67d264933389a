import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { addBytes, findAttribute } from './attribute.ts'
import { MESSAGE_INTEGRITY_SHA256 } from './constants.ts'
import { integrityTag } from './integrity.ts'
import { addIntegritySha256, checkIntegritySha256 } from './integrity-sha256.ts'
import { ABSENT, BAD_ATTRIBUTE, BAD_INTEGRITY } from './refusal.ts'
import { LONG_TERM, REQUEST, SHA256_REQUEST } from './testing/vectors.ts'

const KEY = createHash('sha256').update(`${LONG_TERM.user}:${LONG_TERM.realm}:${LONG_TERM.password}`).digest()

test('RFC 8489 appendix B.1 with erratum 6268', () => {
  expect(checkIntegritySha256(SHA256_REQUEST, 0, SHA256_REQUEST.length, KEY)).toBe(0)
  const changed = SHA256_REQUEST.with(30, 0)
  expect(checkIntegritySha256(changed, 0, changed.length, KEY)).toBe(BAD_INTEGRITY)
  expect(checkIntegritySha256(REQUEST, 0, REQUEST.length, KEY)).toBe(ABSENT)
})

test('written again, the sample tag comes out', () => {
  const at = findAttribute(SHA256_REQUEST, 0, SHA256_REQUEST.length, MESSAGE_INTEGRITY_SHA256)
  const copy = new Uint8Array(SHA256_REQUEST.length)
  copy.set(SHA256_REQUEST.subarray(0, at - 4))
  expect(addIntegritySha256(copy, 0, at - 4, KEY)).toBe(SHA256_REQUEST.length)
  expect(copy).toEqual(SHA256_REQUEST)
})

test.each([12, 16, 18, 20, 32, 36])('a tag cut to %i bytes (section 14.6: 16 to 32, by fours)', (size) => {
  const bytes = new Uint8Array(128)
  bytes.set(REQUEST.subarray(0, 20))
  const tag = Buffer.alloc(40)
  integrityTag('sha256', bytes, 0, 20, size, KEY).copy(tag)
  const length = addBytes(bytes, 0, 20, MESSAGE_INTEGRITY_SHA256, tag.subarray(0, size))
  const fits = size >= 16 && size <= 32 && size % 4 === 0
  expect(checkIntegritySha256(bytes, 0, length, KEY)).toBe(fits ? 0 : BAD_ATTRIBUTE)
})
