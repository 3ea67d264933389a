/**
 * The flow table: client address and port -> flow, bounded, with expiry in O(1).
 *
 * 1. Records in a pool with a free list (`record.ts`). A flow keeps its record while it lives, so its number stays
 *    valid however the index moves.
 * 2. An index by keyed hash (`hash.ts`): linear probing over pairs (hash, record + 1) at most half full; a deletion
 *    shifts the following pairs back, so there are no tombstones and lookups stay short for ever.
 * 3. A timing wheel (`wheel.ts`), and who is to go first: `pending`, `sessions`.
 *
 * Times are whole seconds, rounded up, from -2^31 to 2^31: a flow is never removed early, and at most a second late.
 */
import type { Batch } from './batch.ts'
import { hashKey, mixed } from './hash.ts'
import { PendingQueue } from './pending.ts'
import {
  ADDRESS,
  CREDIT,
  FOREIGN,
  FREE,
  GENERATION,
  HIGH_WORDS,
  IPV6_PORT,
  KILLED,
  LIVE,
  NEXT,
} from './record.ts'
import { NONCE_HIGH, NONCE_LOW, PENDING, PORT, RECORD, ROUTE, ROUTE_KEY, SEEN, STATE } from './record.ts'
import { Sessions } from './sessions.ts'
import { Wheel } from './wheel.ts'

const LARGEST_CAPACITY = 2 ** 22

export interface FlowTableOptions {
  /** Most flows at a time, up to 2^22. */
  readonly capacity: number
  /** Seconds without a client's packet after which a live flow goes. */
  readonly idleTimeout: number
  /** The same for a flow that no pod has confirmed. */
  readonly pendingTimeout: number
  /** Secret 32 bits for the hashes. */
  readonly seed: number
}

export class FlowTable {
  readonly capacity: number
  /** The records; a flow's first word is at `flow * RECORD`. Read-only outside this engine. */
  readonly words: Int32Array
  /** Their second part, which packets of media do not touch. */
  readonly cold: Int32Array
  /** Flows by route number: the gauge an operator watches while a pod drains. */
  readonly flowsOfRoute: Int32Array
  readonly sessions: Sessions
  readonly pending: PendingQueue
  private readonly index: Int32Array
  private readonly mask: number
  private readonly wheel: Wheel
  private readonly idle: number
  private readonly pendingSeconds: number
  private readonly handleBits: number
  /** The hash key for IPv6; that for IPv4, which every packet of media takes, in fields of its own. */
  private readonly key: Int32Array
  private readonly key0: number
  private readonly key1: number
  private readonly key2: number
  private readonly key3: number
  /** Where `touch` leaves its result, so that its loads are not optimised away. */
  private readonly sink = new Int32Array(1)
  private readonly due: (flow: number) => void
  private flowCount = 0
  private used = 0
  private free = -1

  /** @throws RangeError for an option out of range. */
  constructor(options: FlowTableOptions, flowsOfRoute: Int32Array) {
    const { capacity, idleTimeout, pendingTimeout, seed } = options
    if (!Number.isInteger(capacity) || capacity < 1 || capacity > LARGEST_CAPACITY) {
      throw new RangeError(`flow capacity must be an integer from 1 to ${LARGEST_CAPACITY}, not ${capacity}`)
    }
    if (!(idleTimeout > 0 && idleTimeout < 2 ** 20 && pendingTimeout > 0 && pendingTimeout <= idleTimeout)) {
      throw new RangeError(
        'timeouts must be above 0 and below 2^20, and the pending one not above the idle one',
      )
    }
    const slots = 2 ** Math.ceil(Math.log2(capacity * 2))
    this.capacity = capacity
    this.words = new Int32Array(capacity * RECORD)
    this.cold = new Int32Array(capacity * RECORD)
    this.flowsOfRoute = flowsOfRoute
    this.sessions = new Sessions(this.words, this.cold, seed)
    this.pending = new PendingQueue(this.words, this.cold, seed)
    this.index = new Int32Array(slots * 2)
    this.mask = slots - 1
    this.key = hashKey(seed, 1, 10)
    const [key0, key1, key2, key3] = hashKey(seed, 6, 4)
    this.key0 = key0!
    this.key1 = key1!
    this.key2 = key2!
    this.key3 = key3! | 1
    this.wheel = new Wheel(this.words)
    this.idle = Math.ceil(idleTimeout)
    this.pendingSeconds = Math.ceil(pendingTimeout)
    this.handleBits = Math.ceil(Math.log2(capacity))
    this.due = (flow) => {
      const deadline = this.deadline(flow)
      if (deadline <= this.wheel.tick) this.release(flow)
      else this.wheel.add(flow, deadline)
    }
  }

  get size(): number {
    return this.flowCount
  }

  get isFull(): boolean {
    return this.flowCount === this.capacity
  }

