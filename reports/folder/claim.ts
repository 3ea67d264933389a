/**
 * A folder that something is to be written to is tried before anything is measured: an hour of simulation must not end at
 * a disk that is full, a file where the folder should be, or another run that writes the same report. A run's own is
 * claimed as well.
 *
 * The claim is a lock, which goes with the process. Beside it lies a file that names the process, for whoever is refused.
 */
import { readFileSync } from 'node:fs'
import { open, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '../../engines/disk/folder.ts'
import { lockFile, Locked, type Lock } from '../../engines/disk/lock.ts'
import { RunFolderError } from './folder.ts'
import { telling } from './told.ts'

const HOLDER = '.in-use'
const LOCK = `${HOLDER}.lock`
/** A report is smaller than this; when so much can be written now, it most likely can be later. */
const ROOM = 4 * 1024 * 1024

export interface FolderClaim {
  /** Gives the folder back; never fails. */
  release(): Promise<void>
}

/** Makes the folder and tries it out. Throws `RunFolderError` that names what is in the way. */
export const tryFolder = (dir: string): Promise<void> =>
  telling(dir, () => {
    makeFolder(dir)
    return tryOut(join(dir, `${HOLDER}.room`))
  })

/** The same, and claims it until it is released or the process ends. */
export const claimFolder = (dir: string): Promise<FolderClaim> =>
  telling(dir, async () => {
    makeFolder(dir)
    const lock = take(dir)
    const holder = join(dir, HOLDER)
    const release = async (): Promise<void> => {
      await rm(holder, { force: true }).catch(() => {})
      try {
        lock.remove()
      } catch {
        // It is given back all the same; only its file could not be taken away.
      }
    }
    try {
      await writeFile(holder, String(process.pid))
      await tryOut(join(dir, `${HOLDER}.room`))
    } catch (error) {
      await release()
      throw error
    }
    return { release }
  })

function take(dir: string): Lock {
  try {
    return lockFile(join(dir, LOCK))
  } catch (cause) {
    if (cause instanceof Locked) {
      const pid = holderOf(dir)
      // A file system without locks says the same as a lock that another has.
      const who = pid === '' ? ', or lies where no file can be locked' : `, process ${pid}`
      throw new RunFolderError(dir, `is in use by another run${who}`, { cause })
    }
    const { code, message } = cause as NodeJS.ErrnoException
    // The system's own word for it is told by `telling`.
    if (code !== 'ERR_SQLITE_ERROR') throw cause
    throw new RunFolderError(join(dir, LOCK), `cannot be locked: ${message}`, { cause })
  }
}

/** The process that has it, by its own word; empty where it has not said so yet. */
function holderOf(dir: string): string {
  try {
    return /^\d+/.exec(readFileSync(join(dir, HOLDER), 'utf8'))?.[0] ?? ''
  } catch {
    return ''
  }
}

async function tryOut(path: string): Promise<void> {
  try {
    await using file = await open(path, 'w')
    await file.writeFile(new Uint8Array(ROOM))
    await file.sync()
  } finally {
    await rm(path, { force: true })
  }
}
