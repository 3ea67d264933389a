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
 * positions. What follows a row is kept beside it, as it is asked for three times. Limits on operations make rows of
 * combinations (`plan.ts`); the row from which an operation comes is then looked up.
 *
 * That is slower than a transition of `lazy.ts` and far quicker than making one, so it takes over where too many of
 * those are needed (long patterns, many errors, small alphabets: DNA). It needs a pattern without assertions and
 * regions. Where it matters most, searching a text for where matches begin, `kernel.ts` does the same in WebAssembly.
 *
 * Wu and Manber, "Fast text searching allowing errors", CACM 35 (1992).
 */
import type { RowPlan } from './plan.ts'
import type { Follow, Positions } from './positions.ts'
import { DELETE, INSERT, SUBSTITUTE } from './settings.ts'

/** The rows of one walk. */
export class Rows {
  private readonly plan: RowPlan
  private readonly positions: Positions
  private readonly follow: Follow
  /** 1: a match may begin at any place. */
  private readonly inject: number
  private readonly words: number
  /** What has been read, and what follows it: [(row + 1) * words + word], an empty row standing first. */
  private rows: Int32Array
  private follows: Int32Array
  private nextRows: Int32Array
  private nextFollows: Int32Array
  /** By row: where the row begins that an operation comes from; 0 where it is forbidden. */
  private readonly inserted: Int32Array
  private readonly deleted: Int32Array
  private readonly substituted: Int32Array
  /** Rows that are in use. */
  private used = 0

  constructor(plan: RowPlan, follow: Follow, inject: boolean) {
    const { positions, from } = plan
    const { words } = positions
    this.plan = plan
    this.positions = positions
    this.follow = follow
    this.words = words
    this.inject = inject ? 1 : 0
    const begins = (op: number): Int32Array => Int32Array.from(from[op]!, (r) => (r + 1) * words)
    this.inserted = begins(INSERT)
    this.deleted = begins(DELETE)
    this.substituted = begins(SUBSTITUTE)
    const make = (): Int32Array => new Int32Array((plan.used.at(-1)! + 1) * words)
    this.rows = make()
    this.follows = make()
    this.nextRows = make()
    this.nextFollows = make()
  }

  /** Numbers that the rows up to a level take, stored. */
  size(level: number): number {
    return this.plan.used[level]! * this.words
  }

  /** Nothing has been read; levels up to `most` will be asked for. */
  begin(most: number): void {
    const { rows, follows, follow, words, deleted } = this
    this.used = this.plan.used[most]!
    for (let r = 0; r < this.used; r++) {
      const at = (r + 1) * words
      for (let w = 0; w < words; w++) rows[at + w] = follows[deleted[r]! + w]!
      rows[at]! |= 1
      follow.of(rows, follows, at)
    }
  }

  /** Levels above this one will not be asked for any more. */
  limit(most: number): void {
    this.used = this.plan.used[most]!
  }

  /** Whether what has been read is a match of no more than a level. */
  accepts(level: number): boolean {
    for (const r of this.plan.tops[level]!) if (this.acceptsIn((r + 1) * this.words)) return true
    return false
  }

  /** Whether there is such a match that one more character could be inserted behind. */
  extends(level: number): boolean {
    for (const r of this.plan.tops[level]!) if (this.acceptsIn(this.inserted[r]!)) return true
    return false
  }

  private acceptsIn(at: number): boolean {
    const { rows, words } = this
    const { accepting } = this.follow
    for (let w = 0; w < words; w++) if ((rows[at + w]! & accepting[w]!) !== 0) return true
    return false
  }

  /** Whether nothing can become of it any more. */
  get dead(): boolean {
    for (let i = this.used * this.words + this.words; i-- > this.words;) if (this.rows[i] !== 0) return false
    return true
  }

  /** Reads a character of a class. */
  step(symbol: number): void {
    const { rows, follows, nextRows, nextFollows, follow, words, inject } = this
    const { inserted, deleted, substituted } = this
    const { holds } = this.positions
    for (let r = 0; r < this.used; r++) {
      const at = (r + 1) * words
      const insert = inserted[r]!
      const remove = deleted[r]!
      const substitute = substituted[r]!
      for (let w = 0; w < words; w++) {
        nextRows[at + w] =
          (follows[at + w]! & holds[symbol * words + w]!) |
          rows[insert + w]! |
          follows[substitute + w]! |
          nextFollows[remove + w]!
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
    const { rows, words } = this
    // A call of `set` would take longer than the few numbers that they mostly are.
    for (let i = this.used * words; i-- > 0;) to[at + i] = rows[words + i]!
  }

  /** Takes up rows that were stored by another walk of the same kind. */
  load(from: Int32Array, most: number): void {
    const { rows, follows, follow, words } = this
    this.used = this.plan.used[most]!
    rows.set(from, words)
    for (let r = 1; r <= this.used; r++) follow.of(rows, follows, r * words)
  }

  /**
   * Whether this walk and one from the other side, whose rows were stored at `other[at..]`, make a match together.
   *
   * @param pairs of rows that may go together: `RowPlan.pairs`
   */
  meets(other: Int32Array, at: number, pairs: Int32Array): boolean {
    const { follows, words } = this
    for (let i = 0; i < pairs.length; i += 2) {
      const here = (pairs[i]! + 1) * words
      const there = at + pairs[i + 1]! * words
      for (let w = 0; w < words; w++) if ((follows[here + w]! & other[there + w]!) !== 0) return true
    }
    return false
  }
}
