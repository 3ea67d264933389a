/**
 * Idempotency keys without a random page per message.
 *
 * Keys are random, so an index of them touches another page with almost every accept, and each of those pages goes
 * through the log: that, not the disk's sync, was the limit. Here the key is stored in the message's own row (which
 * appends), new keys are held in a Map, and when many have come together they are written to the `keys` tree in sorted
 * order, slice by slice between accepts: each page is then touched once for many keys. What is in the Map can be read
 * again from the messages, so a crash costs a scan of the newest rows and no key.
 */
import { hash } from 'node:crypto'

/** Keys that are collected before they are merged: about 20 MB. */
export const MERGE_AT = 262_144
const HEX_DIGITS = 13

/** 52 bits of a key's SHA-256: a rowid that is exact in a double. */
export function keyHash(key: string): number {
  return Number.parseInt(hash('sha256', key, 'hex').slice(0, HEX_DIGITS), 16)
}

export class RecentKeys {
  /** Added since the last freeze. */
  private fresh = new Map<number, number>()
  /** Being merged. */
  private frozen = new Map<number, number>()
  private sorted: Float64Array = new Float64Array(0)
  private merged = 0
  private readonly mergeAt: number

  constructor(mergeAt = MERGE_AT) {
    this.mergeAt = mergeAt
  }

  get size(): number {
    return this.fresh.size + this.frozen.size
  }

  get(hash: number): number | undefined {
    return this.fresh.get(hash) ?? this.frozen.get(hash)
  }

  add(hash: number, sequence: number): void {
    this.fresh.set(hash, sequence)
  }

  /** The smallest sequence; Infinity when there is none. */
  oldest(): number {
    let oldest = Infinity
    for (const keys of [this.frozen, this.fresh]) {
      for (const sequence of keys.values()) oldest = Math.min(oldest, sequence)
    }
    return oldest
  }

  /**
   * The next `count` keys to merge, in order; none while too few have come together. `last` is true for the slice that
   * completes a merge: after it, every key up to the newest sequence at the merge's beginning is in the tree.
   */
  slice(
    count: number,
  ): { readonly hashes: Float64Array; readonly last: boolean; readonly through: number } | null {
    if (this.frozen.size === 0) {
      if (this.fresh.size < this.mergeAt) return null
      this.frozen = this.fresh
      this.fresh = new Map()
      this.sorted = Float64Array.from(this.frozen.keys()).sort()
      this.merged = 0
    }
    const hashes = this.sorted.subarray(this.merged, this.merged + count)
    const last = this.merged + count >= this.sorted.length
    let through = 0
    if (last) for (const sequence of this.frozen.values()) through = Math.max(through, sequence)
    return { hashes, last, through }
  }

  /** The slice is durable. */
  done(count: number, last: boolean): void {
    this.merged += count
    if (!last) return
    this.frozen = new Map()
    this.sorted = new Float64Array(0)
  }
}
