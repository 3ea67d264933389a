/**
 * Flows that no pod has confirmed, in the order in which they were made, and by address without port.
 *
 * Whoever has one genuine ufrag can make a pending flow from every port of every address he can send from. So they are
 * the first to go: the oldest of its address when that has its share, the oldest of all when the table is full. A
 * refresh does not make a flow younger, so a flood cannot keep its flows by repeating itself.
 *
 * An IPv6 client may choose its last 64 bits as it likes: the share is one a /64.
 */
import { hashKey, mixed, nhHalf, nhPair } from './hash.ts'
import {
  ADDRESS,
  ADDRESS_NEXT,
  ADDRESS_PLACE,
  HIGH_WORDS,
  IPV6_PORT,
  NEWER,
  NOT_QUEUED,
  OLDER,
} from './record.ts'
import { PORT, RECORD } from './record.ts'

export class PendingQueue {
  private readonly words: Int32Array
  private readonly cold: Int32Array
  private readonly heads: Int32Array
  private readonly key: Int32Array
  private newest = -1
  private oldestFlow = -1

  /** `words`, `cold`: the flow records. */
  constructor(words: Int32Array, cold: Int32Array, seed: number) {
    this.words = words
    this.cold = cold
    this.heads = new Int32Array(2 ** Math.ceil(Math.log2(words.length / RECORD))).fill(-1)
    this.key = hashKey(seed, 3, 6)
  }

  /** The oldest pending flow of all, or -1. */
  get oldest(): number {
    return this.oldestFlow
  }

  join(flow: number): void {
    const { cold, heads } = this
    const at = flow * RECORD
    cold[at + OLDER] = this.newest
    cold[at + NEWER] = -1
    if (this.newest >= 0) cold[this.newest * RECORD + NEWER] = flow
    else this.oldestFlow = flow
    this.newest = flow
    const place = this.place(at)
    cold[at + ADDRESS_PLACE] = place
    cold[at + ADDRESS_NEXT] = heads[place]!
    heads[place] = flow
  }

  /** Takes a flow out; nothing when it is not in. */
  leave(flow: number): void {
    const { cold, heads } = this
    const at = flow * RECORD
    const older = cold[at + OLDER]!
    if (older === NOT_QUEUED) return
    const newer = cold[at + NEWER]!
    if (older >= 0) cold[older * RECORD + NEWER] = newer
    else this.oldestFlow = newer
    if (newer >= 0) cold[newer * RECORD + OLDER] = older
    else this.newest = older
    cold[at + OLDER] = NOT_QUEUED

    const place = cold[at + ADDRESS_PLACE]!
    if (heads[place] === flow) {
      heads[place] = cold[at + ADDRESS_NEXT]!
      return
    }
    let before = heads[place]!
    while (cold[before * RECORD + ADDRESS_NEXT] !== flow) before = cold[before * RECORD + ADDRESS_NEXT]!
    cold[before * RECORD + ADDRESS_NEXT] = cold[at + ADDRESS_NEXT]!
  }

  /**
   * The flow to give up before an address gets another one: its oldest, once it has `most`. Or -1. `first` and `second`
   * are an IPv4 address and 0, or the first two words of an IPv6 one.
   */
  surplus(isIPv6: boolean, first: number, second: number, most: number): number {
    const { cold } = this
    let count = 0
    let oldest = -1
    let flow = this.heads[this.placeOf(isIPv6, first, second)]!
    for (; flow >= 0; flow = cold[flow * RECORD + ADDRESS_NEXT]!) {
      if (!this.isAt(flow * RECORD, isIPv6, first, second)) continue
      count++
      oldest = flow
    }
    return count >= most ? oldest : -1
  }

  private isAt(at: number, isIPv6: boolean, first: number, second: number): boolean {
    const { words } = this
    if (words[at + PORT]! >= IPV6_PORT !== isIPv6) return false
    if (!isIPv6) return words[at + ADDRESS] === (first | 0)
    return words[at + HIGH_WORDS] === (first | 0) && words[at + HIGH_WORDS + 1] === (second | 0)
  }

  private place(at: number): number {
    const { words } = this
    return words[at + PORT]! < IPV6_PORT
      ? this.placeOf(false, words[at + ADDRESS]!, 0)
      : this.placeOf(true, words[at + HIGH_WORDS]!, words[at + HIGH_WORDS + 1]!)
  }

  private placeOf(isIPv6: boolean, first: number, second: number): number {
    const { key } = this
    const sum = nhPair(first, key, 0) + nhPair(second, key, 2) + nhHalf(isIPv6 ? 6 : 4, key, 4)
    return mixed(sum | 0) & (this.heads.length - 1)
  }
}
