import { expect, test } from 'vitest'
import { DTLS, hasMediaHeader, PROTOCOL_NAMES, RTP, PROTOCOL_OF_FIRST_BYTE } from './demux.ts'

test('the table of RFC 7983 section 7 with the changes of RFC 9443', () => {
  const runs: string[] = []
  let from = 0
  for (let byte = 0; byte < 256; byte++) {
    if (byte === 255 || PROTOCOL_OF_FIRST_BYTE[byte + 1] !== PROTOCOL_OF_FIRST_BYTE[byte]) {
      runs.push(`${from}-${byte} ${PROTOCOL_NAMES[PROTOCOL_OF_FIRST_BYTE[byte]!]}`)
      from = byte + 1
    }
  }
  expect(runs).toEqual([
    '0-3 STUN',
    '4-15 unassigned',
    '16-19 ZRTP',
    '20-63 DTLS',
    '64-79 TURN channel',
    '80-127 QUIC',
    '128-191 RTP/RTCP',
    '192-255 QUIC',
  ])
})

test('the least of each protocol', () => {
  const rtp = new Uint8Array(13).fill(0x80)
  const rtcp = Uint8Array.of(0x80, 200, 0, 1, 0, 0, 0, 0)
  const from = (protocol: number, bytes: Uint8Array): number =>
    Array.from({ length: 20 }, (_, length) => hasMediaHeader(protocol, bytes, 0, length)).indexOf(true)
  expect([from(RTP, rtp), from(RTP, rtcp), from(DTLS, rtp)]).toEqual([12, 8, 13])
})
