/** The file layer that durability stands on: few calls, so that a test can stand in for a disk that loses power. */
import {
  closeSync,
  existsSync,
  fdatasync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'

export interface AppendFile {
  /** Appends; what was written survives the process, but a power cut only after a sync. */
  write(bytes: Uint8Array): void
  /** Resolves when everything written before the call is on the disk. */
  sync(): Promise<void>
  syncNow(): void
  close(): void
}

export interface Files {
  list(): string[]
  read(name: string): Uint8Array
  /** Opens for appending; makes the file when there is none. */
  append(name: string): AppendFile
  truncate(name: string, length: number): void
  rename(from: string, to: string): void
  remove(name: string): void
  /** Makes names that were made, changed or removed before survive a power cut. */
  syncNames(): void
}

/** A directory of the file system, made when there is none. */
export function directory(path: string): Files {
  mkdirSync(path, { recursive: true })
  return {
    list: () => readdirSync(path),
    read: (name) => (existsSync(join(path, name)) ? readFileSync(join(path, name)) : new Uint8Array()),
    append: (name) => appendTo(join(path, name)),
    truncate(name, length) {
      const file = openSync(join(path, name), 'r+')
      ftruncateSync(file, length)
      fdatasyncSync(file)
      closeSync(file)
    },
    rename: (from, to) => renameSync(join(path, from), join(path, to)),
    remove: (name) => rmSync(join(path, name), { force: true }),
    syncNames() {
      const folder = openSync(path, 'r')
      fsyncSync(folder)
      closeSync(folder)
    },
  }
}

function appendTo(path: string): AppendFile {
  const file = openSync(path, 'a')
  return {
    write(bytes) {
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
    },
    sync: () =>
      new Promise((resolve, reject) => {
        fdatasync(file, (error) => (error === null ? resolve() : reject(error)))
      }),
    syncNow: () => fdatasyncSync(file),
    close: () => closeSync(file),
  }
}
