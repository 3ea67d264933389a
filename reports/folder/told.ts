/** What the system says of a place, as one line that names it. */
import { RunFolderError } from './folder.ts'

/** Throws `RunFolderError` where the system refuses what is done; any other error as it is. */
export async function telling<T>(place: string, does: () => T | Promise<T>): Promise<T> {
  try {
    return await does()
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (cause instanceof RunFolderError || code === undefined) throw cause
    throw new RunFolderError(place, `cannot be written to: ${REASONS[code] ?? String(cause)}`, { cause })
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
