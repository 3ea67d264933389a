/**
 * What another relay has passed on, made to look as if it had come from the client itself: each authentic link datagram
 * of a batch gets its source, place and length replaced by those inside, and the number of the relay that it came by.
 * Its header then lies where a header to the pod will be written. `restore` puts the receiver's values back.
 */
import type { Batch } from './batch.ts'
import { HEADROOM, LATEST } from './batch.ts'
import { HEADER_IPV6, headerAddress, headerBytes, headerPort, readHeaderIPv6 } from './header.ts'
import { Links, TO_THE_POD, TRAILER_BYTES } from './links.ts'
import { word } from '../../net/bytes.ts'

/** In `via`: says that it came by a link, and did not. */
export const NOT_GENUINE = 255

export class Unwrapper {
  /** By slot: number of the relay that the packet came by, 0 for the client itself, or NOT_GENUINE. */
  readonly via: Uint8Array
  private readonly links: Links
  private readonly genuine: Uint8Array
  private readonly offset: Int32Array
  private readonly length: Int32Array
  private readonly address: Uint32Array
  private readonly port: Uint16Array

  /** `capacity`: slots of the largest batch. */
  constructor(links: Links, capacity: number) {
    this.links = links
    this.via = new Uint8Array(capacity)
    this.genuine = new Uint8Array(capacity)
    this.offset = new Int32Array(capacity)
    this.length = new Int32Array(capacity)
    this.address = new Uint32Array(capacity)
    this.port = new Uint16Array(capacity)
  }

  unwrap(batch: Batch): void {
    const { via, links } = this
    const { count, arena, offset, length } = batch
    for (let slot = 0; slot < count; slot++) {
      via[slot] = 0
      if (!isWithin(batch, slot) || !Links.isLinked(batch, slot)) continue
      const from = batch.family[slot] === 4 ? links.find(batch.address[slot]!, batch.port[slot]!) : 0
      via[slot] = from === 0 ? NOT_GENUINE : from
      const end = offset[slot]! + length[slot]!
      if (from !== 0) links.stage(arena, offset[slot]!, word(arena, end - TRAILER_BYTES), TO_THE_POD, slot)
    }
    links.check(batch, this.genuine)
    for (let slot = 0; slot < count; slot++) {
      if (via[slot] === 0 || via[slot] === NOT_GENUINE) continue
      if (this.genuine[slot] === 0) via[slot] = NOT_GENUINE
      else this.open(batch, slot)
    }
  }

  restore(batch: Batch): void {
    for (let slot = 0; slot < batch.count; slot++) {
      if (this.via[slot] === 0 || this.via[slot] === NOT_GENUINE) continue
      batch.offset[slot] = this.offset[slot]!
      batch.length[slot] = this.length[slot]!
      batch.family[slot] = 4
      batch.address[slot] = this.address[slot]!
      batch.port[slot] = this.port[slot]!
    }
  }

  private open(batch: Batch, slot: number): void {
    const { arena } = batch
    const at = batch.offset[slot]!
    this.offset[slot] = at
    this.length[slot] = batch.length[slot]!
    this.address[slot] = batch.address[slot]!
    this.port[slot] = batch.port[slot]!
    const header = headerBytes(arena[at]!)
    batch.offset[slot] = at + header
    batch.length[slot]! -= header + TRAILER_BYTES
    batch.family[slot] = arena[at]!
    batch.port[slot] = headerPort(arena, at)
    if (arena[at] === HEADER_IPV6) readHeaderIPv6(arena, at, batch.addressIPv6, slot * 4)
    else batch.address[slot] = headerAddress(arena, at)
  }
}

/** Whether a packet lies within its slot and time; others are refused by their own reasons. */
export function isWithin(batch: Batch, slot: number): boolean {
  const at = batch.offset[slot]!
  const size = batch.length[slot]!
  const isInside = size >>> 0 <= batch.slotBytes - HEADROOM && at >= 0 && at + size <= batch.arena.length
  return isInside && Math.abs(batch.arrival[slot]!) < LATEST
}
