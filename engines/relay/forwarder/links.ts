/**
 * Two relays in a row: one near the user, which knows clusters, and one near the pods, which knows pods.
 *
 *   client -> relay A -> relay B -> pod, and back
 *
 * A passes what is for a cluster to the cluster's address (`setCluster`), which is where B's clients send to as well. B
 * must believe A who the client is, and nobody else: so between relays the header has the flag LINKED and behind the
 * packet stands a trailer of 12 bytes:
 *
 *   4 bytes   the second in which it was sent, big-endian
 *   8 bytes   a tag: AES-128-CBC-MAC over [ the address, IPv4 as ::ffff:a.b.c.d ] [ family, flags, port, second, direction ]
 *
 * always two blocks, with a key that relays alone have. The tag says who the client is, as the source address of a
 * datagram would; what the packet says is for DTLS, SRTP and the checks to protect, as on any path. B takes links only
 * from relays that it was told of, and only if sent within `window` seconds of their arrival: relays in a row need one
 * clock, while a lone relay may count from anywhere. A packet that has come by a link never leaves by one (`routeLoop`).
 *
 * The two AES calls are made once a batch, as for hints: block by block they would cost more than all the rest.
 */
import { createCipheriv, hkdfSync } from 'node:crypto'
import type { Cipheriv } from 'node:crypto'
import { putWord, word } from '../../net/bytes.ts'
import { hasRelayHeader, HEADER_IPV4, headerBytes, HEADER_IPV6_BYTES, LINKED } from './header.ts'
import type { Batch } from './batch.ts'

export const TRAILER_BYTES = 12
/** `direction` of a tag: from the client, or to it. A packet sent back is not taken for one of the other way. */
export const TO_THE_POD = 1
export const TO_THE_CLIENT = 2

const BLOCK = 16
const MOST_RELAYS = 254

/** Key of the links between relays. */
export interface LinkKey {
  /** 16 bytes: AES-128. */
  readonly key: Uint8Array
}

export interface LinkOptions {
  readonly key: LinkKey
  /** Most seconds between a datagram's own time and its arrival, either way; default 10. */
  readonly window?: number
}

/** @throws RangeError for a secret under 16 bytes. */
export function deriveLinkKey(secret: Uint8Array): LinkKey {
  if (secret.length < 16) throw new RangeError(`a secret has at least 16 bytes, not ${secret.length}`)
  return { key: new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(0), 'flowbench relay 1 link', 16)) }
}

export class Links {
  /** Relays by number, from 1: where what they passed is answered to. */
  readonly address = new Uint32Array(MOST_RELAYS + 1)
  readonly port = new Uint16Array(MOST_RELAYS + 1)
  private readonly numbers = new Map<number, number>()
  /** By number: 1 while links are taken from it. A removed relay's is given away last. */
  private readonly isTaken = new Uint8Array(MOST_RELAYS + 1)
  private readonly window: number
  private readonly cipher: Cipheriv
  private readonly addresses: Uint8Array
  private readonly rest: Uint8Array
  private readonly slots: Int32Array
  private readonly seconds: Int32Array
  private tags: Uint8Array
  private staged = 0

  /** `capacity`: slots of the largest batch. @throws RangeError for a key or window out of range. */
  constructor({ key, window = 10 }: LinkOptions, capacity: number) {
    if (!(window > 0 && window < 2 ** 30)) throw new RangeError(`link window out of range: ${window}`)
    this.window = window
    this.cipher = createCipheriv('aes-128-ecb', key.key, null).setAutoPadding(false)
    this.addresses = new Uint8Array(capacity * BLOCK)
    this.rest = new Uint8Array(capacity * BLOCK)
    this.slots = new Int32Array(capacity)
    this.seconds = new Int32Array(capacity)
    this.tags = this.rest
  }

  /** Takes links from the relay at this address, its socket towards pods. @throws RangeError when there are 254. */
  add(address: number, port: number): void {
    const key = address * 65_536 + port
    const number = this.numbers.get(key) ?? this.take(key)
    this.isTaken[number] = 1
    this.address[number] = address
    this.port[number] = port
  }

