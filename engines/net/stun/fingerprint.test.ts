import { expect, test } from 'vitest'
import { addBytes } from './attribute.ts'
import { FINGERPRINT, SOFTWARE } from './constants.ts'
import { addFingerprint, checkFingerprint } from './fingerprint.ts'
import { ABSENT, BAD_FINGERPRINT } from './refusal.ts'
import { LONG_TERM_REQUEST, REQUEST, RESPONSE_IPV4, RESPONSE_IPV6 } from './testing/vectors.ts'

test('fingerprints of the sample messages', () => {
  for (const message of [REQUEST, RESPONSE_IPV4, RESPONSE_IPV6]) {
    expect(checkFingerprint(message, 0, message.length)).toBe(0)
  }
  expect(checkFingerprint(LONG_TERM_REQUEST, 0, LONG_TERM_REQUEST.length)).toBe(ABSENT)
})

test('written again, the sample fingerprint comes out', () => {
  const copy = REQUEST.slice().fill(0, REQUEST.length - 8)
  expect(addFingerprint(copy, 0, REQUEST.length - 8)).toBe(REQUEST.length)
  expect(copy).toEqual(REQUEST)
})

test('every bit of the message counts', () => {
  for (let bit = 0; bit < REQUEST.length * 8; bit++) {
    const changed = REQUEST.with(bit >> 3, REQUEST[bit >> 3]! ^ (1 << (bit & 7)))
    expect(checkFingerprint(changed, 0, changed.length), `bit ${bit}`).not.toBe(0)
  }
})

test('it must be last and 4 bytes long (section 14.7)', () => {
  const bytes = new Uint8Array(128)
  bytes.set(REQUEST.subarray(0, 20))
  const length = addFingerprint(bytes, 0, 20)
  const longer = addBytes(bytes, 0, length, SOFTWARE, new Uint8Array(4))
  expect(checkFingerprint(bytes, 0, longer)).toBe(BAD_FINGERPRINT)
  const wide = addBytes(bytes, 0, 20, FINGERPRINT, new Uint8Array(8))
  expect(checkFingerprint(bytes, 0, wide)).toBe(BAD_FINGERPRINT)
})
