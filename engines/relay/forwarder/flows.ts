/**
 * The flow table: client address and port -> flow, bounded, with expiry in O(1).
 *
 * Three parts, all typed arrays:
 *
 * 1. Records, 16 words (one cache line) a flow, in a pool with a free list. A flow keeps its record while it lives,
 *    so its number stays valid however the index moves.
 * 2. An index by hash: linear probing over pairs (hash, record + 1) at most half full; a deletion shifts the following
 *    pairs back, so there are no tombstones and lookups stay short for ever. The hash is seeded: who cannot guess the
 *    seed cannot choose addresses that collide.
 * 3. A timing wheel of one-second buckets, each a list through the records. A packet only writes the record's `seen`;
 *    nothing moves. When the bucket's second comes, the flow either is idle and goes, or is put into the bucket of
 *    its new deadline (Varghese and Lauck, 1987, with lazy re-insertion). So a flow costs one visit an idle timeout,
 *    not one a packet. A deadline beyond the wheel's span waits in the farthest bucket.
 *
 * Times are whole seconds, rounded up: a flow is never removed early, and at most a second late.
 */

/** Words of a flow record, by position. Words 12 to 14 are kept for the rest of an IPv6 address. */
export const ADDRESS = 0
export const PORT = 1
/** Route number (`routes.ts`). */
export const ROUTE = 2
export const NONCE_HIGH = 3
export const NONCE_LOW = 4
/** Last second a client's packet was seen. */
export const SEEN = 5
/** Next record of the bucket, or of the free list. */
const NEXT = 6
/** PENDING or LIVE, and KILLED as a flag on either. */
export const STATE = 7
/** Version of the deny list that this flow was last compared with. */
export const DENY_VERSION = 8
/** Second of the last switch to another session. */
export const SWITCHED = 9
const GENERATION = 10
/** The session's cluster and pod (`routeKeyOf`): several may share a cluster-wide route. */
export const ROUTE_KEY = 11

/** Words a record. */
export const RECORD = 16

/** No pod has answered a check of this client yet: short timeout. */
export const PENDING = 0
export const LIVE = 1
/** Flag: its session is on the deny list; nothing passes, nothing refreshes it. */
export const KILLED = 2

const NEVER = -(2 ** 30)
const LARGEST_CAPACITY = 2 ** 22
const WHEEL_SECONDS = 8192

export interface FlowTableOptions {
  /** Most flows at a time, up to 2^22. */
  readonly capacity: number
  /** Seconds without a client's packet after which a live flow goes. */
  readonly idleTimeout: number
  /** The same for a flow that no pod has confirmed. */
  readonly pendingTimeout: number
  /** Secret 32 bits for the hash. */
  readonly seed: number
}

export class FlowTable {
  readonly capacity: number
  /** The records; a flow's first word is at `flow * RECORD`. Read-only outside this engine. */
  readonly words: Int32Array
  /** Flows by route number: the gauge an operator watches while a pod drains. */
  readonly flowsOfRoute: Int32Array
  private readonly index: Int32Array
  private readonly mask: number
  private readonly seed: number
  private readonly wheel: Int32Array
  private readonly idle: number
  private readonly pending: number
  private readonly handleBits: number
  /** Where `touch` leaves its result, so that its loads are not optimised away. */
  private readonly sink = new Int32Array(1)
  private tick = 0
  private flowCount = 0
  private used = 0
  private free = -1

  constructor(options: FlowTableOptions, flowsOfRoute: Int32Array) {
    const { capacity, idleTimeout, pendingTimeout, seed } = options
    if (!Number.isInteger(capacity) || capacity < 1 || capacity > LARGEST_CAPACITY) {
      throw new RangeError(`flow capacity must be an integer from 1 to ${LARGEST_CAPACITY}, not ${capacity}`)
    }
    if (!(idleTimeout > 0 && pendingTimeout > 0 && pendingTimeout <= idleTimeout)) {
      throw new RangeError('timeouts must be above 0, and the pending one not above the idle one')
    }
    const slots = 2 ** Math.ceil(Math.log2(capacity * 2))
    this.capacity = capacity
    this.words = new Int32Array(capacity * RECORD)
    this.flowsOfRoute = flowsOfRoute
    this.index = new Int32Array(slots * 2)
    this.mask = slots - 1
    this.seed = seed | 0
    this.wheel = new Int32Array(WHEEL_SECONDS).fill(-1)
    this.idle = Math.ceil(idleTimeout)
    this.pending = Math.ceil(pendingTimeout)
    this.handleBits = Math.ceil(Math.log2(capacity))
  }

  get size(): number {
    return this.flowCount
  }

  /**
   * Loads the index lines of `count` addresses, all at once, so that the `find` of each does not wait for memory in turn:
   * new clients' lines are in no cache. Worth a tenth of a new session's whole cost over 150,000 flows.
   */
  touch(address: Uint32Array, port: Uint16Array, count: number): void {
    let touched = 0
    for (let i = 0; i < count; i++) {
      touched ^= this.index[(hashOf(address[i]!, port[i]!, this.seed) & this.mask) * 2]!
    }
    this.sink[0] = touched
  }

  /** The flow of an address, or -1. */
  find(address: number, port: number): number {
    const index = this.index
    const words = this.words
    const hash = hashOf(address, port, this.seed)
    for (let slot = hash & this.mask; ; slot = (slot + 1) & this.mask) {
      const flow = index[slot * 2 + 1]! - 1
      if (flow < 0) return -1
      if (index[slot * 2] === hash) {
        const at = flow * RECORD
        if (words[at] === (address | 0) && words[at + PORT] === port) return flow
      }
    }
  }

