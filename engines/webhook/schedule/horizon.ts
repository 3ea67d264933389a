/**
 * What of an endpoint's pending messages is in memory: every one with (due, seq) up to the horizon. Behind it some are,
 * and the store knows all.
 *
 * A message that finds no room lowers the horizon to just before itself. A page that was read moves it behind its last
 * row. The first page is short, for most endpoints of a large backlog need few messages soon; while there are more, each
 * is twice as long as the one before.
 */
import type { StoredMessage } from './job.ts'

const FIRST_PAGE = 32
const LAST_PAGE = 512

/** Where a page began: the rows behind (due, seq), `limit` of them at most. */
export interface Page {
  readonly due: number
  readonly seq: number
  readonly limit: number
}

export class Horizon {
  /** When the next page is wanted: Infinity when nothing is in the store alone, -Infinity before anything was read. */
  at = -Infinity
  /**
   * When that goes which was written by a clock that was ahead: set by the first page that ends in it and kept until all
   * is read, for those behind would else wait as long once more, each.
   */
  latest = Infinity
  private due = -Infinity
  private seq = -1
  /** A page is being read. */
  loading = false
  private length = FIRST_PAGE

  /** Nothing is in the store alone. */
  clear(): void {
    this.at = this.latest = this.due = this.seq = Infinity
  }

  /** The message (due, seq) is in the store alone. */
  lower(due: number, seq: number): void {
    if (due > this.due || (due === this.due && seq > this.seq)) return
    this.due = due
    this.seq = seq - 1
    this.at = Math.min(this.at, due)
  }

  /** The next page to read, where there is room for so many. */
  next(room: number): Page {
    this.loading = true
    return { due: this.due, seq: this.seq, limit: Math.min(room, this.length) }
  }

  /** The page has come, and its rows are in memory, the last one due `at`; what a clock ahead has written, at `latest`. */
  read({ due, seq, limit }: Page, rows: readonly StoredMessage[], at: number, latest: number): void {
    this.loading = false
    const last = rows.length < limit ? undefined : rows.at(-1)
    this.length = last === undefined ? FIRST_PAGE : Math.min(2 * this.length, LAST_PAGE)
    // Lowered meanwhile: what lies between was not looked for.
    if (this.due !== due || this.seq !== seq) return
    this.due = last?.due ?? Infinity
    this.seq = last?.seq ?? Infinity
    this.at = last === undefined ? Infinity : at
    if (last === undefined) this.latest = Infinity
    else if (last.due > latest) this.latest = latest
  }
}
