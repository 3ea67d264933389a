/**
 * `npm ci`, with all that its scripts start: it ends when it is told to, when we do, and when it takes for ever. When it has
 * ended, nothing of it writes into the folder any more.
 */
import { spawn } from 'node:child_process'
import { CouldNotMeasure } from '../harness/errors.ts'
import { gitEnvironment } from './git.ts'
import { beReady, endWithUs } from '../harness/reaper.ts'

/** No budget is running yet: of a gate it counts from when there is something to compare. */
const LONGEST_SECONDS = 900
/** What went out of its group may hold its stderr open. */
const LAST_WORDS_MS = 200

export interface NpmOptions {
  /** Besides ours. */
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal | undefined
  readonly seconds?: number
}

/** Throws CouldNotMeasure where it fails or does not end, and the signal's reason. */
export async function npmCi(
  folder: string,
  { env, signal, seconds = LONGEST_SECONDS }: NpmOptions,
): Promise<void> {
  signal?.throwIfAborted()
  beReady()
  const child = spawn('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--prefer-offline'], {
    cwd: folder,
    // Within a hook of git's, scripts that use git mean the folder that they run in, too.
    env: { ...gitEnvironment(), ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  const hasEnded = endWithUs(child.pid)
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // Nobody is left.
    }
  }
  let told = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (told = (told + chunk).slice(-4000)))
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    kill()
  }, 1000 * seconds)
  signal?.addEventListener('abort', kill)
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('close', resolve)
      child.once('exit', (code) => setTimeout(() => resolve(code), LAST_WORDS_MS))
    })
    signal?.throwIfAborted()
    if (isLate) throw new Error(`it had not ended after ${seconds} s`)
    if (code !== 0)
      throw new Error(told.trim().split('\n').slice(-3).join('; ') || `exit ${code ?? 'by a signal'}`)
  } catch (error) {
    signal?.throwIfAborted()
    const { message } = error as Error
    throw new CouldNotMeasure(`npm ci for the other commit failed: ${message}`, { cause: error })
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', kill)
    kill()
    child.stderr.destroy()
    hasEnded()
  }
}
