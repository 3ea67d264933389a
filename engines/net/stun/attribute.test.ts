import { expect, test } from 'vitest'
import { addAttribute, addBytes, attributeLength, findAttribute, messageLength } from './attribute.ts'
import { BINDING_REQUEST, FINGERPRINT, HEADER_BYTES, MESSAGE_INTEGRITY } from './constants.ts'
import { MESSAGE_INTEGRITY_SHA256, NONCE, PRIORITY, REALM, SOFTWARE, USERNAME } from './constants.ts'
import { writeHeader } from './header.ts'
import { ABSENT, BAD_ATTRIBUTE, StunError } from './refusal.ts'
import { LONG_TERM_REQUEST, REQUEST } from './testing/vectors.ts'

function textOf(message: Uint8Array, type: number): string {
  const at = findAttribute(message, 0, message.length, type)
  return Buffer.from(message.subarray(at, at + attributeLength(message, at))).toString()
}

/** A message of empty attributes of these types. */
function messageOf(...types: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(256)
  let length = writeHeader(bytes, 0, BINDING_REQUEST, 1, 2, 3)
  for (const type of types) length = addBytes(bytes, 0, length, type, Uint8Array.of(type))
  return bytes.subarray(0, length)
}

test('values are found with their own length, padding left out whatever it holds', () => {
  expect(textOf(REQUEST, SOFTWARE)).toBe('STUN test client')
  expect(textOf(REQUEST, USERNAME)).toBe('evtj:h6vY')
  expect(textOf(LONG_TERM_REQUEST, REALM)).toBe('example.org')
  expect(textOf(LONG_TERM_REQUEST, NONCE)).toBe('f//499k954d6OL34oL9FSTvy64sA')
  expect(findAttribute(REQUEST, 0, REQUEST.length, REALM)).toBe(ABSENT)
})

test('the first of two attributes of one type counts (section 14)', () => {
  const message = messageOf(USERNAME, PRIORITY, USERNAME)
  expect(findAttribute(message, 0, message.length, USERNAME)).toBe(HEADER_BYTES + 4)
})

test('what follows the integrity is ignored, save the second integrity and the fingerprint (14.5 to 14.7)', () => {
  const late = messageOf(MESSAGE_INTEGRITY, USERNAME, MESSAGE_INTEGRITY_SHA256, PRIORITY, FINGERPRINT)
  expect(findAttribute(late, 0, late.length, USERNAME)).toBe(ABSENT)
  expect(findAttribute(late, 0, late.length, PRIORITY)).toBe(ABSENT)
  expect(findAttribute(late, 0, late.length, MESSAGE_INTEGRITY_SHA256)).toBeGreaterThan(0)
  expect(findAttribute(late, 0, late.length, FINGERPRINT)).toBeGreaterThan(0)
  const after = messageOf(FINGERPRINT, USERNAME)
  expect(findAttribute(after, 0, after.length, USERNAME)).toBe(ABSENT)
  const second = messageOf(MESSAGE_INTEGRITY_SHA256, USERNAME)
  expect(findAttribute(second, 0, second.length, USERNAME)).toBe(ABSENT)
})

test('an attribute that runs past the end is refused, and nothing beyond the end is read', () => {
  const message = messageOf(PRIORITY, USERNAME)
  message[HEADER_BYTES + 3] = 200
  expect(findAttribute(message, 0, message.length, USERNAME)).toBe(BAD_ATTRIBUTE)
  const short = REQUEST.slice()
  short[short.length - 5] = 5
  expect(findAttribute(short, 0, short.length, FINGERPRINT)).toBe(BAD_ATTRIBUTE)
})

test('adding zeroes value and padding and keeps the header length right', () => {
  const bytes = new Uint8Array(64).fill(255)
  const length = writeHeader(bytes, 0, BINDING_REQUEST, 0, 0, 0)
  const value = addAttribute(bytes, 0, length, USERNAME, 5)
  expect(messageLength(bytes, 0)).toBe(HEADER_BYTES + 4 + 8)
  expect([...bytes.subarray(value, value + 9)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 255])
  expect(() => addAttribute(bytes, 0, 32, REALM, 60)).toThrow(StunError)
})

test('a value or a message whose length would not fit 16 bits is refused, not cut to them', () => {
  const bytes = new Uint8Array(200_000)
  const length = writeHeader(bytes, 0, BINDING_REQUEST, 0, 0, 0)
  for (const wrong of [65_536, 70_000, 0x1_0008, -1, 1.5, Number.NaN, 65_535]) {
    expect(() => addAttribute(bytes, 0, length, REALM, wrong), `${wrong}`).toThrow('16 bits')
  }
  expect(messageLength(bytes, 0)).toBe(HEADER_BYTES)
  addAttribute(bytes, 0, length, REALM, 65_528)
  expect(messageLength(bytes, 0)).toBe(HEADER_BYTES + 65_532)
  expect(() => addAttribute(bytes, 0, messageLength(bytes, 0), REALM, 0)).toThrow('16 bits')
})
