/**
 * Approximate matching with bits: Wu and Manber's rows over the positions of the pattern.
 *
 * Row c holds every position that can be the last one read at a cost of at most c. One character takes every row to
 *
 *     row[c]' = follow(row[c]) & positions of the character     matched
 *             | follow(row[c - substitution])                   substituted
 *             | row[c - insertion]                              inserted
 *             | follow(row[c - deletion]')                      deleted
 *
 * so the work is the same for every text and every set of rows: a few instructions for each row and each word of 32
 * positions. What follows a row is kept beside it, as it is asked for three times.
 *
 * That is slower than a transition of `lazy.ts` and far quicker than making one, so it takes over where too many of
 * those are needed (long patterns, many errors, small alphabets: DNA). It needs costs of 1 or more, no assertions, no
 * regions, and no limits other than on the cost, or that forbid an operation altogether. Where it matters most,
 * searching a text for where matches begin, `kernel.ts` does the same in WebAssembly.
 *
 * Wu and Manber, "Fast text searching allowing errors", CACM 35 (1992).
 */
// oxlint-disable typescript/no-non-null-assertion -- indices bounded by construction
import type { Follow, Positions } from './positions.ts'
import { DELETE, INSERT, SUBSTITUTE } from './settings.ts'

/** What all walks of a pattern have in common. */
export interface RowSettings {
  readonly positions: Positions
  /** The highest cost of a match. */
  readonly most: number
  /** Of the three operations; Infinity: forbidden. */
  readonly costs: readonly number[]
}

/** The rows of one walk. */
export class Rows {
  /** Numbers that the rows up to a cost take, stored. */
  readonly size: (most: number) => number
  private readonly positions: Positions
  private readonly follow: Follow
  /** 1: a match may begin at any place. */
  private readonly inject: number
  private readonly words: number
  /** Where row 0 begins; as many empty rows stand before it. */
  private readonly base: number
  /** What has been read, and what follows it: [base + cost * words + word]. */
  private rows: Int32Array
  private follows: Int32Array
  private nextRows: Int32Array
  private nextFollows: Int32Array
  /** By how much the index is lower where an operation has been paid for; beyond all rows where it is forbidden. */
  private readonly inserted: number
  private readonly deleted: number
  private readonly substituted: number
  /** The highest row that is in use. */
  private most = 0

  constructor({ positions, most, costs }: RowSettings, follow: Follow, inject: boolean) {
    const { words } = positions
    this.positions = positions
    this.follow = follow
    this.words = words
    this.inject = inject ? 1 : 0
    this.size = (highest) => (highest + 1) * words
    this.base = (most + 1) * words
    const lower = costs.map((cost) => Math.min(cost, most + 1) * words)
    this.inserted = lower[INSERT]!
    this.deleted = lower[DELETE]!
    this.substituted = lower[SUBSTITUTE]!
    const make = (): Int32Array => new Int32Array(this.base * 2)
    this.rows = make()
    this.follows = make()
    this.nextRows = make()
    this.nextFollows = make()
  }

  /** Nothing has been read; costs up to `most` will be asked for. */
  begin(most: number): void {
    const { rows, follows, follow, words, base, deleted } = this
    this.most = most
    for (let at = base; at <= base + most * words; at += words) {
      for (let i = at; i < at + words; i++) rows[i] = follows[i - deleted]!
      rows[at]! |= 1
      follow.of(rows, follows, at)
    }
  }

  /** Costs above this one will not be asked for any more. */
  limit(most: number): void {
    this.most = most
  }

  /** Whether what has been read is a match at a cost of at most `cost`. */
  accepts(cost: number): boolean {
    const { rows, words } = this
    const { accepting } = this.follow
    const at = this.base + cost * words
    for (let w = 0; w < words; w++) if ((rows[at + w]! & accepting[w]!) !== 0) return true
    return false
  }

  /** Whether there is such a match that one more character could be inserted behind. */
  extends(cost: number): boolean {
    const rest = cost - this.inserted / this.words
    return rest >= 0 && this.accepts(rest)
  }

  /** Whether nothing can become of it any more. */
  get dead(): boolean {
    const at = this.base + this.most * this.words
    for (let i = at; i < at + this.words; i++) if (this.rows[i] !== 0) return false
    return true
  }

  /** Reads a character of a class. */
  step(symbol: number): void {
    const { rows, follows, nextRows, nextFollows, follow, words, base } = this
    const { inserted, deleted, substituted, inject } = this
    const { holds } = this.positions
    for (let at = base; at <= base + this.most * words; at += words) {
      const held = symbol * words - at
      for (let i = at; i < at + words; i++) {
        nextRows[i] =
          (follows[i]! & holds[held + i]!) |
          rows[i - inserted]! |
          follows[i - substituted]! |
          nextFollows[i - deleted]!
      }
      nextRows[at]! |= inject
      follow.of(nextRows, nextFollows, at)
    }
    this.rows = nextRows
    this.follows = nextFollows
    this.nextRows = rows
    this.nextFollows = follows
  }

  /** Writes the rows to `to[at..]`. */
  store(to: Int32Array, at: number): void {
    const { rows, base } = this
    // A call of `set` would take longer than the few numbers that they mostly are.
    for (let i = this.size(this.most); i-- > 0;) to[at + i] = rows[base + i]!
  }

  /** Takes up rows that were stored by another walk of the same kind. */
  load(from: Int32Array, most: number): void {
    const { rows, follows, follow, words, base } = this
    this.most = most
    rows.set(from, base)
    for (let at = base; at <= base + most * words; at += words) follow.of(rows, follows, at)
  }

  /**
   * Whether this walk and one from the other side, whose rows were stored at `other[at..]`, make a match together at a
   * cost of at most `cost`.
   */
  meets(other: Int32Array, at: number, cost: number): boolean {
    const { follows, words, base } = this
    for (let c = 0; c <= cost; c++) {
      const here = base + c * words
      const there = at + (cost - c) * words
      for (let w = 0; w < words; w++) if ((follows[here + w]! & other[there + w]!) !== 0) return true
    }
    return false
  }
}
