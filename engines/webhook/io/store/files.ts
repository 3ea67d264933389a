/** The store's folder and file, as they come to be. */
import { closeSync, existsSync, openSync } from 'node:fs'
import { makeFolder } from '../../../disk/folder.ts'
import { StoreNotOpened } from './statements.ts'

/**
 * Makes the folder, and those above it, where they are missing, for the owner alone. SQLite syncs the folder that its
 * files are in; the names of the folders themselves are nobody's but ours to sync. @throws StoreNotOpened
 */
export function makeStoreFolder(path: string): void {
  try {
    makeFolder(path, 0o700)
  } catch (cause) {
    throw new StoreNotOpened((cause as Error).message, { cause })
  }
}

/**
 * Makes an empty file for the owner alone, where there is none: it will hold secrets, and SQLite gives its log the same
 * mode. One that is there is not even opened: closing it again would drop the locks of a store that this process has
 * open on it (POSIX: a process's locks on a file go with any of its descriptors), and let another process in. A link
 * may lead to where there is none yet: SQLite would make that one for everybody to read. @throws StoreNotOpened
 */
export function makeFile(path: string): void {
  try {
    if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600))
  } catch (cause) {
    throw new StoreNotOpened(`cannot make ${path}: ${(cause as Error).message}`, { cause })
  }
}