  /** Adds a pending flow for an address that has none. Returns its number, or -1 when the table is full. */
  insert(
    address: number,
    port: number,
    route: number,
    routeKey: number,
    nonceHigh: number,
    nonceLow: number,
    second: number,
  ): number {
    let flow = this.free
    if (flow >= 0) this.free = this.words[flow * RECORD + NEXT]!
    else if (this.used < this.capacity) flow = this.used++
    else return -1

    const words = this.words
    const at = flow * RECORD
    words[at] = address
    words[at + PORT] = port
    words[at + ROUTE] = route
    words[at + ROUTE_KEY] = routeKey
    words[at + NONCE_HIGH] = nonceHigh
    words[at + NONCE_LOW] = nonceLow
    words[at + SEEN] = second
    words[at + STATE] = PENDING
    words[at + SWITCHED] = NEVER
    this.flowCount++
    this.flowsOfRoute[route]!++

    const index = this.index
    const hash = hashOf(address, port, this.seed)
    let slot = hash & this.mask
    while (index[slot * 2 + 1] !== 0) slot = (slot + 1) & this.mask
    index[slot * 2] = hash
    index[slot * 2 + 1] = flow + 1
    this.await(flow, second + this.pending)
    return flow
  }

  /** Gives a flow to another session. */
  reassign(
    flow: number,
    route: number,
    routeKey: number,
    nonceHigh: number,
    nonceLow: number,
    second: number,
  ): void {
    const words = this.words
    const at = flow * RECORD
    this.flowsOfRoute[words[at + ROUTE]!]!--
    this.flowsOfRoute[route]!++
    words[at + ROUTE] = route
    words[at + ROUTE_KEY] = routeKey
    words[at + NONCE_HIGH] = nonceHigh
    words[at + NONCE_LOW] = nonceLow
    words[at + STATE] = LIVE
    words[at + SWITCHED] = second
    if (words[at + SEEN]! < second) words[at + SEEN] = second
  }

  /** A number for outsiders to name a flow by: it does not name the record's next tenant. Zero or more, 31 bits. */
  handle(flow: number): number {
    return ((this.words[flow * RECORD + GENERATION]! << this.handleBits) | flow) & 0x7fffffff
  }

  /** The flow of a handle, or -1 when it is gone. (A handle kept over 2^(31 - log2 capacity) tenants may err.) */
  flowOf(handle: number): number {
    const flow = handle & ((1 << this.handleBits) - 1)
    return flow < this.used && handle === this.handle(flow) ? flow : -1
  }

  /** Removes every flow whose deadline is at or before `now`, in seconds. Returns how many. */
  expire(now: number): number {
    const last = Math.floor(now)
    const before = this.flowCount
    const first = Math.max(this.tick + 1, last - WHEEL_SECONDS + 1)
    if (last > this.tick) this.tick = last
    for (let second = first; second <= last; second++) this.turn(second & (WHEEL_SECONDS - 1), last)
    return before - this.flowCount
  }

  private turn(bucket: number, now: number): void {
    const words = this.words
    let flow = this.wheel[bucket]!
    this.wheel[bucket] = -1
    while (flow >= 0) {
      const at = flow * RECORD
      const next = words[at + NEXT]!
      const deadline = words[at + SEEN]! + ((words[at + STATE]! & LIVE) === 0 ? this.pending : this.idle)
      if (deadline <= now) this.remove(flow)
      else this.await(flow, deadline)
      flow = next
    }
  }

  private await(flow: number, deadline: number): void {
    const soonest = this.tick + 1
    const farthest = this.tick + WHEEL_SECONDS - 1
    const second = deadline < soonest ? soonest : deadline > farthest ? farthest : deadline
    const bucket = second & (WHEEL_SECONDS - 1)
    this.words[flow * RECORD + NEXT] = this.wheel[bucket]!
    this.wheel[bucket] = flow
  }

  private remove(flow: number): void {
    const index = this.index
    const words = this.words
    const mask = this.mask
    const at = flow * RECORD
    this.flowsOfRoute[words[at + ROUTE]!]!--
    this.flowCount--
    words[at + GENERATION]!++

    let hole = hashOf(words[at]!, words[at + PORT]!, this.seed) & mask
    while (index[hole * 2 + 1] !== flow + 1) hole = (hole + 1) & mask
    // Pull back every following pair whose own place is not after the hole, until an empty slot.
    for (let slot = (hole + 1) & mask; index[slot * 2 + 1] !== 0; slot = (slot + 1) & mask) {
      const home = index[slot * 2]! & mask
      if (((slot - home) & mask) >= ((slot - hole) & mask)) {
        index[hole * 2] = index[slot * 2]!
        index[hole * 2 + 1] = index[slot * 2 + 1]!
        hole = slot
      }
    }
    index[hole * 2 + 1] = 0

    words[at + NEXT] = this.free
    this.free = flow
  }
}

/** Two multiply-xorshift rounds over seed, address and port; 32 bits, signed. */
function hashOf(address: number, port: number, seed: number): number {
  let hash = Math.imul(address ^ seed, 0x2c1b3c6d)
  hash = Math.imul(hash ^ (hash >>> 15) ^ port, 0x297a2d39)
  return hash ^ (hash >>> 15)
}
