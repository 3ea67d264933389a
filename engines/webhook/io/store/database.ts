/**
 * One connection to the store's file. Each public method is one operation of the store's protocol; `worker.ts` runs
 * many of them in one transaction and makes that durable with one sync.
 *
 * WAL with synchronous=FULL: a commit returns when its log records are on the disk. The connection locks the file for
 * itself for as long as it lives (`locking_mode=EXCLUSIVE`): one server a folder, the kernel drops the lock when the
 * process dies by whatever cause, and no foreign reader can keep the log from being reused.
 */
import { acceptedAt, firstDue, nextSequence } from '../../message/id.ts'
import { envelope } from '../../message/envelope.ts'
import { Ages } from './ages.ts'
import { EndpointTables } from './endpoint-tables.ts'
import { KeyTable } from './key-table.ts'
import type { AttemptRow, DeliveryRow, EndpointRow, SecretRow } from './rows.ts'
import { DEAD, DELIVERED, PENDING } from './schema.ts'
import { Statements, type FileOptions } from './statements.ts'
import { goOn, mark, noneAhead } from './times.ts'

/** Attempts kept of one message: a probe every 5 minutes for 5 days would make 1,440. */
const ATTEMPTS_KEPT = 100
/** Rows that one operation looks at, so that none holds up the accepts behind it for long. */
export const SCAN_ROWS = 4000

export interface DatabaseOptions extends FileOptions {
  /** Keys collected before they are merged. */
  readonly mergeAt?: number
}

/** What a service begins with. */
export interface Start {
  readonly tag: string
  /** What its clock is to show; null where nobody asked. */
  readonly now: number | null
  readonly endpoints: EndpointRow[]
  readonly secrets: SecretRow[]
}

export type AcceptResult = { readonly seq: number; readonly fresh: boolean } | { readonly conflict: true }

export class Database {
  private readonly sql: Statements
  private readonly endpoints: EndpointTables
  private readonly keys: KeyTable
  private readonly ages: Ages
  private lastSequence: number
  private writing = false
  private commits = 0

  /** Opens or makes the file. @throws StoreNotOpened */
  constructor(path: string, options: DatabaseOptions = {}) {
    this.sql = new Statements(path, options)
    this.endpoints = new EndpointTables(this.sql)
    this.keys = new KeyTable(this.sql, options.mergeAt)
    this.ages = new Ages(this.sql)
    const pruned = this.sql.number("SELECT value AS n FROM meta WHERE name = 'last_sequence'") ?? 0
    this.lastSequence = Math.max(this.sql.number('SELECT max(seq) AS n FROM messages') ?? 0, pruned)
  }

  /** Merges of keys that became complete. */
  get merges(): number {
    return this.keys.merges
  }

  /** Starts a transaction unless one is open. */
  begin(): void {
    if (this.writing) return
    this.sql.db.exec('BEGIN IMMEDIATE')
    this.writing = true
  }

  /** Makes everything since `begin` durable. */
  commit(): void {
    if (!this.writing) return
    this.keys.merge(this.lastSequence)
    this.sql.db.exec('COMMIT')
    this.commits++
    this.writing = false
    this.keys.committed()
  }

  rollback(): void {
    // SQLite has rolled back by itself after some errors, a full disk among them.
    if (this.sql.db.isTransaction) this.sql.db.exec('ROLLBACK')
    this.writing = false
    this.keys.rolledBack()
  }

  /** Does something of which nothing is left when it fails; the error is then its result. @throws what ends it all */
  guarded<T>(does: () => T): T | { readonly error: string } {
    if (!this.writing) return does()
    const { db } = this.sql
    db.exec('SAVEPOINT one')
    try {
      const result = does()
      db.exec('RELEASE one')
      return result
    } catch (error) {
      // SQLite has rolled back everything, for a cause that is not this request alone: a full disk, a failed sync.
      if (!db.isTransaction) throw error
      db.exec('ROLLBACK TO one; RELEASE one')
      return { error: (error as Error).message }
    }
  }

