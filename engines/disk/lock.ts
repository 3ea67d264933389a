/**
 * A lock on a file of its own, which one process has at a time.
 *
 * It is SQLite's, and the kernel drops it with the process, however that ends. A file that names a process would have to be
 * taken over from one that is gone: two may do so at once, a number may by then be another process's, and one in another
 * container cannot be told from one that is gone.
 *
 * A file may be taken away with its lock. Whoever had opened it by then would lock what has no name any more, while the
 * next one makes the file anew; so a lock counts only where its file still has the name, and is tried for again where it
 * has not.
 */
import { closeSync, openSync, rmSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

const BUSY = 5

/** Another process has the lock, or another part of this one. */
export class Locked extends Error {
  override readonly name = 'Locked'
}

export interface Lock {
  /** Gives it back; the file stays. */
  release(): void
  /** Gives it back and takes the file away. */
  remove(): void
}

/** Locks a file, which is made where it is missing. @throws Locked, or the error of the system or of SQLite */
export function lockFile(path: string): Lock {
  for (;;) {
    const before = identityOf(path)
    if (before === null) {
      // Only where there is none: to close a file drops every lock that this process has on it.
      closeSync(openSync(path, 'a'))
      continue
    }
    const lock = locked(path)
    if (identityOf(path) === before) {
      return {
        release: () => lock.close(),
        remove: () => {
          try {
            rmSync(path, { force: true })
          } finally {
            lock.close()
          }
        },
      }
    }
    lock.close()
  }
}

function locked(path: string): DatabaseSync {
  const lock = new DatabaseSync(path)
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return lock
  } catch (cause) {
    lock.close()
    if ((cause as { readonly errcode?: number }).errcode !== BUSY) throw cause
    throw new Locked(`another process has ${path}`, { cause })
  }
}

/** Which file has this name; null where none has. A number is given again, so the time of birth is looked at as well. */
function identityOf(path: string): string | null {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found === undefined ? null : `${found.dev} ${found.ino} ${found.birthtimeNs}`
}
