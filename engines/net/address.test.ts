import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  formatIPv4,
  formatIPv6,
  isAnswerableIPv4,
  isAnswerableIPv6,
  parseIPv4,
  parseIPv6,
} from './address.ts'

describe('IPv4', () => {
  test('there and back', () => {
    expect(parseIPv4('203.0.113.7')).toBe(0xcb007107)
    fc.assert(fc.property(fc.ipV4(), (text) => formatIPv4(parseIPv4(text)) === text))
  })

  test.each(['', '1.2.3', '1.2.3.4.5', '1.2.3.256', '01.2.3.4', '1.2.3.', '::1', ' 1.2.3.4', '1.2.3.4e1'])(
    '%j is no address',
    (text) => expect(() => parseIPv4(text)).toThrow('not an IPv4 address'),
  )
})

describe('IPv6', () => {
  test.each([
    ['2001:db8::7', [0x20010db8, 0, 0, 7]],
    ['::', [0, 0, 0, 0]],
    ['::1', [0, 0, 0, 1]],
    ['fe80::', [0xfe800000, 0, 0, 0]],
    // RFC 5952: the longest run, the first of equals, never a single group.
    ['2001:db8:0:1:1:1:1:1', [0x20010db8, 1, 0x10001, 0x10001]],
    ['2001:db8::1:0:0:1', [0x20010db8, 0, 0x10000, 1]],
    ['2001:0:0:1::1', [0x20010000, 1, 0, 1]],
    ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff]],
  ] as const)('%s', (text, words) => {
    expect(parseIPv6(text)).toEqual(words)
    expect(formatIPv6(words)).toBe(text)
  })

  test('other spellings', () => {
    expect(parseIPv6('::FFFF:203.0.113.7')).toEqual([0, 0, 0xffff, 0xcb007107])
    expect(parseIPv6('2001:0DB8:0000::0:7')).toEqual([0x20010db8, 0, 0, 7])
  })

  test('there and back', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const words = parseIPv6(text)
        expect(parseIPv6(formatIPv6(words))).toEqual(words)
        expect(new URL(`http://[${text}]`).hostname).toBe(`[${formatIPv6(words)}]`)
      }),
    )
  })

  test.each(['', ':', '1', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7::8', '::12345'])(
    '%j is no address',
    (text) => expect(() => parseIPv6(text)).toThrow('not an IPv6 address'),
  )
  test.each(['::g', 'fe80::1%eth0', '1.2.3.4', '::1.2.3', '1.2.3.4::', ' ::1'])('%j neither', (text) =>
    expect(() => parseIPv6(text)).toThrow('address'),
  )
})

test.each([
  '1.0.0.0',
  '1.2.3.4',
  '169.253.255.255',
  '169.255.0.0',
  '127.0.0.1',
  '223.255.255.255',
  '::1',
  '2001:db8::1',
  'fec0::1',
  '::1:0:0',
  '::2:0:0:0',
])('%s can be answered', (text) => expect(isAnswerable(text)).toBe(true))
test.each([
  '0.0.0.0',
  '0.255.255.255',
  '169.254.0.0',
  '169.254.169.254',
  '169.254.255.255',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
])('%s cannot', (text) => expect(isAnswerable(text)).toBe(false))
test.each(['::', 'ff02::1', 'fe80::1', 'febf::1', '::ffff:1.2.3.4', '::ffff:169.254.0.1'])(
  '%s neither',
  (text) => expect(isAnswerable(text)).toBe(false),
)

function isAnswerable(text: string): boolean {
  return text.includes(':') ? isAnswerableIPv6(parseIPv6(text), 0) : isAnswerableIPv4(parseIPv4(text))
}