  /**
   * The hashes of a batch's clients, for `find` and `findIPv6`. It loads their index lines, all at once, so that these do
   * not wait for memory in turn: new clients' lines are in no cache. Worth a tenth of a new session's whole cost over
   * 150,000 flows.
   */
  touch({ count, family, address, addressIPv6, port }: Batch, hashes: Int32Array): void {
    const { index, mask } = this
    let touched = 0
    for (let i = 0; i < count; i++) {
      const hash =
        family[i] === 6 ? this.hashAt(addressIPv6, i * 4, port[i]!) : this.hash(address[i]!, port[i]!)
      hashes[i] = hash
      touched ^= index[(hash & mask) * 2]!
    }
    this.sink[0] = touched
  }

  /** The flow of an IPv4 client, or -1. */
  find(address: number, port: number, hash = this.hash(address, port)): number {
    const { index, words, mask } = this
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const flow = index[slot * 2 + 1]! - 1
      if (flow < 0) return -1
      if (index[slot * 2] === hash) {
        const at = flow * RECORD
        if (words[at] === (address | 0) && words[at + PORT] === port) return flow
      }
    }
  }

  /** The flow of an IPv6 client, its address the four words at `from`; or -1. */
  findIPv6(
    address: Uint32Array,
    from: number,
    port: number,
    hash = this.hashAt(address, from, port),
  ): number {
    const { index, words, mask } = this
    const a = address[from]! | 0
    const b = address[from + 1]! | 0
    const c = address[from + 2]! | 0
    const d = address[from + 3]! | 0
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const flow = index[slot * 2 + 1]! - 1
      if (flow < 0) return -1
      if (index[slot * 2] === hash) {
        const at = flow * RECORD
        const isOne =
          words[at] === d &&
          words[at + PORT] === port + IPV6_PORT &&
          words[at + HIGH_WORDS] === a &&
          words[at + HIGH_WORDS + 1] === b &&
          words[at + HIGH_WORDS + 2] === c
        if (isOne) return flow
      }
    }
  }

  /** Adds a pending flow for an IPv4 client that has none. Returns its number, or -1 when the table is full. */
  insert(
    address: number,
    port: number,
    route: number,
    routeKey: number,
    nonceHigh: number,
    nonceLow: number,
    second: number,
    hash = this.hash(address, port),
  ): number {
    const flow = this.take()
    if (flow < 0) return -1
    const at = flow * RECORD
    this.words[at + ADDRESS] = address
    this.words[at + PORT] = port
    this.settleIn(flow, hash, route, routeKey, nonceHigh, nonceLow, second)
    return flow
  }

  /** The same for an IPv6 client, its address the four words at `from`. */
  insertIPv6(
    address: ArrayLike<number>,
    from: number,
    port: number,
    route: number,
    routeKey: number,
    nonceHigh: number,
    nonceLow: number,
    second: number,
  ): number {
    const flow = this.take()
    if (flow < 0) return -1
    const { words } = this
    const at = flow * RECORD
    for (let i = 0; i < 3; i++) words[at + HIGH_WORDS + i] = address[from + i]!
    words[at + ADDRESS] = address[from + 3]!
    words[at + PORT] = port + IPV6_PORT
    this.settleIn(flow, this.hashOf(at), route, routeKey, nonceHigh, nonceLow, second)
    return flow
  }

  /** Makes a pending flow live. */
  confirm(flow: number): void {
    this.pending.leave(flow)
    this.words[flow * RECORD + STATE]! |= LIVE
  }

  /** Gives a flow to another session, and makes it live. */
  reassign(
    flow: number,
    route: number,
    routeKey: number,
    nonceHigh: number,
    nonceLow: number,
    second: number,
  ): void {
    const { words } = this
    const at = flow * RECORD
    this.pending.leave(flow)
    this.sessions.leave(flow)
    this.reroute(flow, route)
    words[at + ROUTE_KEY] = routeKey
    words[at + NONCE_HIGH] = nonceHigh
    words[at + NONCE_LOW] = nonceLow
    words[at + STATE] = LIVE | (words[at + STATE]! & FOREIGN)
    if (words[at + SEEN]! < second) words[at + SEEN] = second
    this.sessions.join(flow)
  }

  /** Sends a flow another way. */
  reroute(flow: number, route: number): void {
    const at = flow * RECORD
    this.flowsOfRoute[this.words[at + ROUTE]!]!--
    this.flowsOfRoute[route]!++
    this.words[at + ROUTE] = route
  }

  /** Calls `move` for every flow of a route; costs a walk over all records. */
  eachOfRoute(route: number, move: (flow: number) => void): void {
    for (let flow = 0; flow < this.used && this.flowsOfRoute[route] !== 0; flow++) {
      const at = flow * RECORD
      if (this.words[at + ROUTE] === route && this.isTaken(flow)) move(flow)
    }
  }

  /**
   * Marks a session's flows as killed. They go an idle timeout after their last packet, or from now if that was
   * credited ahead.
   */
  kill(routeKey: number, nonceHigh: number, nonceLow: number): void {
    const { words, sessions, wheel } = this
    for (let flow = sessions.first(routeKey, nonceHigh, nonceLow); flow >= 0; flow = sessions.next(flow)) {
      const at = flow * RECORD
      words[at + STATE]! |= KILLED
      if (words[at + SEEN]! <= wheel.tick) continue
      words[at + SEEN] = wheel.tick
      wheel.remove(flow)
      wheel.add(flow, this.deadline(flow))
    }
  }

  /** Removes a flow before its time. */
  evict(flow: number): void {
    this.wheel.remove(flow)
    this.release(flow)
  }

  /** A number for outsiders to name a flow by: it does not name the record's next tenant. Zero or more, 31 bits. */
  handle(flow: number): number {
    return ((this.words[flow * RECORD + GENERATION]! << this.handleBits) | flow) & 0x7fffffff
  }

  /** The flow of a handle, or -1 when it is gone. (A handle kept over 2^(31 - log2 capacity) tenants may err.) */
  flowOf(handle: number): number {
    const flow = handle & ((1 << this.handleBits) - 1)
    return flow < this.used && handle === this.handle(flow) && this.isTaken(flow) ? flow : -1
  }

  /** Removes every flow whose deadline is at or before `now`, in seconds. Returns how many. */
  expire(now: number): number {
    const before = this.flowCount
    this.wheel.turnTo(Math.floor(now), this.due)
    return before - this.flowCount
  }

  private deadline(flow: number): number {
    const at = flow * RECORD
    const isLive = (this.words[at + STATE]! & LIVE) !== 0
    return this.words[at + SEEN]! + (isLive ? this.idle : this.pendingSeconds)
  }

  /** A free record, or -1. */
  private take(): number {
    const flow = this.free
    if (flow >= 0) {
      this.free = this.words[flow * RECORD + NEXT]!
      return flow
    }
    return this.used < this.capacity ? this.used++ : -1
  }

  private settleIn(
    flow: number,
    hash: number,
    route: number,
    routeKey: number,
    nonceHigh: number,
    nonceLow: number,
    second: number,
  ): void {
    const { words, index, mask } = this
    const at = flow * RECORD
    words[at + ROUTE] = route
    words[at + ROUTE_KEY] = routeKey
    words[at + NONCE_HIGH] = nonceHigh
    words[at + NONCE_LOW] = nonceLow
    words[at + SEEN] = second
    words[at + STATE] = PENDING
    words[at + CREDIT] = 0
    this.flowCount++
    this.flowsOfRoute[route]!++

    let slot = hash & mask
    while (index[slot * 2 + 1] !== 0) slot = (slot + 1) & mask
    index[slot * 2] = hash
    index[slot * 2 + 1] = flow + 1
    this.wheel.start(second)
    this.wheel.add(flow, second + this.pendingSeconds)
    this.sessions.join(flow)
    this.pending.join(flow)
  }

  /** Takes a flow out of everything but the wheel, and frees its record. */
  private release(flow: number): void {
    const { index, words, mask } = this
    const at = flow * RECORD
    this.pending.leave(flow)
    this.sessions.leave(flow)
    this.flowsOfRoute[words[at + ROUTE]!]!--
    this.flowCount--
    words[at + GENERATION]!++
    words[at + STATE] = FREE

    let hole = this.hashOf(at) & mask
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

  private isTaken(flow: number): boolean {
    return this.words[flow * RECORD + STATE] !== FREE
  }

  /** As `nhPair` and `nhHalf`, here and below, with sums of 17 bits. */
  private hash(address: number, port: number): number {
    const pair = Math.imul((address >>> 16) + this.key0, (address & 0xffff) + this.key1)
    const sum = pair + Math.imul(port + this.key2, this.key3)
    return mixed(sum | 0)
  }

  private hashIPv6(a: number, b: number, c: number, d: number, port: number): number {
    const { key } = this
    const first = Math.imul((a >>> 16) + key[0]!, (a & 0xffff) + key[1]!)
    const second = Math.imul((b >>> 16) + key[2]!, (b & 0xffff) + key[3]!)
    const third = Math.imul((c >>> 16) + key[4]!, (c & 0xffff) + key[5]!)
    const fourth = Math.imul((d >>> 16) + key[6]!, (d & 0xffff) + key[7]!)
    const last = Math.imul(port + key[8]!, key[9]! | 1)
    return mixed((((((first + second) | 0) + ((third + fourth) | 0)) | 0) + last) | 0)
  }

  private hashAt(address: Uint32Array, from: number, port: number): number {
    return this.hashIPv6(address[from]!, address[from + 1]!, address[from + 2]!, address[from + 3]!, port)
  }

  private hashOf(at: number): number {
    const { words } = this
    const port = words[at + PORT]!
    if (port < IPV6_PORT) return this.hash(words[at + ADDRESS]!, port)
    const high = at + HIGH_WORDS
    return this.hashIPv6(words[high]!, words[high + 1]!, words[high + 2]!, words[at]!, port & 0xffff)
  }
}
