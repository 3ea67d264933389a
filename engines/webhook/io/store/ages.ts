/**
 * For how long messages have been there, by the time that the server was up: the one time that no clock is wrong about.
 * They and their keys are kept by it; so none goes too early, and each stays longer by the time that the server is down,
 * in which nothing comes in that needs the room. (A message's number names what the clock showed when it was accepted,
 * which may have been another year.)
 *
 * A row of `ages` says that `seq` was the newest message when the server had been up for `up` ms in all.
 */
import type { Statements } from './statements.ts'

export class Ages {
  private readonly sql: Statements
  /** For how long the server had been up before this life, ms, and what the clock showed when that began. */
  private readonly upBefore: number
  private begun: number | null = null

  constructor(sql: Statements) {
    this.sql = sql
    this.upBefore = sql.number("SELECT value AS n FROM meta WHERE name = 'up'") ?? 0
  }

  /** The clock of this life starts at `now`. */
  begin(now: number): void {
    this.begun = now
  }

  /** The clock has come to `now`, and the newest message is `seq`. */
  mark(now: number, seq: number): void {
    const up = this.upAt(now)
    this.sql.run("INSERT OR REPLACE INTO meta VALUES ('up', ?)", up)
    this.sql.run('INSERT OR IGNORE INTO ages VALUES (?, ?)', seq, up)
  }

  /** The messages before this number have been there for `time` ms and more. */
  olderThan(time: number, now: number): number {
    const row = this.sql.row('SELECT max(seq) AS n FROM ages WHERE up <= ?', this.upAt(now) - time)
    return ((row?.['n'] ?? -1) as number) + 1
  }

  /** Of the messages before `seq` it need not be known any more which are older. */
  forget(seq: number): void {
    this.sql.run('DELETE FROM ages WHERE seq < ?', seq - 1)
  }

  private upAt(now: number): number {
    this.begun ??= now
    return this.upBefore + Math.max(0, Math.floor(now - this.begun))
  }
}
