import { expect, test } from 'vitest'
import { BINDING_REQUEST, BINDING_SUCCESS, HEADER_BYTES } from './constants.ts'
import { checkHeader, messageType, writeHeader, writeTransactionId } from './header.ts'
import { BAD_COOKIE, BAD_LENGTH, NOT_STUN } from './refusal.ts'
import { LONG_TERM_REQUEST, REQUEST, RESPONSE_IPV4, RESPONSE_IPV6 } from './testing/vectors.ts'

test('headers of all sample messages are in order, and name their type', () => {
  expect(checkHeader(REQUEST, 0, REQUEST.length)).toBe(0)
  expect(checkHeader(RESPONSE_IPV4, 0, RESPONSE_IPV4.length)).toBe(0)
  expect(checkHeader(RESPONSE_IPV6, 0, RESPONSE_IPV6.length)).toBe(0)
  expect(checkHeader(LONG_TERM_REQUEST, 0, LONG_TERM_REQUEST.length)).toBe(0)
  expect(messageType(REQUEST, 0)).toBe(BINDING_REQUEST)
  expect(messageType(RESPONSE_IPV4, 0)).toBe(BINDING_SUCCESS)
})

test('a message is read where it lies, not at the start of its buffer', () => {
  const buffer = new Uint8Array(REQUEST.length + 7).fill(255)
  buffer.set(REQUEST, 7)
  expect(checkHeader(buffer, 7, REQUEST.length)).toBe(0)
  expect(messageType(buffer, 7)).toBe(BINDING_REQUEST)
})

test.each([
  ['no bytes', new Uint8Array(0), NOT_STUN],
  ['a DTLS record', Uint8Array.of(22, 254, 253), NOT_STUN],
  ['19 bytes', REQUEST.subarray(0, 19), BAD_LENGTH],
  ['a truncated message', REQUEST.subarray(0, 104), BAD_LENGTH],
  ['a byte too many', Uint8Array.of(...REQUEST, 0), BAD_LENGTH],
  ['a length not a multiple of 4', Uint8Array.of(...REQUEST, 0).with(3, 0x59), BAD_LENGTH],
  ['no magic cookie (RFC 3489)', REQUEST.with(4, 0), BAD_COOKIE],
])('%s is refused', (_, packet, refusal) => {
  expect(checkHeader(packet, 0, packet.length)).toBe(refusal)
})

test('a written header is what the sample starts with', () => {
  const bytes = new Uint8Array(HEADER_BYTES)
  expect(writeHeader(bytes, 0, BINDING_REQUEST, 0, 0, 0)).toBe(HEADER_BYTES)
  expect(checkHeader(bytes, 0, HEADER_BYTES)).toBe(0)
  writeTransactionId(bytes, 0, 0xb7e7a701, 0xbc34d686, 0xfa87dfae)
  expect(bytes.with(3, 0x58)).toEqual(REQUEST.subarray(0, HEADER_BYTES))
})
