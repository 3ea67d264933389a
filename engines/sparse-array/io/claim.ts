/** A directory belongs to one server at a time: two would write into one log, and each start removes what looks unfinished. */
import { join } from 'node:path'
import { lockFile, Locked } from '../../disk/lock.ts'

const LOCK = 'lock'

/** The directory is another server's, or no lock can be had in it. */
export class DirectoryNotClaimed extends Error {
  override readonly name = 'DirectoryNotClaimed'
}

export interface Claim {
  release(): void
}

/** Claims a directory that exists until it is released or the process ends. Throws DirectoryNotClaimed. */
export function claimDirectory(path: string): Claim {
  const file = join(path, LOCK)
  try {
    return lockFile(file)
  } catch (cause) {
    const why =
      cause instanceof Locked ? `another server has ${path}` : `${file}: ${(cause as Error).message}`
    throw new DirectoryNotClaimed(why, { cause })
  }
}
