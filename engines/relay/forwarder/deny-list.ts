/**
 * Killed sessions: (route key, nonce) with a time to live.
 *
 * A hint has no end date in it, so a kill must be kept for as long as the session's ufrag could be used: its longest
 * life. Media packets do not pay for the list: each flow remembers the list's version it was last compared with, so a
 * kill costs every flow one lookup, at its next packet, and no more.
 *
 * Open addressing at most half full; entries are few and leave together, so removal is a rebuild when the first one
 * has run out.
 */
const ENTRY = 3

export class DenyList {
  readonly capacity: number
  /** By entry: route key + 1 (0: empty), nonce high, nonce low. */
  private words: Int32Array
  private until: Float64Array
  private readonly mask: number
  private entries = 0
  private currentVersion = 0
  private soonest = Infinity

  constructor(capacity: number) {
    const entries = 2 ** Math.ceil(Math.log2(capacity * 2))
    this.capacity = capacity
    this.mask = entries - 1
    this.words = new Int32Array(entries * ENTRY)
    this.until = new Float64Array(entries)
  }

  get size(): number {
    return this.entries
  }

  /** Counts additions; 0 before the first. */
  get version(): number {
    return this.currentVersion
  }

  /** Denies a session until a second, or longer if it already was denied longer. False when the list is full. */
  add(routeKey: number, nonceHigh: number, nonceLow: number, until: number): boolean {
    const entry = this.place(routeKey, nonceHigh, nonceLow)
    const words = this.words
    if (words[entry * ENTRY] === 0) {
      if (this.entries === this.capacity) return false
      this.entries++
      words[entry * ENTRY] = routeKey + 1
      words[entry * ENTRY + 1] = nonceHigh
      words[entry * ENTRY + 2] = nonceLow
      this.until[entry] = until
    } else if (this.until[entry]! < until) this.until[entry] = until
    if (until < this.soonest) this.soonest = until
    this.currentVersion = (this.currentVersion + 1) | 0
    return true
  }

  has(routeKey: number, nonceHigh: number, nonceLow: number): boolean {
    return this.entries !== 0 && this.words[this.place(routeKey, nonceHigh, nonceLow) * ENTRY] !== 0
  }

  /** Drops the entries whose time is over. */
  expire(now: number): void {
    if (now < this.soonest) return
    const words = this.words
    const until = this.until
    this.words = new Int32Array(words.length)
    this.until = new Float64Array(until.length)
    this.entries = 0
    this.soonest = Infinity
    for (let entry = 0; entry < until.length; entry++) {
      const at = entry * ENTRY
      if (words[at] !== 0 && until[entry]! > now) {
        this.add(words[at]! - 1, words[at + 1]!, words[at + 2]!, until[entry]!)
      }
    }
  }

  /** The entry of a session, or the empty one where it belongs. */
  private place(routeKey: number, nonceHigh: number, nonceLow: number): number {
    const words = this.words
    let hash = Math.imul(routeKey ^ nonceHigh, 0x2c1b3c6d) ^ nonceLow
    hash = Math.imul(hash ^ (hash >>> 15), 0x297a2d39)
    let entry = (hash ^ (hash >>> 15)) & this.mask
    for (; ; entry = (entry + 1) & this.mask) {
      const at = entry * ENTRY
      if (words[at] === 0) return entry
      if (words[at] === routeKey + 1 && words[at + 1] === nonceHigh && words[at + 2] === (nonceLow | 0)) {
        return entry
      }
    }
  }
}
