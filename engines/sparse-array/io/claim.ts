/**
 * A directory belongs to one server at a time: two would write into one log, and each start removes what looks unfinished.
 *
 * The claim is SQLite's lock on a file of its own, which the kernel drops with the process, however that ends. A file that
 * names a process would have to be taken over from one that is gone, and cannot tell that from one in another container.
 */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

const LOCK = 'lock'
const BUSY = 5

/** The directory is another server's, or no lock can be had in it. */
export class DirectoryNotClaimed extends Error {
  override readonly name = 'DirectoryNotClaimed'
}

export interface Claim {
  release(): void
}

/** Claims a directory that exists until it is released or the process ends. Throws DirectoryNotClaimed. */
export function claimDirectory(path: string): Claim {
  let lock: DatabaseSync | null = null
  try {
    lock = new DatabaseSync(join(path, LOCK))
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (cause) {
    lock?.close()
    const { errcode, message } = cause as { readonly errcode?: number; readonly message: string }
    throw new DirectoryNotClaimed(
      errcode === BUSY ? `another server has ${path}` : `${join(path, LOCK)}: ${message}`,
      { cause },
    )
  }
  return { release: () => lock.close() }
}
