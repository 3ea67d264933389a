/** The store's file, opened, and its statements, each prepared once. */
import { existsSync, realpathSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { rewriteInPlace } from '../../../disk/rewrite.ts'
import { MIGRATIONS, SCHEMA, SCHEMA_VERSION } from './schema.ts'

/** Pages in the log before it is copied into the file: 16 MiB. */
const CHECKPOINT_PAGES = 4096

/** SQLITE_BUSY, SQLITE_FULL */
const BUSY = 5
const FULL = 13
/** SQLITE_PERM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN and NOTADB: no fault of a statement. */
const OF_THE_FILE = new Set([3, 8, 10, 11, FULL, 14, 26])

/** What the system says where there is no room. */
const NO_ROOM = new Set(['ENOSPC', 'EDQUOT'])

/** What a file is opened with. Everything but FULL loses accepted messages in a power cut: for tests that show it. */
export interface FileOptions {
  readonly synchronous?: 'FULL' | 'NORMAL' | 'OFF'
  readonly checkpointPages?: number
  /** Size of the file at most, pages of 4 KiB: for tests of a full disk. */
  readonly maxPages?: number
}

/** Another process has this folder, or the file is of another version, is none, or cannot be had. */
export class StoreNotOpened extends Error {
  override readonly name = 'StoreNotOpened'
}

export class Statements {
  readonly db: DatabaseSync
  /** Statements executed so far. */
  executed = 0
  private readonly prepared = new Map<string, StatementSync>()

  /** Opens or makes the file. @throws StoreNotOpened */
  constructor(path: string, options: FileOptions) {
    this.db = open(path, options)
  }

  /** Returns how many rows it changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.statement(sql).run(...values).changes)
  }

  row(sql: string, ...values: SQLInputValue[]): Record<string, unknown> | undefined {
    return this.statement(sql).get(...values)
  }

  all(sql: string, ...values: SQLInputValue[]): Record<string, unknown>[] {
    return this.statement(sql).all(...values)
  }

  /** One row after the other. */
  each(sql: string, ...values: SQLInputValue[]): Iterable<Record<string, unknown>> {
    return this.statement(sql).iterate(...values)
  }

  /** The column `n` of one row. */
  number(sql: string): number | null {
    return (this.row(sql)?.['n'] ?? null) as number | null
  }

  private statement(sql: string): StatementSync {
    this.executed++
    let statement = this.prepared.get(sql)
    if (statement === undefined) this.prepared.set(sql, (statement = this.db.prepare(sql)))
    return statement
  }
}

function open(path: string, options: FileOptions): DatabaseSync {
  const { synchronous = 'FULL', checkpointPages = CHECKPOINT_PAGES, maxPages } = options
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path)
    db.exec('PRAGMA locking_mode = EXCLUSIVE')
    db.exec('PRAGMA journal_mode = WAL')
    db.exec(`PRAGMA synchronous = ${synchronous}`)
    db.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}`)
    db.exec('PRAGMA cache_size = -32768')
    // Takes the lock, and keeps it.
    db.exec('BEGIN IMMEDIATE')
    const isSettled = settleLog(path)
    const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number }
    if (version > SCHEMA_VERSION) {
      throw new StoreNotOpened(`${path} is of version ${version}, this program reads ${SCHEMA_VERSION}`)
    }
    if (version === 0) db.exec(SCHEMA)
    else for (let old = version; old < SCHEMA_VERSION; old++) db.exec(MIGRATIONS[old]!)
    if (version < SCHEMA_VERSION) db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`)
    db.exec('COMMIT')
    if (maxPages !== undefined) db.exec(`PRAGMA max_page_count = ${maxPages}`)
    if (isSettled) copyLog(db)
    return db
  } catch (error) {
    db?.close()
    const { errcode = 0, message } = error as Error & { readonly errcode?: number }
    if (errcode === BUSY) throw new StoreNotOpened(`another server has ${path}`, { cause: error })
    if (OF_THE_FILE.has(errcode & 0xff)) throw new StoreNotOpened(`${path}: ${message}`, { cause: error })
    throw error
  }
}

/**
 * Puts what a dead server left in its log on the disk. It may have ended because a sync failed, and then what is read
 * from the log may be in the kernel's memory alone, where no later sync finds it to be written: it would be promised
 * again (a repeated key has its answer) and be lost in a power cut. Nor would it be safe to copy into the file: SQLite
 * syncs the log before, so that a copy that is cut short is done again from it, and where that sync leaves something
 * out, a file of two ages is left. So the log is written anew first, under the lock that is held by now.
 *
 * Returns whether it was: on a full disk, a file system that writes nothing in place may have no room for that.
 */
function settleLog(path: string): boolean {
  // Beside the file itself, where the name is a link's.
  const log = `${realpathSync(path)}-wal`
  try {
    if (existsSync(log)) rewriteInPlace(log)
    return true
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException
    if (NO_ROOM.has(code)) return false
    throw new StoreNotOpened(`${log}: ${message}`, { cause })
  }
}

/** Copies the log into the file. */
function copyLog(db: DatabaseSync): void {
  try {
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  } catch (error) {
    // No room for the copy: the log stays, as it does at any other checkpoint.
    if ((error as { errcode?: number }).errcode !== FULL) throw error
  }
}
