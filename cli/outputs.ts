/**
 * Files that a command writes beside its answer, by the flag that asks for them.
 *
 * They are tried before anything is measured, and written when the answer is told: minutes of work must not end at a
 * folder that is not there, and a verdict must not be lost for want of a place to put its copy.
 */
import { closeSync, openSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { tryFolder } from '../reports/folder/claim.ts'
import { UsageError } from './exit.ts'

export type Outputs = Readonly<Record<string, string | undefined>>

/** Throws UsageError for a file that cannot be written. Leaves everything as it is. */
export function checkOutputs(outputs: Outputs): void {
  for (const [flag, file] of Object.entries(outputs)) {
    if (file === undefined) continue
    told(`--${flag} ${file}`, () => {
      const found = statSync(file, { throwIfNoEntry: false })
      // A pipe or a device is somebody's: opening it may say something to them.
      if (found !== undefined && !found.isFile() && !found.isDirectory()) return
      closeSync(openSync(file, 'a'))
      // Where `file` is a link to what was not there, the link is the user's and stays.
      if (found === undefined) rmSync(realpathSync(file))
    })
  }
}

/**
 * The file of this name in the folder of --out, which is made if need be. Throws UsageError, or RunFolderError, where it
 * cannot be written.
 */
export async function placeIn(out: string, name: string): Promise<string> {
  await tryFolder(out)
  const file = join(out, name)
  checkOutputs({ out: file })
  return file
}

/** By flag, what is to be done with its file. */
export type Writers = Readonly<Record<string, (file: string) => void>>

/** The file is to hold this text. */
export const asText =
  (text: () => string) =>
  (file: string): void =>
    writeFileSync(file, text())

/** Writes each of them, whatever becomes of the others; throws UsageError for the first that failed. */
export function writeOutputs(outputs: Outputs, writers: Writers): void {
  const errors: unknown[] = []
  for (const [flag, file] of Object.entries(outputs)) {
    if (file === undefined) continue
    try {
      told(`--${flag} ${file}`, () => writers[flag]!(file))
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
}

/** What a file system says, as one line that names the place. */
export function told(place: string, touch: () => void): void {
  try {
    touch()
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === undefined) throw cause
    throw new UsageError(`${place}: cannot be written (${code})`, { cause })
  }
}

/** The same of a folder in which files grow as work goes on; what the system says of other places is as it was. */
export async function toldOfFolder<T>(flag: string, folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const { code, path, syscall } = cause as NodeJS.ErrnoException
    // Of a file that is open already no path is told.
    const isWithin = path === undefined ? syscall === 'write' : resolve(path).startsWith(resolve(folder))
    if (code === undefined || !isWithin) throw cause
    throw new UsageError(`--${flag} ${path ?? folder}: cannot be written (${code})`, { cause })
  }
}
