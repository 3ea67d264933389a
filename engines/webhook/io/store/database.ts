/**
 * One connection to the store's file. Each public method is one operation of the store's protocol; `worker.ts` runs
 * many of them in one transaction and makes that durable with one sync.
 *
 * WAL with synchronous=FULL: a commit returns when its log records are on the disk. The connection locks the file for
 * itself for as long as it lives (`locking_mode=EXCLUSIVE`): one server a folder, the kernel drops the lock when the
 * process dies by whatever cause, and no foreign reader can keep the log from being reused.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { acceptedAt, nextSequence } from '../../message/id.ts'
import { envelope } from '../../message/envelope.ts'
import { keyHash, RecentKeys } from './recent-keys.ts'
import { DEAD, DELIVERED, PENDING, SCHEMA, SCHEMA_VERSION } from './schema.ts'

/** Pages in the log before it is copied into the file: 16 MiB. */
const CHECKPOINT_PAGES = 4096
/** Keys merged into the tree with one transaction. */
const MERGE_SLICE = 1024
/** Attempts kept of one message: a probe every 5 minutes for 5 days would make 1,440. */
const ATTEMPTS_KEPT = 100
/** Rows that one operation looks at, so that none holds up the accepts behind it for long. */
export const SCAN_ROWS = 4000

/** What a file is opened with. Everything but FULL loses accepted messages in a power cut: for tests that show it. */
export interface DatabaseOptions {
  readonly synchronous?: 'FULL' | 'NORMAL' | 'OFF'
  /** Keys collected before they are merged. */
  readonly mergeAt?: number
  readonly checkpointPages?: number
  /** Size of the file at most, pages of 4 KiB: for tests of a full disk. */
  readonly maxPages?: number
}

/** Another process has this folder, or the file is of another version. */
export class StoreNotOpened extends Error {
  override readonly name = 'StoreNotOpened'
}

export interface EndpointRow {
  readonly id: number
  readonly url: string
  readonly mode: string
  readonly policy: string
  readonly rate: number | null
  readonly state: string
  readonly failingSince: number | null
  readonly created: number
}

export interface SecretRow {
  readonly id: number
  /** 0 for the service's own keys. */
  readonly endpoint: number
  readonly secret: string
  readonly created: number
  readonly expires: number | null
}

export interface DeliveryRow {
  readonly seq: number
  readonly endpoint: number
  readonly state: number
  readonly tries: number
  readonly attempts: number
  readonly due: number
}

export interface AttemptRow {
  readonly at: number
  readonly status: number | null
  readonly error: string | null
}

export type AcceptResult = { readonly seq: number; readonly fresh: boolean } | { readonly conflict: true }

export class Database {
  private readonly db: DatabaseSync
  private readonly recent: RecentKeys
  private readonly prepared = new Map<string, StatementSync>()
  private merging: { readonly count: number; readonly last: boolean } | null = null
  private lastSequence: number
  private nextEndpoint: number
  private writing = false
  /** Merges that became complete. */
  merges = 0

  /** Opens or makes the file. @throws StoreNotOpened */
  constructor(path: string, options: DatabaseOptions = {}) {
    this.db = open(path, options)
    this.recent = new RecentKeys(options.mergeAt)
    this.lastSequence = this.number('SELECT max(seq) AS n FROM messages') ?? 0
    this.nextEndpoint = (this.number('SELECT max(id) AS n FROM endpoints') ?? 0) + 1
    this.readRecentKeys()
  }

  /** Starts a transaction unless one is open. */
  begin(): void {
    if (this.writing) return
    this.db.exec('BEGIN IMMEDIATE')
    this.writing = true
  }

  /** Makes everything since `begin` durable. */
  commit(): void {
    if (!this.writing) return
    this.mergeSlice()
    this.db.exec('COMMIT')
    this.writing = false
    if (this.merging !== null) {
      this.recent.done(this.merging.count, this.merging.last)
      if (this.merging.last) this.merges++
      this.merging = null
    }
  }

  rollback(): void {
    // SQLite has rolled back by itself after some errors, a full disk among them.
    if (this.db.isTransaction) this.db.exec('ROLLBACK')
    this.writing = false
    // Keys that it took name messages that are not there: `accept` takes them for free.
    this.merging = null
  }

  /** Does something of which nothing is left when it fails; the error is then its result. */
  guarded<T>(does: () => T): T | { readonly error: string } {
    if (!this.writing) return does()
    this.db.exec('SAVEPOINT one')
    try {
      return does()
    } catch (error) {
      this.db.exec('ROLLBACK TO one')
      return { error: (error as Error).message }
    } finally {
      this.db.exec('RELEASE one')
    }
  }

