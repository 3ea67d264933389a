import { half, putHalf } from '../bytes.ts'
import { addAttribute, attributeLength, findAttribute, messageLength } from './attribute.ts'
import { MAGIC_COOKIE, XOR_MAPPED_ADDRESS } from './constants.ts'
import { StunError } from './refusal.ts'

const IPV4 = 1
const IPV6 = 2
const PORT_MASK = MAGIC_COOKIE >>> 16

export interface MappedAddress {
  /** 4 or 16 bytes, network order. */
  readonly address: Uint8Array
  readonly port: number
}

/**
 * Adds XOR-MAPPED-ADDRESS (RFC 8489 section 14.2): where the request came from, as the answering side saw it. Address
 * bytes are xored with the magic cookie and, for IPv6, the transaction id: both stand in the header from byte 4 on.
 * Returns the message's new length.
 */
export function addXorMappedAddress(
  bytes: Uint8Array,
  at: number,
  length: number,
  { address, port }: MappedAddress,
): number {
  if (address.length !== 4 && address.length !== 16) {
    throw new StunError(`an address has 4 or 16 bytes, not ${address.length}`)
  }
  const value = addAttribute(bytes, at, length, XOR_MAPPED_ADDRESS, 4 + address.length)
  bytes[value + 1] = address.length === 4 ? IPV4 : IPV6
  putHalf(bytes, value + 2, port ^ PORT_MASK)
  for (let i = 0; i < address.length; i++) bytes[value + 4 + i] = address[i]! ^ bytes[at + 4 + i]!
  return messageLength(bytes, at)
}

/** Reads XOR-MAPPED-ADDRESS; null when it is absent or malformed. */
export function readXorMappedAddress(bytes: Uint8Array, at: number, length: number): MappedAddress | null {
  const value = findAttribute(bytes, at, length, XOR_MAPPED_ADDRESS)
  if (value < 0) return null
  const size = attributeLength(bytes, value)
  const family = bytes[value + 1]
  if (!(size === 8 && family === IPV4) && !(size === 20 && family === IPV6)) return null
  const address = new Uint8Array(size - 4)
  for (let i = 0; i < address.length; i++) address[i] = bytes[value + 4 + i]! ^ bytes[at + 4 + i]!
  return { address, port: half(bytes, value + 2) ^ PORT_MASK }
}
