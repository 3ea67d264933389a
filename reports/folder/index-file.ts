/**
 * `out/index.html`: ours to replace only where we wrote it. A folder of runs may be a site that has an index of its own.
 */
import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { tryFolder } from './claim.ts'
import { RunFolderError } from './folder.ts'
import { telling } from './told.ts'

export const INDEX_TITLE = 'flowbench: runs'
/** The title of a page of ours stands within so many bytes. */
const HEAD_BYTES = 16 * 1024

export const indexIn = (out: string): string => join(out, 'index.html')

/** Tries whether an index can be written into this folder, which is made where it is missing. Throws `RunFolderError`. */
export async function tryIndex(out: string): Promise<void> {
  await tryFolder(out)
  await refuseForeign(out)
}

/** Throws `RunFolderError` where there is an index that is not ours. An empty one is nobody's. */
export const refuseForeign = (out: string): Promise<void> => {
  const path = indexIn(out)
  return telling(path, async () => {
    const found = await stat(path).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw error
    })
    if (found === null) return
    if (found.isDirectory()) throw new RunFolderError(path, 'cannot be written to: a folder is in the way')
    if (found.isFile() && (found.size === 0 || (await isOurs(path)))) return
    throw new RunFolderError(
      path,
      'was not written by flowbench and is not replaced: move it, or keep the runs in another folder',
    )
  })
}

async function isOurs(path: string): Promise<boolean> {
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(HEAD_BYTES) })
  return buffer.toString('utf8', 0, bytesRead).includes(`<title>${INDEX_TITLE}</title>`)
}
