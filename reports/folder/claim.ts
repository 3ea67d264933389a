/**
 * A folder that something is to be written to is tried before anything is measured: an hour of simulation must not end at
 * a disk that is full, a file where the folder should be, or another run that writes the same report. A run's own is
 * claimed as well.
 *
 * The claim is a file that names the process holding it. It goes with the run; one left behind by a process that is gone
 * is taken over.
 */
import { open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '../../engines/disk/folder.ts'
import { RunFolderError } from './folder.ts'

const CLAIM = '.in-use'
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
    return tryOut(join(dir, `${CLAIM}.room`))
  })

/** The same, and claims it. */
export const claimFolder = (dir: string): Promise<FolderClaim> =>
  telling(dir, async () => {
    makeFolder(dir)
    const claim = join(dir, CLAIM)
    await take(dir, claim)
    try {
      await tryOut(join(dir, `${CLAIM}.room`))
    } catch (error) {
      await rm(claim, { force: true })
      throw error
    }
    return { release: () => rm(claim, { force: true }).catch(() => {}) }
  })

/** What the system says of a folder, as one line that names it. */
async function telling<T>(dir: string, does: () => Promise<T>): Promise<T> {
  try {
    return await does()
  } catch (cause) {
    if (cause instanceof RunFolderError) throw cause
    const { code } = cause as NodeJS.ErrnoException
    throw new RunFolderError(dir, `cannot be written to: ${REASONS[code ?? ''] ?? String(cause)}`, { cause })
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left',
  EDQUOT: 'the quota is used up',
  ENOENT: 'no folder can be made there',
  ENOTDIR: 'a file is in the way',
  EEXIST: 'a file is in the way',
  EISDIR: 'a folder is in the way',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'the links go round in a circle',
}

async function take(dir: string, claim: string): Promise<void> {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      await using file = await open(claim, 'wx')
      await file.writeFile(String(process.pid))
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = Number(await readFile(claim, 'utf8').catch(() => ''))
    if (isRunning(holder)) throw new RunFolderError(dir, `is in use by another run, process ${holder}`)
    await rm(claim, { force: true })
  }
  throw new RunFolderError(dir, 'is in use by another run')
}

function isRunning(pid: number): boolean {
  if (!(Number.isInteger(pid) && pid > 0)) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
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