  /** Copies the log into the file and shortens it to nothing. */
  checkpoint(): void {
    this.sql.db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  }

  close(): void {
    this.sql.db.close()
  }

  // Operations: what `worker.ts` calls by name.

  accept(message: {
    readonly endpoint: number
    readonly type: string
    readonly key: string | null
    /** JSON text. */
    readonly data: string
    readonly now: number
  }): AcceptResult {
    const { endpoint, type, key, data, now } = message
    let hash = 0
    if (key !== null) {
      const found = this.keys.find(key)
      if (found.message !== null) {
        const { seq, row } = found.message
        const same = row.endpoint === endpoint && row.body === envelope(type, acceptedAt(seq), data)
        return same ? { seq, fresh: false } : { conflict: true }
      }
      hash = found.hash
    }
    const seq = nextSequence(this.lastSequence, now)
    this.lastSequence = seq
    const accepted = acceptedAt(seq)
    const due = firstDue(seq, now)
    const body = envelope(type, accepted, data)
    const since = due === accepted ? null : due
    this.sql.run('INSERT INTO messages VALUES (?, ?, ?, ?, ?)', seq, endpoint, type, key, body)
    this.sql.run('INSERT INTO deliveries VALUES (?, ?, 0, 0, 0, ?, ?)', seq, endpoint, due, since)
    if (key !== null) this.keys.add(hash, seq)
    this.keys.count()
    return { seq, fresh: true }
  }

  /**
   * An attempt's outcome and what follows from it. `attempts` counts this one. Of a message that was pruned meanwhile, as
   * its endpoint was deleted, nothing is kept: nobody would remove it again.
   */
  save(outcome: Omit<DeliveryRow, 'endpoint'> & AttemptRow): void {
    const { seq, state, tries, attempts, due, since, at, status, error } = outcome
    const found = this.sql.run(
      'UPDATE deliveries SET state = ?, tries = ?, attempts = ?, due = ?, since = ? WHERE seq = ?',
      state,
      tries,
      attempts,
      Math.ceil(due),
      since === null ? null : Math.floor(since),
      seq,
    )
    if (found === 0) return
    this.sql.run(
      'INSERT OR REPLACE INTO attempts VALUES (?, ?, ?, ?, ?)',
      seq,
      attempts,
      Math.floor(at),
      status,
      error,
    )
    if (attempts > ATTEMPTS_KEPT) {
      this.sql.run('DELETE FROM attempts WHERE seq = ? AND n <= ?', seq, attempts - ATTEMPTS_KEPT)
    }
  }

  /** The next pending messages of an endpoint behind (due, seq), in that order: from -Infinity on, all there are. */
  load(after: {
    readonly endpoint: number
    readonly due: number
    readonly seq: number
    readonly limit: number
  }): DeliveryRow[] {
    return this.sql.all(
      `SELECT seq, endpoint, state, tries, attempts, due, since FROM deliveries
       WHERE state = ${PENDING} AND endpoint = ? AND (due, seq) > (?, ?) ORDER BY due, seq LIMIT ?`,
      after.endpoint,
      // Not from 1970 on: what a clock that starts there has moved back may be overdue by more than that is ago.
      Math.max(after.due, Number.MIN_SAFE_INTEGER),
      after.seq,
      after.limit,
    ) as unknown as DeliveryRow[]
  }

  /** The bodies of these messages, in their order; null for one that is not there. */
  bodies({ seqs }: { readonly seqs: readonly number[] }): (string | null)[] {
    const row = (seq: number) => this.sql.row('SELECT body FROM messages WHERE seq = ?', seq)
    return seqs.map((seq) => (row(seq)?.['body'] ?? null) as string | null)
  }

