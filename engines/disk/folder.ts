/**
 * Folders, made where they are missing: one by one from the first that is there, as Node's `recursive` never ends where
 * the system makes none (`/proc/x`). A folder is a name in its parent: unsynced, a power cut takes it away with all that
 * was synced inside.
 */
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { syncFolder } from './sync.ts'

/** The system makes no folder there, or what has its name is none. */
export class NoFolder extends Error {
  override readonly name = 'NoFolder'
  /** The system's word for it, such as ENOENT. */
  readonly code: string
  constructor(message: string, code: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Makes a folder, and those above it, where they are missing; `mode` is that of what is made. @throws NoFolder */
export function makeFolder(path: string, mode = 0o777): void {
  const missing: string[] = []
  for (let at = resolve(path); !existsSync(at); at = dirname(at)) missing.unshift(at)
  try {
    for (const folder of missing) {
      mkdirUnlessThere(folder, mode)
      syncFolder(dirname(folder))
    }
    // Fails where it is a link that leads nowhere.
    if (statSync(path).isDirectory()) return
  } catch (cause) {
    const { message, code = '' } = cause as NodeJS.ErrnoException
    throw new NoFolder(`cannot make the folder ${path}: ${message}`, code, { cause })
  }
  throw new NoFolder(`${path} is no folder`, 'ENOTDIR')
}

/** Another process may have made it meanwhile. */
function mkdirUnlessThere(folder: string, mode: number): void {
  try {
    mkdirSync(folder, { mode })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
