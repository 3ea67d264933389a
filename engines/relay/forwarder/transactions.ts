/**
 * Checks that were passed to a pod and whose answer will change a flow: confirm it, or switch it to another session.
 *
 * Why at all: a relay that let any request with a valid ufrag take over the flow of its source address could be robbed
 * by whoever spoofs that address with a ufrag of his own. Only the pod can tell, by the password, and it tells by
 * answering; so the flow changes when the pod's success response to that very transaction passes by.
 *
 * A cache of sets of four: the set is a seeded hash of transaction id and flow, and a new transaction takes the oldest
 * place in its set. Bounded, no lists, several checks of one flow can be under way (clients send them 48 ms apart),
 * and losing an entry, which takes four newer ones in its set within a round trip, only costs the client one more
 * check. Nothing is looked up for the checks of a settled flow.
 */
import { word } from '../../net/bytes.ts'

/** Words of an entry, entries of a set. */
const ENTRY = 8
const WAYS = 4
/** An entry's words, by position: its owner, then the three of its transaction id. */
const OWNER = 0
const ROUTE_KEY = 4
const NONCE_HIGH = 5
const NONCE_LOW = 6
const SECOND = 7

export class Transactions {
  /** By entry, as above; the owner is a flow handle + 1, and 0 where there is none. */
  private readonly words: Int32Array
  private readonly mask: number
  private readonly seed: number
  private readonly timeout: number

  /** `size`: entries, rounded up to a power of two; `timeout`: whole seconds for which an answer counts. */
  constructor(size: number, timeout: number, seed: number) {
    const sets = 2 ** Math.ceil(Math.log2(Math.max(1, size / WAYS)))
    this.words = new Int32Array(sets * WAYS * ENTRY)
    this.mask = sets - 1
    this.seed = seed | 0
    this.timeout = timeout
  }

  /** Remembers the request whose STUN header is at `at`; `flow` is a handle, which never names a later tenant. */
  note(
    flow: number,
    bytes: Uint8Array,
    at: number,
    routeKey: number,
    nonceHigh: number,
    nonceLow: number,
    second: number,
  ): void {
    const id0 = word(bytes, at + 8)
    const id1 = word(bytes, at + 12)
    const id2 = word(bytes, at + 16)
    const words = this.words
    const set = this.set(flow, id0, id1, id2)
    let entry = set
    for (let other = set; other < set + WAYS * ENTRY; other += ENTRY) {
      if (words[other + SECOND]! < words[entry + SECOND]!) entry = other
    }
    words[entry + OWNER] = (flow + 1) | 0
    words[entry + 1] = id0
    words[entry + 2] = id1
    words[entry + 3] = id2
    words[entry + ROUTE_KEY] = routeKey
    words[entry + NONCE_HIGH] = nonceHigh
    words[entry + NONCE_LOW] = nonceLow
    words[entry + SECOND] = second
  }

  /** The entry that the response at `at` answers, for `routeKey`, `nonceHigh` and `nonceLow`; or -1. */
  find(flow: number, bytes: Uint8Array, at: number, second: number): number {
    const id0 = word(bytes, at + 8)
    const id1 = word(bytes, at + 12)
    const id2 = word(bytes, at + 16)
    const words = this.words
    const set = this.set(flow, id0, id1, id2)
    for (let entry = set; entry < set + WAYS * ENTRY; entry += ENTRY) {
      const known =
        words[entry + 1] === id0 &&
        words[entry + 2] === id1 &&
        words[entry + 3] === id2 &&
        words[entry + OWNER] === ((flow + 1) | 0) &&
        second - words[entry + SECOND]! <= this.timeout
      if (known) return entry
    }
    return -1
  }

  /** Forgets an entry: its answer has come. */
  forget(entry: number): void {
    this.words[entry + OWNER] = 0
    this.words[entry + SECOND] = 0
  }

  routeKey(entry: number): number {
    return this.words[entry + ROUTE_KEY]!
  }

  nonceHigh(entry: number): number {
    return this.words[entry + NONCE_HIGH]!
  }

  nonceLow(entry: number): number {
    return this.words[entry + NONCE_LOW]!
  }

  /** The first entry of a transaction's set. */
  private set(flow: number, id0: number, id1: number, id2: number): number {
    let hash = Math.imul(flow ^ this.seed, 0x2c1b3c6d) ^ id0
    hash = Math.imul(hash ^ (hash >>> 15) ^ id1, 0x297a2d39)
    hash = Math.imul(hash ^ (hash >>> 15) ^ id2, 0x2c1b3c6d)
    return ((hash ^ (hash >>> 15)) & this.mask) * (WAYS * ENTRY)
  }
}