  message({
    seq,
  }: {
    readonly seq: number
  }): (DeliveryRow & { readonly type: string; readonly log: readonly AttemptRow[] }) | null {
    const row = this.sql.row(
      'SELECT d.*, m.type FROM deliveries d JOIN messages m USING (seq) WHERE seq = ?',
      seq,
    )
    if (row === undefined) return null
    const log = this.sql.all('SELECT at, status, error FROM attempts WHERE seq = ? ORDER BY n', seq)
    return { ...row, log } as unknown as DeliveryRow & { type: string; log: AttemptRow[] }
  }

  /**
   * Messages with a sequence above `after`, oldest first: those among the next SCAN_ROWS that match. `next` is where to
   * go on, null at the end.
   */
  list(which: {
    readonly after: number
    readonly endpoint: number | null
    readonly state: number | null
    readonly limit: number
  }): { readonly rows: DeliveryRow[]; readonly next: number | null } {
    const { after, endpoint, state, limit } = which
    const rows = this.sql.all(
      `SELECT * FROM (SELECT * FROM deliveries WHERE seq > ?1 ORDER BY seq LIMIT ${SCAN_ROWS})
       WHERE (?2 IS NULL OR endpoint = ?2) AND (?3 IS NULL OR state = ?3) LIMIT ?4`,
      after,
      endpoint,
      state,
      limit,
    ) as unknown as DeliveryRow[]
    if (rows.length === limit) return { rows, next: rows.at(-1)!.seq }
    const edge = this.sql.row(
      `SELECT seq FROM deliveries WHERE seq > ? ORDER BY seq LIMIT 1 OFFSET ${SCAN_ROWS - 1}`,
      after,
    )
    return { rows, next: (edge?.['seq'] as number | undefined) ?? null }
  }

  /** Makes a message that has ended pending again. Null when there is none, false when it has not ended or its endpoint is gone. */
  replay({ seq, now }: { readonly seq: number; readonly now: number }): DeliveryRow | false | null {
    const row = this.sql.row('SELECT * FROM deliveries WHERE seq = ?', seq) as unknown as
      | DeliveryRow
      | undefined
    if (row === undefined) return null
    if (row.state === PENDING || this.endpoints.isDeleted(row.endpoint)) return false
    return this.revive(row, now)
  }

  /** The same for an endpoint's messages accepted in [from, to), as sequences; looks at SCAN_ROWS of them. */
  replayRange(range: {
    readonly endpoint: number
    readonly from: number
    readonly to: number
    readonly state: number | null
    readonly now: number
  }): { readonly replayed: number; readonly next: number | null } {
    const { endpoint, from, to, state, now } = range
    const rows = this.sql.all(
      `SELECT * FROM deliveries WHERE seq >= ? AND seq < ? ORDER BY seq LIMIT ${SCAN_ROWS}`,
      from,
      to,
    ) as unknown as DeliveryRow[]
    const ended = rows.filter(
      (row) => row.endpoint === endpoint && row.state !== PENDING && (state === null || row.state === state),
    )
    for (const row of ended) this.revive(row, now)
    return { replayed: ended.length, next: rows.length < SCAN_ROWS ? null : rows.at(-1)!.seq + 1 }
  }

  private revive(row: DeliveryRow, now: number): DeliveryRow {
    const due = Math.ceil(now)
    this.sql.run(
      `UPDATE deliveries SET state = ${PENDING}, tries = 0, due = ?1, since = ?1 WHERE seq = ?2`,
      due,
      row.seq,
    )
    return { ...row, state: PENDING, tries: 0, due, since: due }
  }

  addEndpoint(endpoint: Parameters<EndpointTables['add']>[0]): { readonly id: number } {
    return this.endpoints.add(endpoint)
  }

  setEndpoint(change: Parameters<EndpointTables['set']>[0]): void {
    this.endpoints.set(change)
  }

  addSecret(change: Parameters<EndpointTables['addSecret']>[0]): SecretRow[] {
    return this.endpoints.addSecret(change)
  }

  events(of: Parameters<EndpointTables['events']>[0]): ReturnType<EndpointTables['events']> {
    return this.endpoints.events(of)
  }

