/** The store's folder and file, as they come to be. */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { StoreNotOpened } from './statements.ts'

/** What is said where a folder cannot be synced; any other failure is the disk's. */
const UNSYNCED = new Set(['EACCES', 'EPERM', 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP'])

/**
 * Makes a folder, and those above it, where they are missing: one by one, as Node's `recursive` never ends where the
 * system makes none (`/proc/x`). SQLite syncs the folder that its files are in; the names of the folders themselves are
 * nobody's but ours to sync, and without them a power cut takes all that is inside. @throws StoreNotOpened
 */
export function makeFolder(path: string): void {
  const missing: string[] = []
  for (let at = resolve(path); !existsSync(at); at = dirname(at)) missing.unshift(at)
  try {
    for (const folder of missing) {
      mkdirUnlessThere(folder)
      syncFolder(dirname(folder))
    }
    // Fails where it is a link that leads nowhere.
    if (statSync(path).isDirectory()) return
  } catch (cause) {
    throw new StoreNotOpened(`cannot make the folder ${path}: ${(cause as Error).message}`, { cause })
  }
  throw new StoreNotOpened(`${path} is no folder`)
}

function mkdirUnlessThere(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** Where that can be done: a folder may be one that is not to be listed, or of a file system that syncs none. */
function syncFolder(path: string): void {
  try {
    const open = openSync(path, 'r')
    try {
      fsyncSync(open)
    } finally {
      closeSync(open)
    }
  } catch (error) {
    if (!UNSYNCED.has((error as NodeJS.ErrnoException).code ?? '')) throw error
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
