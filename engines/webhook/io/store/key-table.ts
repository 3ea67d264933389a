/** Idempotency keys: the new ones in memory, the others in their tree, and the merge from here to there. */
import { keyHash, RecentKeys } from './recent-keys.ts'
import type { Statements } from './statements.ts'

/** Keys merged into the tree with one transaction. */
const MERGE_SLICE = 1024

/** The message that a key was used with. */
export interface KeyedMessage {
  readonly seq: number
  readonly row: { readonly endpoint: number; readonly body: string }
}

export class KeyTable {
  /** Merges that became complete. */
  merges = 0
  private merging: { readonly count: number; readonly last: boolean } | null = null
  private readonly sql: Statements
  private readonly recent: RecentKeys

  /** `mergeAt`: keys collected before they are merged. */
  constructor(sql: Statements, mergeAt: number | undefined) {
    this.sql = sql
    this.recent = new RecentKeys(mergeAt)
    this.readRecent()
  }

  /** The message that has this key, or null and the hash under which one may `add` it. */
  find(key: string): { readonly hash: number; readonly message: KeyedMessage | null } {
    for (let hash = keyHash(key); ; hash++) {
      const tree = 'SELECT seq FROM keys WHERE hash = ?'
      const seq = this.recent.get(hash) ?? (this.sql.row(tree, hash)?.['seq'] as number | undefined)
      if (seq === undefined) return { hash, message: null }
      const row = this.sql.row('SELECT endpoint, key, body FROM messages WHERE seq = ?', seq)
      // Its message was pruned, or rolled back: the key is free again.
      if (row === undefined) return { hash, message: null }
      if (row['key'] === key) {
        return { hash, message: { seq, row: row as unknown as KeyedMessage['row'] } }
      }
      // Another key of the same hash: look behind it.
    }
  }

  add(hash: number, seq: number): void {
    this.recent.add(hash, seq)
  }

  /** Forgets the keys of messages that are no more. */
  remove(keys: readonly { readonly key: string; readonly seq: number }[]): void {
    // In the tree's order, as they came in.
    const hashes = keys.map(({ key, seq }) => ({ hash: keyHash(key), seq })).sort((a, b) => a.hash - b.hash)
    for (const { hash, seq } of hashes) {
      this.sql.run('DELETE FROM keys WHERE hash = ? AND seq = ?', hash, seq)
    }
  }

  /** Writes the next slice of a merge, within the transaction that is open. */
  merge(): void {
    const slice = this.recent.slice(MERGE_SLICE)
    if (slice === null) return
    for (const hash of slice.hashes) {
      this.sql.run('INSERT OR REPLACE INTO keys VALUES (?, ?)', hash, this.recent.get(hash)!)
    }
    if (slice.last) this.sql.run("INSERT OR REPLACE INTO meta VALUES ('keys_through', ?)", slice.through)
    this.merging = { count: slice.hashes.length, last: slice.last }
  }

  /** What `merge` wrote is durable. */
  committed(): void {
    if (this.merging === null) return
    this.recent.done(this.merging.count, this.merging.last)
    if (this.merging.last) this.merges++
    this.merging = null
  }

  /** What `merge` wrote is gone. Keys added since name messages that are not there: `find` takes them for free. */
  rolledBack(): void {
    this.merging = null
  }

  private readRecent(): void {
    const through = this.sql.number("SELECT value AS n FROM meta WHERE name = 'keys_through'") ?? 0
    const rows = this.sql.each('SELECT seq, key FROM messages WHERE seq > ? AND key IS NOT NULL', through)
    for (const { seq, key } of rows as Iterable<{ seq: number; key: string }>) {
      let hash = keyHash(key)
      // As `find` placed it: behind other keys of the same hash.
      while (this.recent.get(hash) !== undefined) hash++
      this.recent.add(hash, seq)
    }
  }
}
