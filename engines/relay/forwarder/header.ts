/**
 * The relay header: how relay and pod, or two relays, name the client to each other.
 *
 * All sessions of a pod share one UDP socket, and to that socket every packet comes from the relay. The pod must still
 * know which client it was: to answer, and to write the client's address as the relay saw it into XOR-MAPPED-ADDRESS,
 * by which the client learns its own. So every datagram between relay and pod starts with
 *
 *   byte 0      4 or 6, the client's IP version
 *   byte 1      flags
 *   bytes 2-3   the client's port
 *   then        the client's address, 4 or 16 bytes
 *
 * To the pod it is a return address, to the relay the key of the flow table; there is no handle that could go stale
 * and no port per flow. Values 4 to 15 of a first byte belong to no protocol of RFC 7983, so a pod can tell a relayed
 * packet from a direct one on the same socket. Without LINKED the header is not authenticated: the path between relay
 * and pod must be one on which outsiders cannot send.
 */
import { half, putHalf, putWord, word } from '../../net/bytes.ts'

export const HEADER_IPV4 = 4
export const HEADER_IPV4_BYTES = 8
export const HEADER_IPV6 = 6
export const HEADER_IPV6_BYTES = 20

/** Flag between relays: a trailer authenticates the header (`links.ts`). */
export const LINKED = 1
/** Flag from a pod: the client has proven that it is at this address, by finishing the DTLS handshake (`proof.ts`). */
export const VOUCHED = 2

/** Bytes of a header whose first byte is `family`; 0 for one that is none. */
export function headerBytes(family: number): number {
  return family === HEADER_IPV4 ? HEADER_IPV4_BYTES : family === HEADER_IPV6 ? HEADER_IPV6_BYTES : 0
}

/** Writes the header of an IPv4 client at `at`: 8 bytes. */
export function writeRelayHeader(
  bytes: Uint8Array,
  at: number,
  address: number,
  port: number,
  flags = 0,
): void {
  bytes[at] = HEADER_IPV4
  bytes[at + 1] = flags
  putHalf(bytes, at + 2, port)
  putWord(bytes, at + 4, address)
}

/** Writes the header of an IPv6 client, whose address are the four words at `from`, at `at`: 20 bytes. */
export function writeRelayHeaderIPv6(
  bytes: Uint8Array,
  at: number,
  address: ArrayLike<number>,
  from: number,
  port: number,
  flags = 0,
): void {
  bytes[at] = HEADER_IPV6
  bytes[at + 1] = flags
  putHalf(bytes, at + 2, port)
  putWord(bytes, at + 4, address[from]!)
  putWord(bytes, at + 8, address[from + 1]!)
  putWord(bytes, at + 12, address[from + 2]!)
  putWord(bytes, at + 16, address[from + 3]!)
}

/** As `writeRelayHeader` without flags: what every packet of a client gets, two stores for eight. */
export function putRelayHeader(view: DataView, at: number, address: number, port: number): void {
  view.setInt32(at, (HEADER_IPV4 << 24) | port)
  view.setInt32(at + 4, address)
}

/** As `writeRelayHeaderIPv6` without flags. */
export function putRelayHeaderIPv6(
  view: DataView,
  at: number,
  address: Uint32Array,
  from: number,
  port: number,
): void {
  view.setInt32(at, (HEADER_IPV6 << 24) | port)
  view.setInt32(at + 4, address[from]!)
  view.setInt32(at + 8, address[from + 1]!)
  view.setInt32(at + 12, address[from + 2]!)
  view.setInt32(at + 16, address[from + 3]!)
}

/** True when a datagram of `length` bytes at `at` starts with a header of known flags and has something after it. */
export function hasRelayHeader(bytes: Uint8Array, at: number, length: number): boolean {
  const header = length === 0 ? 0 : headerBytes(bytes[at]!)
  return header !== 0 && length > header && (bytes[at + 1]! & ~(LINKED | VOUCHED)) === 0
}

/** The client's port. */
export function headerPort(bytes: Uint8Array, at: number): number {
  return half(bytes, at + 2)
}

/** The client's IPv4 address, unsigned. */
export function headerAddress(bytes: Uint8Array, at: number): number {
  return word(bytes, at + 4) >>> 0
}

/** Reads the client's IPv6 address into the four words at `to`. */
export function readHeaderIPv6(bytes: Uint8Array, at: number, address: Uint32Array, to: number): void {
  for (let i = 0; i < 4; i++) address[to + i] = word(bytes, at + 4 + 4 * i)
}
