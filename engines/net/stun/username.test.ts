import { expect, test } from 'vitest'
import { addBytes, attributeLength } from './attribute.ts'
import { BINDING_REQUEST, USERNAME } from './constants.ts'
import { writeHeader } from './header.ts'
import { ABSENT, BAD_ATTRIBUTE } from './refusal.ts'
import { LONG_TERM, LONG_TERM_REQUEST, REQUEST, RESPONSE_IPV4 } from './testing/vectors.ts'
import { addUsername, findUsername } from './username.ts'

function usernameOf(message: Uint8Array): string {
  const at = findUsername(message, 0, message.length)
  return Buffer.from(message.subarray(at, at + attributeLength(message, at))).toString()
}

test('user names of the sample messages', () => {
  expect(usernameOf(REQUEST)).toBe('evtj:h6vY')
  expect(usernameOf(LONG_TERM_REQUEST)).toBe(LONG_TERM.user)
  expect(findUsername(RESPONSE_IPV4, 0, RESPONSE_IPV4.length)).toBe(ABSENT)
})

test('508 bytes are the most (section 14.3), written or read', () => {
  const bytes = new Uint8Array(600)
  const length = writeHeader(bytes, 0, BINDING_REQUEST, 0, 0, 0)
  const longest = addUsername(bytes, 0, length, 'x'.repeat(508))
  expect(usernameOf(bytes.subarray(0, longest))).toHaveLength(508)
  expect(() => addUsername(bytes, 0, length, 'x'.repeat(509))).toThrow('at most 508')
  const tooLong = addBytes(bytes, 0, length, USERNAME, new Uint8Array(509))
  expect(findUsername(bytes, 0, tooLong)).toBe(BAD_ATTRIBUTE)
})
