import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatIPv4, parseIPv4 } from './address.ts'

test('there and back', () => {
  expect(parseIPv4('203.0.113.7')).toBe(0xcb007107)
  fc.assert(fc.property(fc.ipV4(), (text) => formatIPv4(parseIPv4(text)) === text))
})

test.each(['', '1.2.3', '1.2.3.4.5', '1.2.3.256', '01.2.3.4', '1.2.3.', '::1', ' 1.2.3.4', '1.2.3.4e1'])(
  '%j is no address',
  (text) => expect(() => parseIPv4(text)).toThrow('not an IPv4 address'),
)
