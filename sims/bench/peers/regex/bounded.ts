/**
 * A process that may take only so long and only so much memory, and how much it had taken.
 *
 * The peak is `VmHWM` of Linux, which begins anew with each program; `maxRSS` of `getrusage` does not: on Linux a child
 * inherits the peak of the process that started it. Where there is no `/proc` the peak is `maxRSS`, which the child reads
 * of itself, and time is the only limit.
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface Bounds {
  readonly seconds: number
  /** Looked at every `POLL_MS`, so that a child may get some tens of megabytes further. */
  readonly bytes: number
}

export interface Ending {
  /** What it wrote to its standard output. */
  readonly output: string
  readonly end: 'done' | 'crashed' | 'cut off'
  /** Why it ended, unless it is done. */
  readonly why: string | null
  /** The most memory it was seen to have; 0 where that cannot be seen from outside. */
  readonly peakBytes: number
}

const POLL_MS = 10

/** Peak of the memory that a process has had resident, in bytes; null where it cannot be read. */
export function peakOf(pid: number | 'self'): number | null {
  try {
    const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
    return kilobytes === undefined ? null : 1024 * Number(kilobytes)
  } catch {
    return null
  }
}

/** The same of the process that asks. */
export const ownPeak = (): number => peakOf('self') ?? 1024 * process.resourceUsage().maxRSS

/** Runs a module of ours by itself, and ends it when it goes beyond its bounds. */
export function runBounded(module: URL, argument: string, { seconds, bytes }: Bounds): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [fileURLToPath(module), argument], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    let errors = ''
    let peakBytes = 0
    let cut: string | null = null
    const end = (why: string): void => {
      cut ??= why
      child.kill('SIGKILL')
    }
    const poll = setInterval(() => {
      peakBytes = Math.max(peakBytes, (child.pid === undefined ? null : peakOf(child.pid)) ?? 0)
      if (peakBytes > bytes) end(`more than ${Math.round(bytes / 2 ** 20)} MiB`)
    }, POLL_MS)
    const timer = setTimeout(() => end(`more than ${seconds} s`), 1000 * seconds)
    const over = (): void => {
      clearInterval(poll)
      clearTimeout(timer)
    }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
    child.on('error', (error) => {
      over()
      reject(error)
    })
    child.on('close', (code, signal) => {
      over()
      if (cut !== null) resolve({ output, end: 'cut off', why: cut, peakBytes })
      else if (signal !== null) resolve({ output, end: 'crashed', why: signal, peakBytes })
      else if (code === 0) resolve({ output, end: 'done', why: null, peakBytes })
      else reject(new Error(`the child for ${argument} failed with exit ${code}: ${errors.trim()}`))
    })
  })
}
