/** STUN and hints for the model, by Node's own means: Buffer methods, regular expressions, one cipher call a ufrag. */
import { createHmac } from 'node:crypto'
import type { Reason } from '../../forwarder/verdict.ts'

const UFRAG = /^[A-Za-z0-9+/]{22}[AQgw]:/

export const BINDING_SUCCESS = 0x0101
export const BINDING_ERROR = 0x0111

export type Kind = 'stun' | 'media' | 'other'

/** What a packet is by its first byte (RFC 7983). */
export function kindOf(first: number): Kind {
  if (first < 4) return 'stun'
  return (first >= 20 && first < 64) || (first >= 128 && first < 192) ? 'media' : 'other'
}

/** Whether DTLS has a record header, RTP or RTCP its own (RFC 5761 tells the two apart). */
export function isTooShort(packet: Buffer): boolean {
  if (packet[0]! < 64) return packet.length < 13
  const isRtcp = packet.length > 1 && (packet[1]! & 0x7f) >= 64 && (packet[1]! & 0x7f) <= 95
  return packet.length < (isRtcp ? 8 : 12)
}

export function stunFault(packet: Buffer): Reason | null {
  if (packet.length < 20) return 'badLength'
  if (packet.readUInt32BE(4) !== 0x2112a442) return 'badCookie'
  const length = packet.readUInt16BE(2)
  return length % 4 === 0 && length === packet.length - 20 ? null : 'badLength'
}

export function typeOf(packet: Buffer): number {
  return packet.readUInt16BE(0)
}

export function idOf(packet: Buffer): string {
  return packet.toString('latin1', 8, 20)
}

interface Attribute {
  readonly type: number
  readonly at: number
  readonly length: number
}

/** Attributes in order, up to where one runs past the end: the last is then null. */
function* attributesOf(packet: Buffer): Generator<Attribute | null> {
  let at = 20
  while (at < packet.length) {
    const type = packet.readUInt16BE(at)
    const length = packet.readUInt16BE(at + 2)
    const next = at + 4 + Math.ceil(length / 4) * 4
    if (next > packet.length) {
      yield null
      return
    }
    yield { type, at: at + 4, length }
    at = next
  }
}

/** `=` and the USERNAME of a check, if it starts like one of ours; or why it is refused. */
export function usernameOf(packet: Buffer): `=${string}` | Reason {
  for (const attribute of attributesOf(packet)) {
    if (attribute === null) return 'badAttribute'
    const { type, at, length } = attribute
    if (type === 0x0006) {
      if (length >= 509) return 'badAttribute'
      const username = packet.toString('latin1', at, at + length)
      if (username.length < 24 || username[23] !== ':' || !/^[A-Za-z0-9+/]/.test(username)) return 'badUfrag'
      return `=${username}`
    }
    // What follows the integrity or the fingerprint does not count.
    if (type === 0x0008 || type === 0x001c || type === 0x8028) return 'noUsername'
  }
  return 'noUsername'
}

export function isSpelledRight(username: string): boolean {
  return UFRAG.test(username)
}

/** Whether the first MESSAGE-INTEGRITY is the HMAC-SHA1 of what stands before it (RFC 8489 section 14.5). */
export function hasIntegrity(packet: Buffer, password: string): boolean {
  for (const attribute of attributesOf(packet)) {
    if (attribute === null) return false
    const { type, at, length } = attribute
    if (type === 0x001c || type === 0x8028) return false
    if (type !== 0x0008) continue
    if (length !== 20) return false
    const covered = Buffer.from(packet.subarray(0, at - 4))
    covered.writeUInt16BE(at, 2)
    return createHmac('sha1', password)
      .update(covered)
      .digest()
      .equals(packet.subarray(at, at + 20))
  }
  return false
}
