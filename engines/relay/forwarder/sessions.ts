/**
 * The flows of each session: chains by session hash through the flow records, newest first.
 *
 * A session has one flow, or a few while its client changes networks. More than a few is somebody who shows one ufrag
 * from many addresses, so both kinds are bounded: pending flows, which any genuine ufrag makes, and live ones, which
 * take the password. And a kill must find the session's flows, also those that a fast path keeps silent.
 */
import { hashKey, mixed, nhHalf, nhPair } from './hash.ts'
import {
  LIVE,
  NONCE_HIGH,
  NONCE_LOW,
  PROVEN,
  RECORD,
  ROUTE_KEY,
  SEEN,
  SESSION_NEXT,
  SESSION_PLACE,
  STATE,
} from './record.ts'

export class Sessions {
  private readonly words: Int32Array
  private readonly cold: Int32Array
  private readonly heads: Int32Array
  private readonly key: Int32Array

  /** `words`, `cold`: the flow records. */
  constructor(words: Int32Array, cold: Int32Array, seed: number) {
    this.words = words
    this.cold = cold
    this.heads = new Int32Array(2 ** Math.ceil(Math.log2((2 * words.length) / RECORD))).fill(-1)
    this.key = hashKey(seed, 2, 6)
  }

  /** The newest flow of a session, or -1. */
  first(routeKey: number, nonceHigh: number, nonceLow: number): number {
    return this.match(this.heads[this.place(routeKey, nonceHigh, nonceLow)]!, routeKey, nonceHigh, nonceLow)
  }

  /** The flow of the same session that joined it before `flow`, or -1. */
  next(flow: number): number {
    const at = flow * RECORD
    const { words } = this
    const after = this.cold[at + SESSION_NEXT]!
    return this.match(after, words[at + ROUTE_KEY]!, words[at + NONCE_HIGH]!, words[at + NONCE_LOW]!)
  }

  /** Adds a flow to the session that its record names. */
  join(flow: number): void {
    const at = flow * RECORD
    const { words, cold, heads } = this
    const place = this.place(words[at + ROUTE_KEY]!, words[at + NONCE_HIGH]!, words[at + NONCE_LOW]!)
    cold[at + SESSION_PLACE] = place
    cold[at + SESSION_NEXT] = heads[place]!
    heads[place] = flow
  }

  /** Takes a flow out of the session that it joined. */
  leave(flow: number): void {
    const { cold, heads } = this
    const place = cold[flow * RECORD + SESSION_PLACE]!
    const after = cold[flow * RECORD + SESSION_NEXT]!
    if (heads[place] === flow) {
      heads[place] = after
      return
    }
    let before = heads[place]!
    while (cold[before * RECORD + SESSION_NEXT] !== flow) before = cold[before * RECORD + SESSION_NEXT]!
    cold[before * RECORD + SESSION_NEXT] = after
  }

  /** The pending flow to give up before a session gets another one: its oldest, once it has `most`. Or -1. */
  surplusPending(routeKey: number, nonceHigh: number, nonceLow: number, most: number): number {
    let count = 0
    let oldest = -1
    for (let flow = this.first(routeKey, nonceHigh, nonceLow); flow >= 0; flow = this.next(flow)) {
      if ((this.words[flow * RECORD + STATE]! & LIVE) !== 0) continue
      count++
      oldest = flow
    }
    return count >= most ? oldest : -1
  }

  /**
   * The live flow to give up when `flow` has become one, once there are over `most`; or -1. Of the others one whose address
   * is not proven goes before one that is, then the one that was silent longest, then the newest: who replays a client's
   * check from nine addresses within a second pushes out his own flows and not the client's.
   */
  surplusLive(flow: number, most: number): number {
    const { words, cold } = this
    const at = flow * RECORD
    let count = 0
    let least = -1
    const newest = this.heads[cold[at + SESSION_PLACE]!]!
    let other = this.match(newest, words[at + ROUTE_KEY]!, words[at + NONCE_HIGH]!, words[at + NONCE_LOW]!)
    for (; other >= 0; other = this.next(other)) {
      if ((words[other * RECORD + STATE]! & LIVE) === 0) continue
      count++
      if (other === flow) continue
      if (least < 0 || this.isWorthLess(other, least)) least = other
    }
    return count > most ? least : -1
  }

  /** Of two live flows of a session, `older` having joined it earlier: whether that one is rather given up. */
  private isWorthLess(older: number, newer: number): boolean {
    const { words } = this
    const [a, b] = [older * RECORD, newer * RECORD]
    const [isProven, isOtherProven] = [words[a + STATE]! & PROVEN, words[b + STATE]! & PROVEN]
    return isProven === isOtherProven ? words[a + SEEN]! < words[b + SEEN]! : isProven === 0
  }

  private match(from: number, routeKey: number, nonceHigh: number, nonceLow: number): number {
    const { words, cold } = this
    let flow = from
    while (flow >= 0) {
      const at = flow * RECORD
      const isOne =
        words[at + NONCE_LOW] === nonceLow &&
        words[at + ROUTE_KEY] === routeKey &&
        words[at + NONCE_HIGH] === nonceHigh
      if (isOne) return flow
      flow = cold[at + SESSION_NEXT]!
    }
    return -1
  }

  private place(routeKey: number, nonceHigh: number, nonceLow: number): number {
    const { key } = this
    const sum = nhPair(routeKey, key, 0) + nhHalf(nonceHigh, key, 2) + nhPair(nonceLow, key, 4)
    return mixed(sum | 0) & (this.heads.length - 1)
  }
}
