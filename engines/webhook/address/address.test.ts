import { isIP, isIPv6 } from 'node:net'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isWithin, parseAddress, parseCidr } from './address.ts'
import { judgeAddress } from './blocked.ts'
import { BadUrl, judgeResolved, parseEndpointUrl } from './url.ts'

const LOOPBACK = [parseCidr('127.0.0.0/8')]
const EVERYTHING = [parseCidr('0.0.0.0/0'), parseCidr('::/0')]

describe('addresses are read as Node reads them', () => {
  const hex = fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdefF:.')), maxLength: 24 })
  test('what is one and what is none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), hex), (text) => {
        expect(parseAddress(text) !== null).toBe(isIP(text) !== 0)
      }),
      { numRuns: 5000 },
    )
  })
  test('to the same bytes', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        // The URL parser writes every form of an address in one way.
        const again = (address: string): string => new URL(`http://[${address}]/`).hostname
        const bytes = parseAddress(text)!
        const full = Array.from({ length: 8 }, (_, i) =>
          ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16),
        ).join(':')
        expect(isIPv6(full)).toBe(true)
        expect(again(full)).toBe(again(text))
      }),
    )
  })
  test('blocks', () => {
    expect(isWithin(parseAddress('10.255.0.1')!, parseCidr('10.0.0.0/8'))).toBe(true)
    expect(isWithin(parseAddress('11.0.0.1')!, parseCidr('10.0.0.0/8'))).toBe(false)
    expect(isWithin(parseAddress('::ffff:10.1.1.1')!, parseCidr('10.0.0.0/8'))).toBe(true)
    expect(isWithin(parseAddress('fd00::1')!, parseCidr('fc00::/7'))).toBe(true)
    for (const bad of ['10.0.0.0', '10.0.0.0/33', '::/129', 'x/8', '10.0.0.0/8/8', '10.0.0.0/-1', '/8']) {
      expect(() => parseCidr(bad)).toThrow(RangeError)
    }
  })
})

/** One of every blocked range, first and last where it has edges. */
const BLOCKED = [
  '0.0.0.0', '0.1.2.3', '10.0.0.0', '10.254.0.0', '10.255.255.255', '100.64.0.0', '100.127.255.255', '127.0.0.1',
  '127.254.254.254', '169.254.45.1', '172.16.0.0', '172.31.255.255', '192.0.0.1', '192.0.0.255', '192.0.2.255',
  '192.31.196.1', '192.52.193.1', '192.88.99.3', '192.168.10.65', '192.175.48.1', '198.18.0.0', '198.19.255.255',
  '198.51.100.65', '203.0.113.6', '224.1.2.3', '233.252.0.16', '240.240.240.240', '255.255.255.255',
  '::', '::1', '::7f00:1', '::ffff:7f00:1', '::ffff:10.0.0.1', '::ffff:0:7f00:1', 'ff02::1', 'fe80::1', 'fec0::1', 'fc00::1',
  'fdff::1', '2001:db8::1', '3fff::1', '100::1', '100:0:0:1::1', '64:ff9b::7f00:1', '64:ff9b:1::7f00:1', '2001::1',
  '2001:1ff::1', '2002:7f00:1::', '2002:808:808::', '5f00::1', '2620::5efe:127.0.0.1', '2620::200:5efe:7f00:1',
] // prettier-ignore

const METADATA = [
  '169.254.169.254', '169.254.170.2', '169.254.170.23', '168.63.129.16', '100.100.100.200', '192.0.0.192',
  'fd00:ec2::254', 'fd20:ce::254', '::ffff:169.254.169.254', '::ffff:a9fe:a9fe', '64:ff9b::a9fe:a9fe', '2002:a9fe:a9fe::',
  '::a83f:8110', '2001:0:0:0:0:0:5601:5601',
] // prettier-ignore

describe('where nothing goes', () => {
  test.each(BLOCKED)('%s', (address) => expect(judgeAddress(address, [])).toBe('blocked'))
  test.each(METADATA)('%s, even where everything is allowed', (address) => {
    expect(judgeAddress(address, EVERYTHING)).toBe('blocked')
  })
  test.each([
    '1.1.1.1',
    '8.8.8.8',
    '93.184.216.34',
    '172.32.0.0',
    '100.128.0.0',
    '2606:4700::1111',
    '2a00::1',
  ])('%s is public', (address) => expect(judgeAddress(address, [])).toBe('public'))
  test('what is allowed is allowed in every form that is that address, and in no other', () => {
    expect(judgeAddress('127.0.0.1', LOOPBACK)).toBe('allowed')
    expect(judgeAddress('::ffff:7f00:1', LOOPBACK)).toBe('allowed')
    for (const other of ['::7f00:1', '64:ff9b::7f00:1', '2002:7f00:1::', '::1']) {
      expect(judgeAddress(other, LOOPBACK)).toBe('blocked')
    }
  })
  test('a text that is no address', () => expect(judgeAddress('localhost', EVERYTHING)).toBe('blocked'))
})

