/**
 * Files that a command writes beside its answer, by the flag that asks for them.
 *
 * They are tried before anything is measured, and written when the answer is told: minutes of work must not end at a
 * folder that is not there, and a verdict must not be lost for want of a place to put its copy.
 */
import { closeSync, openSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { UsageError } from './exit.ts'

export type Outputs = Readonly<Record<string, string | undefined>>

/** Throws UsageError for a file that cannot be written. Leaves everything as it is. */
export function checkOutputs(outputs: Outputs): void {
  for (const [flag, file] of Object.entries(outputs)) {
    if (file === undefined) continue
    told(flag, file, () => {
      const found = statSync(file, { throwIfNoEntry: false })
      // A pipe or a device is somebody's: opening it may say something to them.
      if (found !== undefined && !found.isFile() && !found.isDirectory()) return
      closeSync(openSync(file, 'a'))
      if (found === undefined) rmSync(file)
    })
  }
}

/** Writes each of them, whatever becomes of the others; throws UsageError for the first that failed. */
export function writeOutputs(outputs: Outputs, textOf: Readonly<Record<string, () => string>>): void {
  const errors: unknown[] = []
  for (const [flag, file] of Object.entries(outputs)) {
    if (file === undefined) continue
    try {
      told(flag, file, () => writeFileSync(file, textOf[flag]!()))
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
}

/** What a file system says, as one line that names the flag. */
export function told(flag: string, file: string, touch: () => void): void {
  try {
    touch()
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === undefined) throw cause
    throw new UsageError(`--${flag} ${file}: cannot be written (${code})`, { cause })
  }
}
