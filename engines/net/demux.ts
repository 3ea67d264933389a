/**
 * One UDP port, several protocols: the first byte tells them apart (RFC 7983 section 7, updated by RFC 9443).
 *
 * A relay for WebRTC passes STUN, DTLS, RTP and RTCP; ZRTP, TURN channels and QUIC have no business here, and the
 * unassigned values are left to the relay's own header between relay and pod (`forwarder/header.ts`).
 */
export const STUN = 0
export const UNASSIGNED = 1
export const ZRTP = 2
export const DTLS = 3
export const TURN_CHANNEL = 4
export const QUIC = 5
export const RTP = 6

export type Protocol =
  | typeof STUN
  | typeof UNASSIGNED
  | typeof ZRTP
  | typeof DTLS
  | typeof TURN_CHANNEL
  | typeof QUIC
  | typeof RTP

/** Names by protocol, for tables and logs. */
export const PROTOCOL_NAMES = [
  'STUN',
  'unassigned',
  'ZRTP',
  'DTLS',
  'TURN channel',
  'QUIC',
  'RTP/RTCP',
] as const

/** First byte up to and including `last` belongs to `protocol`; in ascending order. */
const ranges: readonly (readonly [last: number, protocol: Protocol])[] = [
  [3, STUN],
  [15, UNASSIGNED],
  [19, ZRTP],
  [63, DTLS],
  [79, TURN_CHANNEL],
  [127, QUIC],
  [191, RTP],
  [255, QUIC],
]

/** Protocol by first byte, 256 entries. */
export const PROTOCOL_OF_FIRST_BYTE: Uint8Array = Uint8Array.from(
  { length: 256 },
  (_, byte) => ranges.find(([last]) => byte <= last)![1],
)

/** From this length on, DTLS, RTP and RTCP are long enough, whichever of them it is. */
export const LONG_ENOUGH = 13

/**
 * Whether a datagram that starts like DTLS, RTP or RTCP is as long as a header of it: 13 bytes of a DTLS record
 * (RFC 6347 section 4.1), 12 of RTP, 8 of RTCP (RFC 3550 sections 5.1 and 6.4.2), which RFC 5761 section 4 tells from
 * RTP by the second byte.
 */
export function hasMediaHeader(protocol: number, bytes: Uint8Array, at: number, length: number): boolean {
  if (length >= LONG_ENOUGH) return true
  if (protocol === DTLS || length < 8) return false
  const payloadType = bytes[at + 1]! & 127
  return length === 12 || (payloadType >= 64 && payloadType < 96)
}