  /**
   * Everything a service has to know before it can begin. The tag is `candidate` when the store is new; what another
   * clock than one that shows `now` has written is put right.
   */
  start({ candidate, now = null }: { readonly candidate: string; readonly now?: number | null }): Start {
    this.sql.run("INSERT OR IGNORE INTO meta VALUES ('tag', ?)", candidate)
    if (now !== null) noneAhead(this.sql, now)
    return this.startAt(now)
  }

  /** The same where there is no room to put anything right, nor to write anything: the clock is to go on as it was. */
  startAsItIs({ now }: { readonly now: number }): Start {
    return this.startAt(goOn(this.sql, now))
  }

  private startAt(now: number | null): Start {
    if (now !== null) this.ages.begin(now)
    return {
      tag: this.sql.row("SELECT value FROM meta WHERE name = 'tag'")!['value'] as string,
      now,
      endpoints: this.endpoints.all(),
      secrets: this.endpoints.secrets(),
    }
  }

  /** The clock has come to `now`. */
  mark({ now }: { readonly now: number }): void {
    mark(this.sql, now)
    this.ages.mark(now, this.lastSequence)
  }

  /** The messages before this number were accepted `time` ms ago or earlier, not counting when the server was down. */
  olderThan({ time, now }: { readonly time: number; readonly now: number }): number {
    return this.ages.olderThan(time, now)
  }

  /**
   * Removes what has ended and is older than `before` (a sequence), among the next SCAN_ROWS after `after`. Returns where
   * to go on; null when everything older has been looked at. Then goes what there is of endpoints from before `time`.
   */
  prune(which: { readonly after: number; readonly before: number; readonly time: number }): {
    readonly pruned: number
    readonly next: number | null
  } {
    const { after, before, time } = which
    const rows = this.sql.all(
      `SELECT d.seq, d.state, m.key, e.state AS endpoint FROM deliveries d JOIN messages m USING (seq)
       LEFT JOIN endpoints e ON e.id = d.endpoint WHERE d.seq > ? AND d.seq < ? ORDER BY d.seq LIMIT ${SCAN_ROWS}`,
      after,
      before,
    ) as { seq: number; state: number; key: string | null; endpoint: string | null }[]
    const ended = rows.filter(
      ({ state, endpoint }) => state !== PENDING || endpoint === null || endpoint === 'deleted',
    )
    for (const { seq } of ended) {
      this.sql.run('DELETE FROM deliveries WHERE seq = ?', seq)
      this.sql.run('DELETE FROM messages WHERE seq = ?', seq)
      this.sql.run('DELETE FROM attempts WHERE seq = ?', seq)
    }
    // A receiver that knows an id drops what comes with it: none is given again, whatever clock gave it.
    if (ended.length > 0) {
      this.sql.run("INSERT OR REPLACE INTO meta VALUES ('last_sequence', ?)", this.lastSequence)
    }
    this.keys.remove(ended.flatMap(({ key, seq }) => (key === null ? [] : [{ key, seq }])))
    if (rows.length === SCAN_ROWS) return { pruned: ended.length, next: rows.at(-1)!.seq }
    this.ages.forget(before)
    this.endpoints.prune(time)
    return { pruned: ended.length, next: null }
  }

  /** Exact counts of work done: transactions made durable, each with one sync, statements executed, keys merged. */
  counters(_all: object): { readonly commits: number; readonly statements: number; readonly merges: number } {
    return { commits: this.commits, statements: this.sql.executed, merges: this.merges }
  }

  /** Messages by state, with a scan: for tests and tools. */
  census(_all: object): { readonly pending: number; readonly delivered: number; readonly dead: number } {
    const count = (state: number): number =>
      this.sql.number(`SELECT count(*) AS n FROM deliveries WHERE state = ${state}`) ?? 0
    return { pending: count(PENDING), delivered: count(DELIVERED), dead: count(DEAD) }
  }
}
