/**
 * Killed sessions: (route key, nonce without generation) with a time to live.
 *
 * A hint has no end date in it, so a kill must be kept for as long as the session's ufrag could be used: its longest
 * life. Media packets do not pay for the list: a kill marks the session's flows (`flows.ts`), and the list is asked
 * for checks and answers.
 *
 * Open addressing at most half full. Entries whose time is over are taken out in place, and pull the following ones
 * back, so the list makes no garbage.
 */
import { hashKey, mixed, nhHalf, nhPair } from './hash.ts'

const ENTRY = 3

export class DenyList {
  readonly capacity: number
  /** By entry: route key + 1 (0: empty), nonce high, nonce low. */
  private readonly words: Int32Array
  private readonly until: Float64Array
  private readonly mask: number
  private readonly key: Int32Array
  private entries = 0
  private soonest = Infinity

  /** `capacity`: most entries at a time. @throws RangeError when it is out of range. */
  constructor(capacity: number, seed = 0) {
    if (!(Number.isInteger(capacity) && capacity >= 1 && capacity <= 2 ** 22)) {
      throw new RangeError(`kills must be an integer from 1 to 2^22, not ${capacity}`)
    }
    const places = 2 ** Math.ceil(Math.log2(capacity * 2))
    this.capacity = capacity
    this.mask = places - 1
    this.words = new Int32Array(places * ENTRY)
    this.until = new Float64Array(places)
    this.key = hashKey(seed, 5, 6)
  }

  get size(): number {
    return this.entries
  }

  /** Denies a session until a second, or longer if it already was denied longer. False when the list is full. */
  add(routeKey: number, nonceHigh: number, nonceLow: number, until: number): boolean {
    const entry = this.find(routeKey, nonceHigh, nonceLow)
    const { words } = this
    if (words[entry * ENTRY] === 0) {
      if (this.entries === this.capacity) return false
      this.entries++
      words[entry * ENTRY] = routeKey + 1
      words[entry * ENTRY + 1] = nonceHigh
      words[entry * ENTRY + 2] = nonceLow
      this.until[entry] = until
    } else if (this.until[entry]! < until) this.until[entry] = until
    if (until < this.soonest) this.soonest = until
    return true
  }

  has(routeKey: number, nonceHigh: number, nonceLow: number): boolean {
    return this.entries !== 0 && this.words[this.find(routeKey, nonceHigh, nonceLow) * ENTRY] !== 0
  }

  /** Drops the entries whose time is over. */
  expire(now: number): void {
    if (now < this.soonest) return
    this.soonest = Infinity
    const { words, until, mask } = this
    for (let entry = 0; entry <= mask;) {
      if (words[entry * ENTRY] === 0) entry++
      else if (until[entry]! <= now) this.remove(entry)
      else {
        if (until[entry]! < this.soonest) this.soonest = until[entry]!
        entry++
      }
    }
  }

  /** Empties a place, and pulls back what follows and belongs there: a walk from the start sees every entry. */
  private remove(entry: number): void {
    const { words, until, mask } = this
    this.entries--
    let hole = entry
    for (let from = (entry + 1) & mask; words[from * ENTRY] !== 0; from = (from + 1) & mask) {
      const at = from * ENTRY
      const home = this.place(words[at]! - 1, words[at + 1]!, words[at + 2]!)
      if (((from - home) & mask) < ((from - hole) & mask)) continue
      words.copyWithin(hole * ENTRY, at, at + ENTRY)
      until[hole] = until[from]!
      hole = from
    }
    words[hole * ENTRY] = 0
  }

  /** The place of a session's entry, or the empty one where it belongs. */
  private find(routeKey: number, nonceHigh: number, nonceLow: number): number {
    const { words, mask } = this
    for (let entry = this.place(routeKey, nonceHigh, nonceLow); ; entry = (entry + 1) & mask) {
      const at = entry * ENTRY
      if (words[at] === 0) return entry
      if (words[at] === routeKey + 1 && words[at + 1] === nonceHigh && words[at + 2] === (nonceLow | 0)) {
        return entry
      }
    }
  }

  private place(routeKey: number, nonceHigh: number, nonceLow: number): number {
    const { key } = this
    return (
      mixed((nhPair(routeKey, key, 0) + nhHalf(nonceHigh, key, 2) + nhPair(nonceLow, key, 4)) | 0) & this.mask
    )
  }
}
