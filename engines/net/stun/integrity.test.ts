import { expect, test } from 'vitest'
import { addBytes, findAttribute } from './attribute.ts'
import { FINGERPRINT, MESSAGE_INTEGRITY } from './constants.ts'
import { addIntegrity, checkIntegrity, INTEGRITY_BYTES, longTermKey } from './integrity.ts'
import { ABSENT, BAD_ATTRIBUTE, BAD_INTEGRITY } from './refusal.ts'
import { LONG_TERM, LONG_TERM_REQUEST, REQUEST, RESPONSE_IPV4, RESPONSE_IPV6 } from './testing/vectors.ts'
import { SHA256_REQUEST, SHORT_TERM_PASSWORD } from './testing/vectors.ts'

test.each([
  ['request', REQUEST],
  ['IPv4 response', RESPONSE_IPV4],
  ['IPv6 response', RESPONSE_IPV6],
])('RFC 5769 %s: short-term, followed by a fingerprint that the length must leave out', (_, message) => {
  expect(findAttribute(message, 0, message.length, FINGERPRINT)).toBeGreaterThan(0)
  expect(checkIntegrity(message, 0, message.length, SHORT_TERM_PASSWORD)).toBe(0)
  expect(checkIntegrity(message, 0, message.length, 'another')).toBe(BAD_INTEGRITY)
})

test('RFC 5769 long-term request', () => {
  const key = longTermKey(LONG_TERM.user, LONG_TERM.realm, LONG_TERM.password)
  expect(checkIntegrity(LONG_TERM_REQUEST, 0, LONG_TERM_REQUEST.length, key)).toBe(0)
  expect(checkIntegrity(LONG_TERM_REQUEST, 0, LONG_TERM_REQUEST.length, LONG_TERM.password)).toBe(
    BAD_INTEGRITY,
  )
})

test('written again, the sample tag comes out; the packet is not touched by a check', () => {
  const at = findAttribute(REQUEST, 0, REQUEST.length, MESSAGE_INTEGRITY)
  const copy = new Uint8Array(REQUEST.length)
  copy.set(REQUEST.subarray(0, at - 4))
  const length = addIntegrity(copy, 0, at - 4, SHORT_TERM_PASSWORD)
  expect(length).toBe(at + INTEGRITY_BYTES)
  expect(copy.subarray(4, length)).toEqual(REQUEST.subarray(4, length))
  const before = copy.slice()
  checkIntegrity(copy, 0, length, SHORT_TERM_PASSWORD)
  expect(copy).toEqual(before)
})

test('every covered byte counts, the padding included; the bytes after it do not', () => {
  const tag = findAttribute(REQUEST, 0, REQUEST.length, MESSAGE_INTEGRITY)
  for (let at = 20; at < tag - 4; at++) {
    const changed = REQUEST.with(at, REQUEST[at]! ^ 1)
    expect(checkIntegrity(changed, 0, changed.length, SHORT_TERM_PASSWORD), `byte ${at}`).not.toBe(0)
  }
  const other = REQUEST.with(REQUEST.length - 1, 0)
  expect(checkIntegrity(other, 0, other.length, SHORT_TERM_PASSWORD)).toBe(0)
})

test('absent or of another length', () => {
  expect(checkIntegrity(SHA256_REQUEST, 0, SHA256_REQUEST.length, 'x')).toBe(ABSENT)
  const bytes = new Uint8Array(64)
  bytes.set(REQUEST.subarray(0, 20))
  const length = addBytes(bytes, 0, 20, MESSAGE_INTEGRITY, new Uint8Array(16))
  expect(checkIntegrity(bytes, 0, length, 'x')).toBe(BAD_ATTRIBUTE)
})
