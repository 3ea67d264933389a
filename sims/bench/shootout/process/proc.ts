/** What Linux tells of a process, through /proc. */
import { readdirSync, readFileSync } from 'node:fs'

export interface Scheduled {
  /** Processor time of all its threads that live, s. */
  readonly ran: number
  /** Time that they were ready to run and others did, s; a wait is counted when it ends. */
  readonly waited: number
  /** Whether one of them runs or waits for its turn. */
  readonly runnable: boolean
}

/** Null where it cannot be read: it has ended, or this is no Linux. */
export function scheduled(pid: number): Scheduled | null {
  let ran = 0
  let waited = 0
  let runnable = false
  let threads = 0
  for (const folder of threadsOf(pid)) {
    try {
      const [run, wait] = readFileSync(`${folder}/schedstat`, 'latin1').split(' ')
      ran += Number(run) / 1e9
      waited += Number(wait) / 1e9
      runnable ||= /^\d+ \(.*\) R/s.test(readFileSync(`${folder}/stat`, 'latin1'))
      threads++
    } catch {
      // A thread that has ended since they were listed.
    }
  }
  return threads === 0 ? null : { ran, waited, runnable }
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}`)
  } catch {
    return []
  }
}
