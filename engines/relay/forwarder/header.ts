/**
 * The relay header: how relay and pod name the client to each other.
 *
 * All sessions of a pod share one UDP socket, and to that socket every packet comes from the relay. The pod must still
 * know which client it was: to answer, and to write the client's address as the relay saw it into XOR-MAPPED-ADDRESS,
 * by which the client learns its own. So every datagram between relay and pod starts with
 *
 *   byte 0      4 or 6, the client's IP version
 *   byte 1      flags, 0
 *   bytes 2-3   the client's port
 *   then        the client's address, 4 or 16 bytes
 *
 * To the pod it is a return address, to the relay the key of the flow table; there is no handle that could go stale
 * and no port per flow. Values 4 to 15 of a first byte belong to no protocol of RFC 7983, so a pod can tell a relayed
 * packet from a direct one on the same socket. The header is not authenticated: the path between relay and pod must be
 * one on which outsiders cannot send. IPv6 clients are not forwarded yet: their header is refused.
 */
import { half, putHalf, putWord, word } from '../../net/bytes.ts'

export const HEADER_IPV4 = 4
export const HEADER_IPV4_BYTES = 8

/** Writes the header of an IPv4 client at `at`: 8 bytes. */
export function writeRelayHeader(bytes: Uint8Array, at: number, address: number, port: number): void {
  bytes[at] = HEADER_IPV4
  bytes[at + 1] = 0
  putHalf(bytes, at + 2, port)
  putWord(bytes, at + 4, address)
}

/** True when a datagram of `length` bytes at `at` starts with an IPv4 header and has something after it. */
export function hasRelayHeader(bytes: Uint8Array, at: number, length: number): boolean {
  return length > HEADER_IPV4_BYTES && bytes[at] === HEADER_IPV4 && bytes[at + 1] === 0
}

/** The client's port. */
export function headerPort(bytes: Uint8Array, at: number): number {
  return half(bytes, at + 2)
}

/** The client's IPv4 address, unsigned. */
export function headerAddress(bytes: Uint8Array, at: number): number {
  return word(bytes, at + 4) >>> 0
}
