/** A program, run to its end: it ends, with what it has started, when it is told to, when time is up, and when we do. */
import { spawn } from 'node:child_process'
import { ProcessGroup } from './group.ts'

/** The program and what it is called with. */
export type Command = readonly [string, ...string[]]

export interface ProgramOptions {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal | undefined
  /** How long it may take. */
  readonly seconds: number
  /** What it has left behind when it ends, in its group, ends too; default, that goes on. */
  readonly leavesNothing?: boolean
}

export interface Ended {
  /** Null where a signal has ended it. */
  readonly code: number | null
  /** The end of what it wrote to stderr. */
  readonly told: string
  /** It was ended as time was up. */
  readonly isLate: boolean
}

const MOST_TOLD = 4000
/** What it has left behind may hold its stderr open for ever. */
const LAST_WORDS_MS = 200
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Throws what the system says where it cannot be started, and the signal's reason. */
export async function runProgram(
  [program, ...args]: Command,
  { cwd, env, signal, seconds, leavesNothing = false }: ProgramOptions,
): Promise<Ended> {
  signal?.throwIfAborted()
  const group = new ProcessGroup(() =>
    spawn(program, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'], detached: true }),
  )
  const { leader } = group
  const kill = (): void => group.kill()
  let told = ''
  leader.stderr.setEncoding('utf8').on('data', (chunk: string) => (told = (told + chunk).slice(-MOST_TOLD)))
  let isLate = false
  const timer = setTimeout(
    () => {
      isLate = true
      kill()
    },
    Math.min(LONGEST_TIMER_MS, 1000 * seconds),
  )
  signal?.addEventListener('abort', kill)
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      leader.once('error', reject).once('close', resolve)
      leader.once('exit', (code) => setTimeout(() => resolve(code), LAST_WORDS_MS).unref())
    })
    signal?.throwIfAborted()
    return { code, told, isLate }
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', kill)
    if (leavesNothing) kill()
    leader.stderr.destroy()
    group.letGo()
  }
}