  /** Copies the log into the file and shortens it to nothing. */
  checkpoint(): void {
    this.db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  }

  close(): void {
    this.db.close()
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
      hash = keyHash(key)
      for (;;) {
        const seq =
          this.recent.get(hash) ?? (this.row('SELECT seq FROM keys WHERE hash = ?', hash)?.['seq'] as number)
        if (seq === undefined) break
        const row = this.row('SELECT endpoint, type, key, body FROM messages WHERE seq = ?', seq)
        // Its message was pruned, or rolled back: the key is free again.
        if (row === undefined) break
        if (row['key'] === key) {
          const same = row['endpoint'] === endpoint && row['body'] === envelope(type, acceptedAt(seq), data)
          return same ? { seq, fresh: false } : { conflict: true }
        }
        // Another key of the same hash.
        hash++
      }
    }
    const seq = nextSequence(this.lastSequence, now)
    this.lastSequence = seq
    const due = acceptedAt(seq)
    const body = envelope(type, due, data)
    this.run('INSERT INTO messages VALUES (?, ?, ?, ?, ?)', seq, endpoint, type, key, body)
    this.run('INSERT INTO deliveries VALUES (?, ?, 0, 0, 0, ?)', seq, endpoint, due)
    if (key !== null) this.recent.add(hash, seq)
    return { seq, fresh: true }
  }

  /** An attempt's outcome and what follows from it. `attempts` counts this one. */
  save(outcome: Omit<DeliveryRow, 'endpoint'> & AttemptRow): void {
    const { seq, state, tries, attempts, due, at, status, error } = outcome
    this.run(
      'UPDATE deliveries SET state = ?, tries = ?, attempts = ?, due = ? WHERE seq = ?',
      state,
      tries,
      attempts,
      Math.ceil(due),
      seq,
    )
    this.run(
      'INSERT OR REPLACE INTO attempts VALUES (?, ?, ?, ?, ?)',
      seq,
      attempts,
      Math.floor(at),
      status,
      error,
    )
    if (attempts > ATTEMPTS_KEPT) {
      this.run('DELETE FROM attempts WHERE seq = ? AND n <= ?', seq, attempts - ATTEMPTS_KEPT)
    }
  }

  /** The next pending messages of an endpoint behind (due, seq), in that order. */
  load(after: {
    readonly endpoint: number
    readonly due: number
    readonly seq: number
    readonly limit: number
  }): DeliveryRow[] {
    return this.all(
      `SELECT seq, endpoint, state, tries, attempts, due FROM deliveries
       WHERE state = ${PENDING} AND endpoint = ? AND (due, seq) > (?, ?) ORDER BY due, seq LIMIT ?`,
      after.endpoint,
      after.due,
      after.seq,
      after.limit,
    ) as unknown as DeliveryRow[]
  }

  /** The bodies of these messages, in their order. */
  bodies({ seqs }: { readonly seqs: readonly number[] }): string[] {
    return seqs.map((seq) => this.row('SELECT body FROM messages WHERE seq = ?', seq)!['body'] as string)
  }

  message({
    seq,
  }: {
    readonly seq: number
  }): (DeliveryRow & { readonly type: string; readonly log: readonly AttemptRow[] }) | null {
    const row = this.row(
      'SELECT d.*, m.type FROM deliveries d JOIN messages m USING (seq) WHERE seq = ?',
      seq,
    )
    if (row === undefined) return null
    const log = this.all('SELECT at, status, error FROM attempts WHERE seq = ? ORDER BY n', seq)
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
    const rows = this.all(
      `SELECT * FROM (SELECT * FROM deliveries WHERE seq > ?1 ORDER BY seq LIMIT ${SCAN_ROWS})
       WHERE (?2 IS NULL OR endpoint = ?2) AND (?3 IS NULL OR state = ?3) LIMIT ?4`,
      after,
      endpoint,
      state,
      limit,
    ) as unknown as DeliveryRow[]
    if (rows.length === limit) return { rows, next: rows.at(-1)!.seq }
    const edge = this.row(
      `SELECT seq FROM deliveries WHERE seq > ? ORDER BY seq LIMIT 1 OFFSET ${SCAN_ROWS - 1}`,
      after,
    )
    return { rows, next: (edge?.['seq'] as number | undefined) ?? null }
  }

  /** Makes a message that has ended pending again. Null when there is none, false when it has not ended or its endpoint is gone. */
  replay({ seq, now }: { readonly seq: number; readonly now: number }): DeliveryRow | false | null {
    const row = this.row('SELECT * FROM deliveries WHERE seq = ?', seq) as unknown as DeliveryRow | undefined
    if (row === undefined) return null
    const isGone =
      this.row("SELECT 1 FROM endpoints WHERE id = ? AND state <> 'deleted'", row.endpoint) === undefined
    if (row.state === PENDING || isGone) return false
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
    const rows = this.all(
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
    this.run(`UPDATE deliveries SET state = ${PENDING}, tries = 0, due = ? WHERE seq = ?`, due, row.seq)
    return { ...row, state: PENDING, tries: 0, due }
  }

  addEndpoint(endpoint: {
    readonly url: string
    readonly mode: string
    readonly policy: string
    readonly rate: number | null
    readonly now: number
    readonly secret: string | null
  }): { readonly id: number } {
    const { url, mode, policy, rate, now, secret } = endpoint
    const id = this.nextEndpoint++
    this.run(
      'INSERT INTO endpoints VALUES (?, ?, ?, ?, ?, ?, ?, NULL, ?)',
      id,
      url,
      mode,
      policy,
      rate,
      'enabled',
      now,
      now,
    )
    if (secret !== null) this.addSecret({ endpoint: id, secret, now, othersExpire: null })
    return { id }
  }

  /** What has become of an endpoint; `event` is kept for who asks why. */
  setEndpoint(change: {
    readonly id: number
    readonly state: string
    readonly failingSince: number | null
    readonly event: string | null
    readonly now: number
  }): void {
    const { id, state, failingSince, event, now } = change
    const since = failingSince === null ? null : Math.floor(failingSince)
    this.run(
      `UPDATE endpoints SET changed = CASE state WHEN ?2 THEN changed ELSE ?4 END, state = ?2, failing_since = ?3
       WHERE id = ?1`,
      id,
      state,
      since,
      Math.floor(now),
    )
    if (state === 'deleted') this.run('DELETE FROM secrets WHERE endpoint = ?', id)
    if (event !== null) {
      this.run('INSERT INTO events (endpoint, at, type) VALUES (?, ?, ?)', id, Math.floor(now), event)
    }
  }

  /** Adds a secret; the live ones before it end at `othersExpire` (null: they stay), those that ended are dropped. */
  addSecret(change: {
    readonly endpoint: number
    readonly secret: string
    readonly now: number
    readonly othersExpire: number | null
  }): SecretRow[] {
    const { endpoint, secret, now, othersExpire } = change
    if (othersExpire !== null) {
      const of = 'WHERE endpoint = ?1 AND (expires IS NULL OR expires > ?2)'
      this.run(`UPDATE secrets SET expires = ?2 ${of}`, endpoint, Math.floor(othersExpire))
      this.run('DELETE FROM secrets WHERE endpoint = ? AND expires <= ?', endpoint, Math.floor(now))
    }
    this.run(
      'INSERT INTO secrets (endpoint, secret, created) VALUES (?, ?, ?)',
      endpoint,
      secret,
      Math.floor(now),
    )
    return this.all(
      'SELECT * FROM secrets WHERE endpoint = ? ORDER BY id DESC',
      endpoint,
    ) as unknown as SecretRow[]
  }

  events({ endpoint }: { readonly endpoint: number }): { readonly at: number; readonly type: string }[] {
    return this.all(
      'SELECT at, type FROM events WHERE endpoint = ? ORDER BY id DESC LIMIT 20',
      endpoint,
    ) as unknown as { at: number; type: string }[]
  }

  /** Everything a service has to know before it can begin. The tag is `candidate` when the store is new. */
  start({ candidate }: { readonly candidate: string }): {
    readonly tag: string
    readonly endpoints: EndpointRow[]
    readonly secrets: SecretRow[]
  } {
    this.run("INSERT OR IGNORE INTO meta VALUES ('tag', ?)", candidate)
    return {
      tag: this.row("SELECT value FROM meta WHERE name = 'tag'")!['value'] as string,
      endpoints: this.all(
        'SELECT id, url, mode, policy, rate, state, failing_since AS failingSince, created FROM endpoints ORDER BY id',
      ) as unknown as EndpointRow[],
      secrets: this.all('SELECT * FROM secrets ORDER BY id DESC') as unknown as SecretRow[],
    }
  }

  /**
   * Removes what has ended and is older than `before` (a sequence), among the next SCAN_ROWS after `after`. Returns where
   * to go on; null when everything older has been looked at.
   */
  prune({ after, before }: { readonly after: number; readonly before: number }): {
    readonly pruned: number
    readonly next: number | null
  } {
    const rows = this.all(
      `SELECT d.seq, d.state, m.key, e.state AS endpoint FROM deliveries d JOIN messages m USING (seq)
       LEFT JOIN endpoints e ON e.id = d.endpoint WHERE d.seq > ? AND d.seq < ? ORDER BY d.seq LIMIT ${SCAN_ROWS}`,
      after,
      before,
    ) as { seq: number; state: number; key: string | null; endpoint: string | null }[]
    const ended = rows.filter(
      ({ state, endpoint }) => state !== PENDING || endpoint === null || endpoint === 'deleted',
    )
    for (const { seq } of ended) {
      this.run('DELETE FROM deliveries WHERE seq = ?', seq)
      this.run('DELETE FROM messages WHERE seq = ?', seq)
      this.run('DELETE FROM attempts WHERE seq = ?', seq)
    }
    // In the tree's order, as they came in.
    const keys = ended.flatMap(({ key, seq }) => (key === null ? [] : [{ hash: keyHash(key), seq }]))
    for (const { hash, seq } of keys.sort((a, b) => a.hash - b.hash)) {
      this.run('DELETE FROM keys WHERE hash = ? AND seq = ?', hash, seq)
    }
    if (rows.length === SCAN_ROWS) return { pruned: ended.length, next: rows.at(-1)!.seq }
    const time = acceptedAt(before)
    this.run('DELETE FROM events WHERE at < ?', time)
    this.run("DELETE FROM endpoints WHERE state = 'deleted' AND changed < ?", time)
    return { pruned: ended.length, next: null }
  }

  /** Messages by state, with a scan: for tests and tools. */
  census(_all: object): { readonly pending: number; readonly delivered: number; readonly dead: number } {
    const count = (state: number): number =>
      this.number(`SELECT count(*) AS n FROM deliveries WHERE state = ${state}`) ?? 0
    return { pending: count(PENDING), delivered: count(DELIVERED), dead: count(DEAD) }
  }

  private mergeSlice(): void {
    const slice = this.recent.slice(MERGE_SLICE)
    if (slice === null) return
    for (const hash of slice.hashes) {
      this.run('INSERT OR REPLACE INTO keys VALUES (?, ?)', hash, this.recent.get(hash)!)
    }
    if (slice.last) this.run("INSERT OR REPLACE INTO meta VALUES ('keys_through', ?)", slice.through)
    this.merging = { count: slice.hashes.length, last: slice.last }
  }

  private readRecentKeys(): void {
    const through = this.number("SELECT value AS n FROM meta WHERE name = 'keys_through'") ?? 0
    const rows = this.statement('SELECT seq, key FROM messages WHERE seq > ? AND key IS NOT NULL').iterate(
      through,
    )
    for (const { seq, key } of rows as Iterable<{ seq: number; key: string }>) {
      let hash = keyHash(key)
      // As `accept` placed it: behind other keys of the same hash.
      while (this.recent.get(hash) !== undefined) hash++
      this.recent.add(hash, seq)
    }
  }

  private statement(sql: string): StatementSync {
    let statement = this.prepared.get(sql)
    if (statement === undefined) this.prepared.set(sql, (statement = this.db.prepare(sql)))
    return statement
  }

  private run(sql: string, ...values: SQLInputValue[]): void {
    this.statement(sql).run(...values)
  }

  private row(sql: string, ...values: SQLInputValue[]): Record<string, unknown> | undefined {
    return this.statement(sql).get(...values)
  }

  private all(sql: string, ...values: SQLInputValue[]): Record<string, unknown>[] {
    return this.statement(sql).all(...values)
  }

  private number(sql: string): number | null {
    return (this.row(sql)?.['n'] ?? null) as number | null
  }
}

function open(path: string, options: DatabaseOptions): DatabaseSync {
  const { synchronous = 'FULL', checkpointPages = CHECKPOINT_PAGES, maxPages } = options
  const db = new DatabaseSync(path)
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE')
    db.exec('PRAGMA journal_mode = WAL')
    db.exec(`PRAGMA synchronous = ${synchronous}`)
    db.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}`)
    db.exec('PRAGMA cache_size = -32768')
    // Takes the lock, and keeps it.
    db.exec('BEGIN IMMEDIATE')
    const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number }
    if (version === 0) db.exec(`${SCHEMA}; PRAGMA user_version = ${SCHEMA_VERSION}`)
    db.exec('COMMIT')
    if (version !== 0 && version !== SCHEMA_VERSION) {
      throw new StoreNotOpened(`${path} is of version ${version}, this program reads ${SCHEMA_VERSION}`)
    }
    if (maxPages !== undefined) db.exec(`PRAGMA max_page_count = ${maxPages}`)
    return db
  } catch (error) {
    db.close()
    if ((error as { errcode?: number }).errcode === 5) {
      throw new StoreNotOpened(`another server has ${path}`, { cause: error })
    }
    throw error
  }
}