describe('URLs', () => {
  const codeOf = (url: string, allow = LOOPBACK): string => {
    try {
      parseEndpointUrl(url, allow)
      return 'accepted'
    } catch (error) {
      if (error instanceof BadUrl) return error.code
      throw error
    }
  }
  test.each([
    ['https://example.com/hook', 'accepted'],
    ['https://example.com:8443/hook?a=1', 'accepted'],
    ['http://127.0.0.1:8080/', 'accepted'],
    ['http://[::ffff:7f00:1]:80/', 'accepted'],
    ['http://127.1/', 'accepted'],
    ['http://[::ffff:169.254.169.254]/', 'blocked_address'],
    ['http://[::7f00:1]/', 'blocked_address'],
    ['http://[64:ff9b::7f00:1]/', 'blocked_address'],
    ['http://[2002:7f00:1::]/', 'blocked_address'],
    ['http://0x0a000001/', 'blocked_address'],
    ['http://168.63.129.16/', 'blocked_address'],
    ['http://8.8.8.8/', 'plain_http'],
    ['https://user@example.com/', 'malformed'],
    ['https://user:pass@example.com/', 'malformed'],
    ['https://@example.com/', 'malformed'],
    ['http:127.0.0.1/', 'malformed'],
    ['http:///127.0.0.1/', 'malformed'],
    ['http://127.0.0.1\\@example.com/', 'malformed'],
    ['https://exam\tple.com/', 'malformed'],
    ['https://example.com/\n', 'malformed'],
    [' https://example.com/', 'malformed'],
    ['https://①②⑦.⓪.⓪.①/', 'malformed'],
    ['https://example..com/', 'malformed'],
    ['https://localhost../', 'malformed'],
    ['ftp://example.com/', 'malformed'],
    ['javascript:alert(1)', 'malformed'],
    ['https://', 'malformed'],
    ['https://example.com:0/', 'malformed'],
    ['http://127.0.0.1:00000/', 'malformed'],
    ['http://[::ffff:7f00:1]:0/', 'malformed'],
    ['https://exa mple.com/', 'malformed'],
    [`https://example.com/${'a'.repeat(3000)}`, 'malformed'],
  ])('%s: %s', (url, code) => expect(codeOf(url)).toBe(code))

  test('without the flag loopback is blocked, in every way to write it', () => {
    for (const host of [
      '127.0.0.1',
      '127.1',
      '2130706433',
      '0x7f000001',
      '017700000001',
      '[::1]',
      '[::ffff:7f00:1]',
      '%31%32%37.0.0.1',
    ]) {
      expect(codeOf(`http://${host}/`, [])).toBe('blocked_address')
    }
  })

  test('local names need an allowed block, with a dot at the end or without', () => {
    for (const name of [
      'localhost',
      'localhost.',
      'svc.internal.',
      'a.localhost',
      'printer',
      'x.local',
      'a.home.arpa',
    ]) {
      expect(parseEndpointUrl(`https://${name}/`, [])).toMatchObject({ needsAllowed: true })
    }
    expect(parseEndpointUrl('https://example.com./', [])).toMatchObject({
      needsAllowed: false,
      host: 'example.com',
    })
  })

  test('one bad address spoils a name', () => {
    expect(() => judgeResolved('a.example', ['93.184.216.34', '::1'], [], false)).toThrow(
      'blocked address ::1',
    )
    expect(() => judgeResolved('a.example', ['93.184.216.34'], LOOPBACK, true)).toThrow(BadUrl)
    expect(() => judgeResolved('a.example', ['93.184.216.34', '2606:4700::1111'], [], false)).not.toThrow()
  })

  test('any text: accepted or refused with a code', () => {
    const part = fc.constantFrom(
      'http',
      'https',
      '://',
      ':',
      '//',
      '/',
      '@',
      '[',
      ']',
      '127.0.0.1',
      '.',
      '..',
      'a',
      '\t',
      '%00',
      '?',
      '#',
      '::1',
      '٣',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(part, fc.string({ maxLength: 4 })), { maxLength: 10 }), (parts) => {
        expect(['accepted', 'malformed', 'blocked_address', 'plain_http']).toContain(
          codeOf(parts.join(''), []),
        )
      }),
      { numRuns: 3000 },
    )
  })
})
