/**
 * Files of a folder that belong together: replaced together, and read together.
 *
 * All are written elsewhere first, where a disk that is full or an end that comes too early leaves the old ones as they are.
 * Then each is given its name, and for as long as that takes a file in the folder says that it is unfinished: whoever reads
 * sees the old files, the new ones, or is told so. Other files of the folder are left alone.
 */
import { randomUUID } from 'node:crypto'
import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { makeFolder } from '../../engines/disk/folder.ts'
import { RunFolderError } from './folder.ts'
import { telling } from './told.ts'

/** Where the new files are until all are there. */
const FRESH = '.new'
const UNFINISHED = 'UNFINISHED.txt'
const WHY =
  'The files of this folder are being replaced, or whoever did so was stopped: they may be of two runs. Run it again.\n'

export interface FolderFile {
  /** Relative to the folder. */
  readonly name: string
  readonly bytes: string | Uint8Array
}

/**
 * Replaces files of the folder, which is made where it is missing, and removes those that are `over`: an earlier one's,
 * which has none of these names now. The folder is claimed, or nobody else's. Throws `RunFolderError`.
 */
export async function replaceFiles(
  dir: string,
  files: readonly FolderFile[],
  over: readonly string[] = [],
): Promise<void> {
  const fresh = join(dir, FRESH)
  const staged = [{ name: UNFINISHED, bytes: WHY }, ...files]
  await telling(dir, async () => {
    await rm(fresh, { recursive: true, force: true })
    try {
      for (const { name, bytes } of staged) {
        for (const place of [dir, fresh]) makeFolder(dirname(join(place, name)))
        // On the disk before it has its name, or a power cut could leave the name alone.
        await writeFile(join(fresh, name), bytes, { flush: true })
      }
    } catch (error) {
      await rm(fresh, { recursive: true, force: true }).catch(() => {})
      throw error
    }
  })
  for (const { name } of staged) {
    const path = join(dir, name)
    await telling(path, () => rename(join(fresh, name), path))
  }
  await telling(dir, async () => {
    for (const name of over) await rm(join(dir, name), { force: true })
    await rm(join(dir, UNFINISHED))
    await rm(fresh, { recursive: true, force: true })
  })
}

/** Replaces one file, such that whoever reads it sees the old one or the new one. Throws `RunFolderError`. */
export const replaceFile = (path: string, bytes: string | Uint8Array): Promise<void> =>
  telling(path, async () => {
    const fresh = join(dirname(path), `.${basename(path)}.${randomUUID()}`)
    try {
      await writeFile(fresh, bytes, { flush: true })
      await rename(fresh, path)
    } catch (error) {
      await rm(fresh, { force: true }).catch(() => {})
      throw error
    }
  })

/**
 * What is read of a folder, all of it of one state: read again where the files were replaced meanwhile. `file` is one that
 * is replaced with them each time. Throws `RunFolderError` where they are being replaced.
 */
export async function readWhole<T>(dir: string, file: string, read: () => Promise<T>): Promise<T> {
  for (;;) {
    const before = await identityOf(join(dir, file))
    if (await isUnfinished(dir)) {
      throw new RunFolderError(
        dir,
        'is unfinished: a run replaces its files now, or was stopped when it did; run it again',
      )
    }
    const [result] = await Promise.allSettled([read()])
    // A name is given while the folder is unfinished, so it is looked at in the other order.
    if ((await isUnfinished(dir)) || (await identityOf(join(dir, file))) !== before) continue
    if (result.status === 'rejected') throw result.reason
    return result.value
  }
}

const isUnfinished = async (dir: string): Promise<boolean> =>
  (await identityOf(join(dir, UNFINISHED))) !== null

/** Which file has this name: each that is written anew is another. Null where none can be seen. */
async function identityOf(path: string): Promise<string | null> {
  try {
    const { ino, mtimeNs } = await stat(path, { bigint: true })
    return `${ino} ${mtimeNs}`
  } catch {
    return null
  }
}
