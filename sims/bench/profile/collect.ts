/** Runs a scenario under V8's profiler, in this tree or in another commit's. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CouldNotMeasure } from '../harness/errors.ts'
import { readProfiles, type Frame } from './cpu-profile.ts'

/** A run's exit codes that mean it came to its end: passed, too weak for its question, failed an expectation. */
const ENDED = new Set([0, 3, 99])

export interface RunToProfile {
  /** Top of the tree whose command line runs. */
  readonly root: string
  /** What follows `flowbench run`. */
  readonly args: readonly string[]
  readonly signal: AbortSignal
}

/** The calls of one run, on one worker. Throws CouldNotMeasure where the run does not end. */
export async function profileRun({ root, args, signal }: RunToProfile): Promise<Frame> {
  const room = mkdtempSync(join(tmpdir(), 'flowbench-profile-'))
  try {
    const run = ['run', ...args, '--workers', '1', '--out', join(room, 'out'), '--json']
    const node = ['--cpu-prof', '--cpu-prof-dir', room, join(root, 'cli', 'main.ts'), ...run]
    const child = spawn(process.execPath, node, { stdio: ['ignore', 'ignore', 'pipe'], signal })
    let told = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (told = (told + text).slice(-2000)))
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    if (code === null || !ENDED.has(code)) {
      throw new CouldNotMeasure(`the run ended with ${code}: ${told.trim().split('\n').at(-1) ?? ''}`)
    }
    return readProfiles(room, root)
  } finally {
    signal.throwIfAborted()
    rmSync(room, { recursive: true, force: true })
  }
}