  /** Takes no more from a relay. Its clients are answered through it still. False when it was unknown. */
  remove(address: number, port: number): boolean {
    const number = this.find(address, port)
    this.isTaken[number] = 0
    return number !== 0
  }

  /** The number of a relay, or 0. */
  find(address: number, port: number): number {
    const number = this.numbers.get(address * 65_536 + port) ?? 0
    return this.isTaken[number] === 0 ? 0 : number
  }

  /** Whether the datagram in `slot` says that it came by a link and is long enough for it. */
  static isLinked(batch: Batch, slot: number): boolean {
    const { arena } = batch
    const at = batch.offset[slot]!
    const length = batch.length[slot]!
    if (!hasRelayHeader(arena, at, length) || (arena[at + 1]! & LINKED) === 0) return false
    return length > headerBytes(arena[at]!) + TRAILER_BYTES
  }

  /** Adds the header at `at` to the batch of tags, for `slot`. */
  stage(bytes: Uint8Array, at: number, second: number, direction: number, slot: number): void {
    const i = this.staged++
    const { addresses, rest } = this
    const block = i * BLOCK
    if (bytes[at] === HEADER_IPV4) {
      putWord(addresses, block, 0)
      putWord(addresses, block + 4, 0)
      putWord(addresses, block + 8, 0xffff)
      putWord(addresses, block + 12, word(bytes, at + 4))
    } else
      for (let k = 4; k < HEADER_IPV6_BYTES; k += 4) putWord(addresses, block + k - 4, word(bytes, at + k))
    putWord(rest, block, word(bytes, at))
    putWord(rest, block + 4, second)
    putWord(rest, block + 8, direction)
    putWord(rest, block + 12, 0)
    this.slots[i] = slot
    this.seconds[i] = second
  }

  private take(key: number): number {
    let number = this.numbers.size + 1
    if (number > MOST_RELAYS) {
      number = this.isTaken.indexOf(0, 1)
      if (number < 0) throw new RangeError(`a relay takes links from ${MOST_RELAYS} others`)
      this.numbers.delete(this.address[number]! * 65_536 + this.port[number]!)
    }
    this.numbers.set(key, number)
    return number
  }

  /** Computes the tags of all that was staged. Two AES calls. */
  private compute(): number {
    const count = this.staged
    this.staged = 0
    if (count === 0) return 0
    const bytes = count * BLOCK
    const first = this.cipher.update(this.addresses.subarray(0, bytes))
    for (let i = 0; i < bytes; i++) this.rest[i]! ^= first[i]!
    this.tags = this.cipher.update(this.rest.subarray(0, bytes))
    return count
  }

  /** Writes the trailers of all that was staged: the i-th behind the bytes that leave from its slot. */
  seal(arena: Uint8Array, offset: Int32Array, length: Int32Array): void {
    const count = this.compute()
    for (let i = 0; i < count; i++) {
      const slot = this.slots[i]!
      const at = offset[slot]! + length[slot]! - TRAILER_BYTES
      putWord(arena, at, this.seconds[i]!)
      for (let k = 0; k < 8; k++) arena[at + 4 + k] = this.tags[i * BLOCK + k]!
    }
  }

  /** Checks the trailers of all that was staged, and writes 1 into `genuine` by slot, or 0. */
  check(batch: Batch, genuine: Uint8Array): void {
    const count = this.compute()
    for (let i = 0; i < count; i++) {
      const slot = this.slots[i]!
      const at = batch.offset[slot]! + batch.length[slot]! - TRAILER_BYTES
      const age = Math.abs((secondOf(batch.arrival[slot]!) - this.seconds[i]!) | 0)
      let wrong = 0
      for (let k = 0; k < 8; k++) wrong |= batch.arena[at + 4 + k]! ^ this.tags[i * BLOCK + k]!
      genuine[slot] = wrong === 0 && age <= this.window ? 1 : 0
    }
  }
}

/** The second of a trailer: 32 bits of the clock. */
export function secondOf(arrival: number): number {
  return Math.floor(arrival) | 0
}
