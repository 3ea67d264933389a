/** Files of JSON lines that grow by a line a measurement, and may be cut off in the middle of one. */
import { appendFileSync, closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs'

/** Appends a line; behind half a line, which a process that was killed may have left, it begins a new one. */
export function appendLine(file: string, value: object): void {
  appendFileSync(file, `${endsWithin(file) ? '\n' : ''}${JSON.stringify(value)}\n`)
}

export interface Line {
  /** Undefined where the line is no JSON: half of one. */
  readonly value: unknown
  /** Counted from 1. */
  readonly number: number
}

/** The lines of a file that are not empty; none where there is no file. */
export function linesOf(file: string): Line[] {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.flatMap((line, i) => (line === '' ? [] : [{ value: parsed(line), number: i + 1 }]))
}

/** What JSON a text is; undefined where it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function endsWithin(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false })
  // Whoever opens a pipe to read waits for somebody to write.
  if (!found?.isFile() || found.size === 0) return false
  const open = openSync(file, 'r')
  try {
    const last = Buffer.alloc(1)
    return readSync(open, last, 0, 1, found.size - 1) === 1 && last.toString() !== '\n'
  } finally {
    closeSync(open)
  }
}
