/** Idempotency keys: the new ones in memory, the others in their tree, and the merge from here to there. */
import { keyHash, RecentKeys } from './recent-keys.ts'
import type { Statements } from './statements.ts'

/** Keys merged into the tree with one transaction, at least; */
const MERGE_SLICE = 1024
/** and so many for each key that is new in it, so that a merge ends before the next one is due. */
const MERGE_SPEED = 2
/** Accepts after which it is written down again from where on keys are in memory alone: few messages may have one. */
const MARK_AT = 65_536

/** The message that a key was used with. */
export interface KeyedMessage {
  readonly seq: number
  readonly row: { readonly endpoint: number; readonly body: string }
}

export class KeyTable {
  /** Merges that became complete. */
  merges = 0
  private merging: { readonly count: number; readonly last: boolean } | null = null
  private marking = false
  /** Keys since the last slice. */
  private added = 0
  /** Accepts since the last mark; the first transaction writes one. */
  private unmarked = MARK_AT
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
    this.added++
  }

  /** Forgets the keys of messages that are no more. */
  remove(keys: readonly { readonly key: string; readonly seq: number }[]): void {
    // In the tree's order, as they came in.
    const hashes = keys.map(({ key, seq }) => ({ hash: keyHash(key), seq })).sort((a, b) => a.hash - b.hash)
    for (const { hash, seq } of hashes) {
      this.sql.run('DELETE FROM keys WHERE hash = ? AND seq = ?', hash, seq)
    }
  }

  /** A message was accepted, with a key or without. */
  count(): void {
    this.unmarked++
  }

  /** Writes the next slice of a merge, within the transaction that is open. `last`: the newest message. */
  merge(last: number): void {
    const slice = this.recent.slice(Math.max(MERGE_SLICE, MERGE_SPEED * this.added))
    this.added = 0
    if (slice === null) return this.mark(last)
    for (const hash of slice.hashes) {
      this.sql.run('INSERT OR REPLACE INTO keys VALUES (?, ?)', hash, this.recent.get(hash)!)
    }
    if (slice.last) this.writeThrough(slice.through)
    this.merging = { count: slice.hashes.length, last: slice.last }
  }

  /** What `merge` wrote is durable. */
  committed(): void {
    if (this.marking) this.unmarked = 0
    this.marking = false
    if (this.merging === null) return
    this.recent.done(this.merging.count, this.merging.last)
    if (this.merging.last) this.merges++
    this.merging = null
  }

  /** What `merge` wrote is gone. Keys added since name messages that are not there: `find` takes them for free. */
  rolledBack(): void {
    this.merging = null
    this.marking = false
  }

  /** Keys up to just before the oldest in memory are in the tree: the next start need not look for them. */
  private mark(last: number): void {
    if (this.unmarked < MARK_AT) return
    this.marking = true
    this.writeThrough(Math.min(last, this.recent.oldest() - 1))
  }

  private writeThrough(seq: number): void {
    this.sql.run("INSERT OR REPLACE INTO meta VALUES ('keys_through', ?)", seq)
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
