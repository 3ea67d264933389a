/** What stands around a client's packet between relay and pod and between relays, for the model: text and Buffers. */
import { createCipheriv } from 'node:crypto'
import { parseIPv4, parseIPv6 } from '../../../net/address.ts'
import { formatIPv6 } from '../../../net/address.ts'

export interface Wrapped {
  readonly address: string
  readonly port: number
  readonly isLinked: boolean
  readonly isVouched: boolean
  readonly inner: Buffer
  /** Of a link: when it was sent, and whether its tag is right. */
  readonly second: number
  readonly isGenuine: boolean
}

/** Takes a datagram apart; null when it starts with no header, or ends with it. */
export function unwrap(packet: Buffer, linkKey: Uint8Array | null, direction: number): Wrapped | null {
  const family = packet[0]
  const flags = packet[1] ?? 0
  if ((family !== 4 && family !== 6) || flags > 3) return null
  const start = family === 4 ? 8 : 20
  if (packet.length <= start) return null
  const address = family === 4 ? [...packet.subarray(4, 8)].join('.') : textOf(packet.subarray(4, 20))
  const isLinked = (flags & 1) !== 0
  const end = isLinked ? Math.max(start, packet.length - 12) : packet.length
  const isWhole = end > start
  const second = isLinked && isWhole ? packet.readInt32BE(end) : 0
  const port = packet.readUInt16BE(2)
  const isGenuine =
    isLinked &&
    isWhole &&
    linkKey !== null &&
    tagOf(linkKey, address, port, flags, second, direction).equals(packet.subarray(end + 4))
  return {
    address,
    port,
    isLinked,
    isVouched: (flags & 2) !== 0,
    inner: packet.subarray(start, end),
    second,
    isGenuine,
  }
}

export interface Wrapping {
  readonly address: string
  readonly port: number
  readonly flags: number
  /** A link's key, time and direction. */
  readonly link: { readonly key: Uint8Array; readonly second: number; readonly direction: number } | null
}

/** Puts a datagram together. */
export function wrap(inner: Uint8Array, { address, port, flags, link }: Wrapping): Buffer {
  const header = Buffer.alloc(4)
  header[0] = address.includes(':') ? 6 : 4
  header[1] = flags
  header.writeUInt16BE(port, 2)
  const parts = [header, bytesOf(address), inner]
  if (link !== null) {
    const second = Buffer.alloc(4)
    second.writeInt32BE(link.second)
    parts.push(second, tagOf(link.key, address, port, flags, link.second, link.direction))
  }
  return Buffer.concat(parts)
}

/** The last block of AES-CBC over both blocks is their CBC-MAC. */
function tagOf(
  key: Uint8Array,
  address: string,
  port: number,
  flags: number,
  second: number,
  direction: number,
): Buffer {
  const blocks = Buffer.alloc(32)
  const bytes = bytesOf(address)
  if (bytes.length === 4) blocks.fill('00000000000000000000ffff', 0, 12, 'hex')
  bytes.copy(blocks, 16 - bytes.length)
  blocks[16] = bytes.length === 4 ? 4 : 6
  blocks[17] = flags
  blocks.writeUInt16BE(port, 18)
  blocks.writeInt32BE(second, 20)
  blocks.writeUInt32BE(direction, 24)
  const cbc = createCipheriv('aes-128-cbc', key, Buffer.alloc(16)).setAutoPadding(false)
  return cbc.update(blocks).subarray(16, 24)
}

function bytesOf(address: string): Buffer {
  const words = address.includes(':') ? parseIPv6(address) : [parseIPv4(address)]
  const bytes = Buffer.alloc(words.length * 4)
  words.forEach((word, i) => bytes.writeUInt32BE(word, i * 4))
  return bytes
}

function textOf(bytes: Buffer): string {
  return formatIPv6([0, 4, 8, 12].map((at) => bytes.readUInt32BE(at)))
}
