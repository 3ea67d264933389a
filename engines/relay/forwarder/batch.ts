/**
 * A receive batch and its verdicts: what goes into a Forwarder and what comes out.
 *
 * Every datagram lies in one arena (one buffer that a batched receive call fills), every other field in a typed array
 * indexed by slot. Both objects are made once and used for ever; nothing is allocated per packet.
 *
 * HEADROOM bytes before each packet belong to the Forwarder: it writes the relay header there when the packet goes to
 * a pod, so that header and payload leave as one piece without a copy. To another relay a trailer of 12 bytes follows,
 * in what is left of the slot.
 */

/** The longest relay header (`header.ts`): family, flags, port and 16 bytes of IPv6 address. */
export const HEADROOM = 20

/**
 * Bytes from slot to slot: headroom and a 1,500-byte frame. An odd multiple of 64, not a power of two: with a stride
 * of 2,048 the first lines of 64 packets would fall into two sets of a first-level cache and evict one another.
 */
export const SLOT_BYTES = 27 * 64

/** Times are below this, either way, so that deadlines stay 32-bit. */
export const LATEST = 2 ** 31 - 2 ** 20

export interface BatchOptions {
  /** Slots; default 64. */
  readonly capacity?: number
  /** Bytes from slot to slot, headroom included; default 1,728. */
  readonly slotBytes?: number
}

export class Batch {
  readonly capacity: number
  readonly slotBytes: number
  readonly arena: Uint8Array
  /** The arena again: a word in one access. */
  readonly view: DataView
  /** Where each packet starts in the arena; `i * slotBytes + HEADROOM` unless the receiver sets it otherwise. */
  readonly offset: Int32Array
  /** Bytes of each packet. */
  readonly length: Int32Array
  /** 4 or 6 by packet: which of the two below is its source. 4 unless the receiver sets it; pods have IPv4. */
  readonly family: Uint8Array
  /** IPv4 source address of each packet, unsigned. */
  readonly address: Uint32Array
  /** IPv6 source address of each packet: four words, most significant first, from `slot * 4` on. */
  readonly addressIPv6: Uint32Array
  readonly port: Uint16Array
  /** Arrival of each packet in seconds, of any origin, less than LATEST from it either way. */
  readonly arrival: Float64Array
  /** Packets in the batch, up to `capacity`. */
  count = 0

  constructor({ capacity = 64, slotBytes = SLOT_BYTES }: BatchOptions = {}) {
    this.capacity = capacity
    this.slotBytes = slotBytes
    this.arena = new Uint8Array(capacity * slotBytes)
    this.view = new DataView(this.arena.buffer)
    this.offset = Int32Array.from({ length: capacity }, (_, i) => i * slotBytes + HEADROOM)
    this.length = new Int32Array(capacity)
    this.family = new Uint8Array(capacity).fill(4)
    this.address = new Uint32Array(capacity)
    this.addressIPv6 = new Uint32Array(capacity * 4)
    this.port = new Uint16Array(capacity)
    this.arrival = new Float64Array(capacity)
  }

  /**
   * Appends a packet, copying its bytes, from an IPv4 address or the four words of an IPv6 one. For tests and examples:
   * a receiver writes the arrays itself.
   * @throws RangeError when the batch is full or the packet longer than a slot.
   */
  push(packet: Uint8Array, address: number | ArrayLike<number>, port: number, arrival: number): number {
    const slot = this.count
    if (slot === this.capacity) throw new RangeError(`a batch holds ${this.capacity} packets`)
    if (packet.length > this.slotBytes - HEADROOM) {
      throw new RangeError(`a slot holds ${this.slotBytes - HEADROOM} bytes, not ${packet.length}`)
    }
    this.arena.set(packet, this.offset[slot])
    this.length[slot] = packet.length
    this.family[slot] = typeof address === 'number' ? 4 : 6
    if (typeof address === 'number') this.address[slot] = address
    else this.addressIPv6.set(address, slot * 4)
    this.port[slot] = port
    this.arrival[slot] = arrival
    this.count = slot + 1
    return slot
  }
}

/** What becomes of each packet of a batch, by slot. Fields other than `action` and `reason` are undefined on a drop. */
export class Verdicts {
  /** TO_POD, TO_CLIENT or DROP (`verdict.ts`). */
  readonly action: Uint8Array
  /** Why, for a drop (`verdict.ts`); 0 otherwise. */
  readonly reason: Uint8Array
  /** 4 or 6 by packet: which of the two below to send to. */
  readonly family: Uint8Array
  /** IPv4 address to send to, unsigned. */
  readonly address: Uint32Array
  /** IPv6 address to send to: four words from `slot * 4` on. */
  readonly addressIPv6: Uint32Array
  readonly port: Uint16Array
  /** Where in the batch's arena the bytes to send start, and how many they are. */
  readonly offset: Int32Array
  readonly length: Int32Array
  /** Handle of the packet's flow, for `credit`. */
  readonly flow: Int32Array

  constructor(capacity = 64) {
    this.action = new Uint8Array(capacity)
    this.reason = new Uint8Array(capacity)
    this.family = new Uint8Array(capacity)
    this.address = new Uint32Array(capacity)
    this.addressIPv6 = new Uint32Array(capacity * 4)
    this.port = new Uint16Array(capacity)
    this.offset = new Int32Array(capacity)
    this.length = new Int32Array(capacity)
    this.flow = new Int32Array(capacity)
  }
}
