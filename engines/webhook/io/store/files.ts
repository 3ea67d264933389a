/** The store's folder and file, as they come to be. */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/**
 * Makes a folder, and those above it, where they are missing. SQLite syncs the folder that its files are in; the names
 * of the folders themselves are nobody's but ours to sync, and without them a power cut takes all that is inside.
 */
export function makeFolder(path: string): void {
  const parents: string[] = []
  for (let at = resolve(path); !existsSync(at); at = dirname(at)) parents.push(dirname(at))
  mkdirSync(path, { recursive: true, mode: 0o700 })
  for (const parent of parents) {
    const open = openSync(parent, 'r')
    fsyncSync(open)
    closeSync(open)
  }
}

/**
 * Makes an empty file for the owner alone, where there is none: it will hold secrets, and SQLite gives its log the same
 * mode. One that is there is not even opened: closing it again would drop the locks of a store that this process has
 * open on it (POSIX: a process's locks on a file go with any of its descriptors), and let another process in.
 */
export function makeFile(path: string): void {
  try {
    closeSync(openSync(path, 'ax', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
