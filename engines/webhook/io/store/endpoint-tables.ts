/** Endpoints, their secrets and what has become of them, in the store. */
import type { EndpointRow, SecretRow } from './rows.ts'
import type { Statements } from './statements.ts'

export class EndpointTables {
  private readonly sql: Statements
  private next: number

  constructor(sql: Statements) {
    this.sql = sql
    const pruned = sql.number("SELECT value AS n FROM meta WHERE name = 'last_endpoint'") ?? 0
    this.next = Math.max(sql.number('SELECT max(id) AS n FROM endpoints') ?? 0, pruned) + 1
  }

  add(endpoint: {
    readonly url: string
    readonly mode: string
    readonly policy: string
    readonly rate: number | null
    readonly now: number
    readonly secret: string | null
  }): { readonly id: number } {
    const { url, mode, policy, rate, now, secret } = endpoint
    const id = this.next++
    this.sql.run(
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

  /** What has become of an endpoint; `event` is kept for who asks why. One that is deleted stays so. */
  set(change: {
    readonly id: number
    readonly state: string
    readonly failingSince: number | null
    readonly event: string | null
    readonly now: number
  }): void {
    const { id, state, failingSince, event, now } = change
    if (this.isDeleted(id)) return
    const since = failingSince === null ? null : Math.floor(failingSince)
    this.sql.run(
      `UPDATE endpoints SET changed = CASE state WHEN ?2 THEN changed ELSE ?4 END, state = ?2, failing_since = ?3
       WHERE id = ?1`,
      id,
      state,
      since,
      Math.floor(now),
    )
    if (state === 'deleted') this.sql.run('DELETE FROM secrets WHERE endpoint = ?', id)
    if (event !== null) {
      this.sql.run('INSERT INTO events (endpoint, at, type) VALUES (?, ?, ?)', id, Math.floor(now), event)
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
      this.sql.run(`UPDATE secrets SET expires = ?2 ${of}`, endpoint, Math.floor(othersExpire))
      this.sql.run('DELETE FROM secrets WHERE endpoint = ? AND expires <= ?', endpoint, Math.floor(now))
    }
    this.sql.run(
      'INSERT INTO secrets (endpoint, secret, created) VALUES (?, ?, ?)',
      endpoint,
      secret,
      Math.floor(now),
    )
    return this.sql.all(
      'SELECT * FROM secrets WHERE endpoint = ? ORDER BY id DESC',
      endpoint,
    ) as unknown as SecretRow[]
  }

  events({ endpoint }: { readonly endpoint: number }): { readonly at: number; readonly type: string }[] {
    return this.sql.all(
      'SELECT at, type FROM events WHERE endpoint = ? ORDER BY id DESC LIMIT 20',
      endpoint,
    ) as unknown as { at: number; type: string }[]
  }

  all(): EndpointRow[] {
    return this.sql.all(
      'SELECT id, url, mode, policy, rate, state, failing_since AS failingSince, changed, created FROM endpoints ORDER BY id',
    ) as unknown as EndpointRow[]
  }

  secrets(): SecretRow[] {
    return this.sql.all('SELECT * FROM secrets ORDER BY id DESC') as unknown as SecretRow[]
  }

  isDeleted(id: number): boolean {
    return this.sql.row("SELECT 1 FROM endpoints WHERE id = ? AND state <> 'deleted'", id) === undefined
  }

  /**
   * Forgets events, and endpoints that were deleted, before `time`, ms. Their ids are not given again: what a producer
   * still sends to one would reach somebody else.
   */
  prune(time: number): void {
    this.sql.run(
      `INSERT INTO meta VALUES ('last_endpoint', ?1)
       ON CONFLICT (name) DO UPDATE SET value = ?1 WHERE value <> ?1`,
      this.next - 1,
    )
    this.sql.run('DELETE FROM events WHERE at < ?', time)
    this.sql.run("DELETE FROM endpoints WHERE state = 'deleted' AND changed < ?", time)
  }
}
