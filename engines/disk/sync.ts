/** What is on the disk, and not in the system's memory alone. */
import { closeSync, fsyncSync, openSync } from 'node:fs'

/** What is said where a folder cannot be synced; any other failure is the disk's. */
const UNSYNCED = new Set(['EACCES', 'EPERM', 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP'])

/** Syncs what has this name, which need not be anything that may be written. */
export function syncAt(path: string, sync: (file: number) => void): void {
  const file = openSync(path, 'r')
  try {
    sync(file)
  } finally {
    closeSync(file)
  }
}

/**
 * Makes the names in a folder survive a power cut, where that can be done: it may be one that is not to be listed, or of
 * a file system that syncs none.
 */
export function syncFolder(path: string): void {
  try {
    syncAt(path, fsyncSync)
  } catch (error) {
    if (!UNSYNCED.has((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}
