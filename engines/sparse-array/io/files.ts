/** The file layer that durability stands on: few calls, so that a test can stand in for a disk that loses power. */
import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../../disk/folder.ts'
import { rewriteInPlace } from '../../disk/rewrite.ts'
import { syncAt, syncFolder } from '../../disk/sync.ts'

/** What one call of the system reads or writes at most. */
const MOST_AT_ONCE = 1 << 30

/** What is said of a file that may only be read. */
const UNWRITABLE = new Set(['EACCES', 'EPERM', 'EROFS'])

export interface AppendFile {
  /** Appends, all or nothing; what was written survives the process, but a power cut only after a sync. */
  write(bytes: Uint8Array): void
  /** Resolves when everything written before the call is on the disk. */
  sync(): Promise<void>
  syncNow(): void
  /** A sync that is under way ends as it would. */
  close(): void
  /** The same, and gives back at once the room that it takes, which one that is being synced keeps when it loses its name. */
  discard(): void
}

export interface Files {
  list(): string[]
  /** Bytes of the file; 0 when there is none. */
  size(name: string): number
  /** Up to so many bytes from an offset on, in memory of their own; fewer at the end of the file alone. */
  read(name: string, at: number, length: number): Uint8Array
  /** Opens for appending; makes the file when there is none. */
  append(name: string): AppendFile
  /** Brings what is in the file to the disk; it need not be one that may be written. */
  sync(name: string): void
  /**
   * The same, and writes what is in it from an offset on once more, where it is: after a sync that failed the system
   * takes for written what is not, and what is read may be in its memory alone. A cut in the midst does no harm that it
   * could not do at any append, which writes the bytes before it in its block once more, too.
   */
  rewrite(name: string, from: number): void
  truncate(name: string, length: number): void
  rename(from: string, to: string): void
  remove(name: string): void
  /** Makes names that were made, changed or removed before survive a power cut. */
  syncNames(): void
}

/** What is to be the directory, or a file in it, is something else, or cannot be made. */
export class BadDirectory extends Error {
  override readonly name = 'BadDirectory'
}

/** A directory of the file system, made when there is none. Throws BadDirectory. */
export function directory(path: string): Files {
  try {
    makeFolder(path)
  } catch (cause) {
    throw new BadDirectory((cause as Error).message, { cause })
  }
  return {
    list: () => readdirSync(path),
    size: (name) => sizeOf(join(path, name)),
    read: (name, at, length) => readPiece(join(path, name), at, length),
    append: (name) => appendTo(join(path, name)),
    sync: (name) => syncAt(join(path, name), fdatasyncSync),
    rewrite: (name, from) => rewriteHere(join(path, name), from),
    truncate(name, length) {
      const file = openSync(join(path, name), 'r+')
      ftruncateSync(file, length)
      fdatasyncSync(file)
      closeSync(file)
    },
    rename: (from, to) => renameSync(join(path, from), join(path, to)),
    remove: (name) => rmSync(join(path, name), { force: true }),
    syncNames: () => syncFolder(path),
  }
}

/** A folder would have a size too, and a pipe would be waited for. */
function sizeOf(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found !== undefined && !found.isFile()) throw new BadDirectory(`${path} is no file`)
  return found?.size ?? 0
}

function rewriteHere(path: string, from: number): void {
  try {
    rewriteInPlace(path, from)
  } catch (error) {
    if (!UNWRITABLE.has((error as NodeJS.ErrnoException).code ?? '')) throw error
    // Whoever may not write it has left nothing of it unwritten.
    syncAt(path, fdatasyncSync)
  }
}

function readPiece(path: string, at: number, length: number): Uint8Array {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.allocUnsafeSlow(Math.max(0, Math.min(length, fstatSync(file).size - at)))
    let done = 0
    for (let got = -1; done < bytes.length && got !== 0; done += got) {
      got = readSync(file, bytes, done, Math.min(MOST_AT_ONCE, bytes.length - done), at + done)
    }
    return bytes.subarray(0, done)
  } finally {
    closeSync(file)
  }
}

/** No room, or none for this user. */
export function isDiskFull(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  return code === 'ENOSPC' || code === 'EDQUOT'
}

/** Removes what a disk that was filled by it took of a write. */
function takeBack(file: number, bytes: number, cause: unknown): void {
  try {
    ftruncateSync(file, fstatSync(file).size - bytes)
  } catch {
    // No longer a full disk alone, on which the rest might be tried again.
    throw new Error('a write was done in part', { cause })
  }
}

function appendTo(path: string): AppendFile {
  const file = openSync(path, 'a')
  /** In a thread: a number that is closed under its hands could be another file's by then. */
  let syncing = 0
  let isClosed = false
  const close = (): void => {
    isClosed = true
    if (syncing === 0) closeSync(file)
  }
  return {
    write(bytes) {
      let at = 0
      try {
        while (at < bytes.length) at += writeSync(file, bytes, at, Math.min(MOST_AT_ONCE, bytes.length - at))
      } catch (error) {
        if (at > 0) takeBack(file, at, error)
        throw error
      }
    },
    sync: () =>
      new Promise((resolve, reject) => {
        syncing++
        fdatasync(file, (error) => {
          syncing--
          if (isClosed && syncing === 0) closeSync(file)
          if (error === null) resolve()
          else reject(error)
        })
      }),
    syncNow: () => fdatasyncSync(file),
    close,
    discard() {
      try {
        ftruncateSync(file)
      } catch {
        // A device has no length. Whatever else it is: it loses its name, and its room once it is closed.
      }
      close()
    },
  }
}
