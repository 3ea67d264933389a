import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  hashSpans,
  hex,
  parseHello,
  parseMatches,
  parseNumbers,
  parseReply,
  ProtocolError,
  unhex,
} from './protocol.ts'

const HELLO = {
  version: '1',
  semantics: 'leftmost-first',
  units: 'bytes',
  promise: null,
  called: 'so',
  refuses: 'no',
}

describe('replies', () => {
  test('of an engine are taken apart', () => {
    expect(parseReply('ok 1 2')).toEqual({ is: 'ok', rest: '1 2' })
    expect(parseReply('ok')).toEqual({ is: 'ok', rest: '' })
    expect(parseReply('refused too large')).toEqual({ is: 'refused', why: 'too large' })
    expect(parseNumbers('1 -2 3', 2)).toEqual([1, -2, 3])
    expect(parseMatches('0 1;2 3', 2)).toEqual([
      [0, 1],
      [2, 3],
    ])
    expect(parseMatches('', 2)).toEqual([])
    expect(parseHello(JSON.stringify(HELLO)).units).toBe('bytes')
  })

  test.each([
    () => parseReply('okay'),
    () => parseReply(''),
    () => parseNumbers('1 x', 1),
    () => parseNumbers('1.5', 1),
    () => parseNumbers('1', 2),
    () => parseNumbers('1e99', 1),
    () => parseMatches('1 2 3', 2),
    () => parseMatches('1 2 3', null),
    () => parseHello('{"version"'),
    () => parseHello('null'),
    () => parseHello(JSON.stringify({ ...HELLO, version: '' })),
    () => parseHello(JSON.stringify({ ...HELLO, semantics: 'longest' })),
    () => parseHello(JSON.stringify({ ...HELLO, units: 'code points' })),
    () => parseHello(JSON.stringify({ ...HELLO, promise: 'fast' })),
  ])('that are none are refused: %s', (parse) => expect(parse).toThrow(ProtocolError))

  test('whatever comes, it is an answer or a ProtocolError', () => {
    let refused = 0
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map((rest) => `ok ${rest}`),
    )
    fc.assert(
      fc.property(line, (text) => {
        for (const parse of [
          parseHello,
          (rest: string) => parseNumbers(rest, 1),
          (rest: string) => parseMatches(rest, null),
        ]) {
          try {
            const reply = parseReply(text)
            if (reply.is === 'ok') parse(reply.rest)
          } catch (error) {
            if (!(error instanceof ProtocolError)) throw error
            refused++
          }
        }
      }),
      { numRuns: 2_000 },
    )
    expect(refused).toBeGreaterThan(1_000)
  })

  test('hexadecimal keeps every byte', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect([...unhex(hex(bytes))]).toEqual([...bytes])
      }),
    )
    expect(hex('')).toBe('-')
  })

  test('the hash tells spans apart that differ by one, or only in order', () => {
    expect(hashSpans([])).toBe(0x811c9dc5)
    expect(
      new Set(
        [
          [0, 1],
          [1, 0],
          [0, 2],
          [0, 1, 2, 3],
          [2, 3, 0, 1],
          [256, 1],
        ].map(hashSpans),
      ).size,
    ).toBe(6)
  })
})
