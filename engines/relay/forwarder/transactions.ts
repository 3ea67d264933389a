/**
 * Checks that were passed to a pod and whose answer will change a flow: confirm it, or switch it to another session.
 *
 * Why at all: a relay that let any request with a valid ufrag take over the flow of its source address could be robbed
 * by whoever spoofs that address with a ufrag of his own. Only the pod can tell, by the password, and it tells by
 * answering; so the flow changes when the pod's success response to that very transaction passes by.
 *
 * A direct-mapped table: the slot is a seeded hash of transaction id and flow, and a newer transaction replaces an older one
 * in its slot. Bounded, no lists, several checks of one flow can be under way (clients send them 48 ms apart), and
 * losing an entry only costs the client one more check. Nothing is looked up for the checks of a settled flow.
 */
import { word } from '../bytes.ts'

const ENTRY = 8

export class Transactions {
  /** By entry: flow handle + 1 (0: empty), transaction id in three words, route key, nonce high and low, second. */
  readonly #words: Int32Array
  readonly #mask: number
  readonly #seed: number
  readonly #timeout: number

  /** `size`: entries, rounded up to a power of two; `timeout`: whole seconds for which an answer counts. */
  constructor(size: number, timeout: number, seed: number) {
    const entries = 2 ** Math.ceil(Math.log2(size))
    this.#words = new Int32Array(entries * ENTRY)
    this.#mask = entries - 1
    this.#seed = seed | 0
    this.#timeout = timeout
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
    const words = this.#words
    const entry = this.#entry(flow, id0, id1, id2)
    words[entry] = (flow + 1) | 0
    words[entry + 1] = id0
    words[entry + 2] = id1
    words[entry + 3] = id2
    words[entry + 4] = routeKey
    words[entry + 5] = nonceHigh
    words[entry + 6] = nonceLow
    words[entry + 7] = second
  }

  /** The entry that the response at `at` answers, for `routeKey`, `nonceHigh` and `nonceLow`; or -1. */
  find(flow: number, bytes: Uint8Array, at: number, second: number): number {
    const id0 = word(bytes, at + 8)
    const id1 = word(bytes, at + 12)
    const id2 = word(bytes, at + 16)
    const words = this.#words
    const entry = this.#entry(flow, id0, id1, id2)
    const known =
      words[entry] === ((flow + 1) | 0) &&
      words[entry + 1] === id0 &&
      words[entry + 2] === id1 &&
      words[entry + 3] === id2 &&
      second - words[entry + 7]! <= this.#timeout
    return known ? entry : -1
  }

  /** Forgets an entry: its answer has come. */
  forget(entry: number): void {
    this.#words[entry] = 0
  }

  routeKey(entry: number): number {
    return this.#words[entry + 4]!
  }

  nonceHigh(entry: number): number {
    return this.#words[entry + 5]!
  }

  nonceLow(entry: number): number {
    return this.#words[entry + 6]!
  }

  #entry(flow: number, id0: number, id1: number, id2: number): number {
    let hash = Math.imul(flow ^ this.#seed, 0x2c1b3c6d) ^ id0
    hash = Math.imul(hash ^ (hash >>> 15) ^ id1, 0x297a2d39)
    hash = Math.imul(hash ^ (hash >>> 15) ^ id2, 0x2c1b3c6d)
    return ((hash ^ (hash >>> 15)) & this.#mask) * ENTRY
  }
}
