/** A copy of the engine with some lines changed, and what a script in it says. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const ENGINES = path.resolve(import.meta.dirname, '..', '..', '..')

export interface Edit {
  /** Below `engines/relay/`. */
  readonly file: string
  readonly from: string
  readonly to: string
}

/**
 * Runs `script` (below `engines/relay/`) in a copy with the edits made, and returns what it prints.
 * @throws Error when a line to change is not there exactly once, or the script fails.
 */
export function runPlanted(edits: readonly Edit[], script: string, args: readonly string[] = []): string {
  const copy = mkdtempSync(path.join(tmpdir(), 'flowbench-planted-'))
  try {
    for (const engine of ['net', 'relay'])
      cpSync(path.join(ENGINES, engine), path.join(copy, engine), { recursive: true })
    writeFileSync(path.join(copy, 'package.json'), '{"type":"module"}')
    for (const { file, from, to } of edits) {
      const at = path.join(copy, 'relay', file)
      const parts = readFileSync(at, 'utf8').split(from)
      if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times: ${from}`)
      writeFileSync(at, parts.join(to))
    }
    const command = ['--expose-gc', '--max-semi-space-size=64', path.join(copy, 'relay', script), ...args]
    return execFileSync(process.execPath, command, { encoding: 'utf8' })
  } finally {
    rmSync(copy, { recursive: true })
  }
}
