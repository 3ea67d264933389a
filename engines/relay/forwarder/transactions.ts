/**
 * Checks that were passed to a pod and whose answer will change a flow: confirm it, or switch it to another session.
 *
 * Why at all: a relay that let any request with a valid ufrag take over the flow of its source address could be robbed
 * by whoever spoofs that address with a ufrag of his own. Only the pod can tell, by the password, and it tells by
 * answering; so the flow changes when the pod's success response to that very transaction passes by.
 *
 * A ring of entries: a new transaction takes the oldest one's place, whatever its id, so an answer counts unless as
 * many newer checks as the ring holds came in between. Chains by keyed hash find an entry again. Nothing is looked up
 * for the checks of a settled flow.
 *
 * A flow has one entry an id. A response says nothing of the session that it answers but the id, so an id that is
 * already under way for another session is refused: who copies a client's id from the wire gets no answer to it.
 */
import { word } from '../../net/bytes.ts'
import { hashKey, mixed, nhPair } from './hash.ts'

/** Words of an entry, by position: its owner, the three of its transaction id, its session, time and next in chain. */
const ENTRY = 10
const OWNER = 0
const ID = 1
const ROUTE_KEY = 4
/** The nonce's high bits, and the relay that the check came from in the 8 above. */
const NONCE_HIGH = 5
const NONCE_LOW = 6
const SECOND = 7
const NEXT = 8
const PLACE = 9

export class Transactions {
  /** By entry, as above; the owner is a flow handle + 1, and 0 where there is none. */
  private readonly words: Int32Array
  /** First entry of each chain, or -1. */
  private readonly heads: Int32Array
  private readonly key: Int32Array
  private readonly timeout: number
  private oldest = 0

  /**
   * `size`: entries, rounded up to a power of two; `timeout`: whole seconds for which an answer counts.
   * @throws RangeError for a size or timeout out of range.
   */
  constructor(size: number, timeout: number, seed: number) {
    if (!(size >= 1 && size <= 2 ** 22))
      throw new RangeError(`transactions must be from 1 to 2^22, not ${size}`)
    if (!(timeout > 0 && timeout < 2 ** 20))
      throw new RangeError(`transaction timeout out of range: ${timeout}`)
    const entries = 2 ** Math.ceil(Math.log2(size))
    this.words = new Int32Array(entries * ENTRY)
    this.heads = new Int32Array(entries).fill(-1)
    this.key = hashKey(seed, 4, 8)
    this.timeout = timeout
  }

  /**
   * Remembers the request whose STUN header is at `at`; `flow` is a handle, which never names a later tenant. Told of
   * one that it knows (a retransmission), it counts from `second` again. False, and nothing done, when the flow has
   * that id under way for another session. `via`: the relay that it came from, up to 255, or 0.
   */
  note(
    flow: number,
    bytes: Uint8Array,
    at: number,
    routeKey: number,
    nonceHigh: number,
    nonceLow: number,
    second: number,
    via = 0,
  ): boolean {
    const { words, heads } = this
    const high = (via << 8) | nonceHigh
    const id0 = word(bytes, at + 8)
    const id1 = word(bytes, at + 12)
    const id2 = word(bytes, at + 16)
    const place = this.placeOf(flow, id0, id1, id2)
    const known = this.entryIn(place, flow, id0, id1, id2)
    if (known >= 0) {
      if (second - words[known + SECOND]! <= this.timeout) {
        const isSame =
          words[known + NONCE_LOW] === nonceLow &&
          words[known + ROUTE_KEY] === routeKey &&
          this.nonceHigh(known) === nonceHigh
        if (!isSame) return false
        words[known + NONCE_HIGH] = high
        words[known + SECOND] = second
        return true
      }
      this.forget(known)
    }
    const entry = this.oldest
    this.oldest = entry + ENTRY === words.length ? 0 : entry + ENTRY
    if (words[entry + OWNER] !== 0) this.forget(entry)
    words[entry + OWNER] = (flow + 1) | 0
    words[entry + ID] = id0
    words[entry + ID + 1] = id1
    words[entry + ID + 2] = id2
    words[entry + ROUTE_KEY] = routeKey
    words[entry + NONCE_HIGH] = high
    words[entry + NONCE_LOW] = nonceLow
    words[entry + SECOND] = second
    words[entry + PLACE] = place
    words[entry + NEXT] = heads[place]!
    heads[place] = entry
    return true
  }

  /** The entry that the response at `at` answers, for the readers below; or -1. */
  find(flow: number, bytes: Uint8Array, at: number, second: number): number {
    const entry = this.entryOf(flow, bytes, at)
    return entry >= 0 && second - this.words[entry + SECOND]! <= this.timeout ? entry : -1
  }

  /** Forgets an entry: its answer has come. */
  forget(entry: number): void {
    const { words, heads } = this
    const place = words[entry + PLACE]!
    words[entry + OWNER] = 0
    if (heads[place] === entry) {
      heads[place] = words[entry + NEXT]!
      return
    }
    let before = heads[place]!
    while (words[before + NEXT] !== entry) before = words[before + NEXT]!
    words[before + NEXT] = words[entry + NEXT]!
  }

  routeKey(entry: number): number {
    return this.words[entry + ROUTE_KEY]!
  }

  nonceHigh(entry: number): number {
    return this.words[entry + NONCE_HIGH]! & 255
  }

  nonceLow(entry: number): number {
    return this.words[entry + NONCE_LOW]!
  }

  via(entry: number): number {
    return this.words[entry + NONCE_HIGH]! >>> 8
  }

  private entryOf(flow: number, bytes: Uint8Array, at: number): number {
    const id0 = word(bytes, at + 8)
    const id1 = word(bytes, at + 12)
    const id2 = word(bytes, at + 16)
    return this.entryIn(this.placeOf(flow, id0, id1, id2), flow, id0, id1, id2)
  }

  private entryIn(place: number, flow: number, id0: number, id1: number, id2: number): number {
    const { words } = this
    let entry = this.heads[place]!
    for (; entry >= 0; entry = words[entry + NEXT]!) {
      const isOne =
        words[entry + ID] === id0 &&
        words[entry + ID + 1] === id1 &&
        words[entry + ID + 2] === id2 &&
        words[entry + OWNER] === ((flow + 1) | 0)
      if (isOne) return entry
    }
    return -1
  }

  private placeOf(flow: number, id0: number, id1: number, id2: number): number {
    const { key } = this
    const sum = nhPair(flow, key, 0) + nhPair(id0, key, 2) + nhPair(id1, key, 4) + nhPair(id2, key, 6)
    return mixed(sum | 0) & (this.heads.length - 1)
  }
}
