/** Runs the real command line in a process of its own: for tests. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'

const MAIN = join(import.meta.dirname, '..', 'main.ts')
export const ROOT = join(import.meta.dirname, '..', '..')

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface SpawnOptions {
  readonly cwd?: string
  /** Set beside what is there. */
  readonly env?: Readonly<Record<string, string>>
  /** Called when it has started: what takes too long may be stopped. */
  readonly onStart?: (kill: (signal: NodeJS.Signals) => void) => void
  /** Called with every piece of stderr: a test may interrupt when it has seen enough. */
  readonly onStderr?: (text: string, kill: (signal: NodeJS.Signals) => void) => void
}

export function flowbench(
  args: readonly string[],
  { cwd = ROOT, env = {}, onStart, onStderr }: SpawnOptions = {},
): Promise<Finished> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onStart?.((signal) => child.kill(signal))
  let stdout = ''
  let stderr = ''
  let isSignalled = false
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    onStderr?.(text, (signal) => {
      // Once: progress is told again and again, and a second signal would end at once, whatever is being written.
      if (!isSignalled) child.kill(signal)
      isSignalled = true
    })
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
}
