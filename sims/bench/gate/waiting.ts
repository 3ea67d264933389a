/**
 * Whether this machine tells of a thread that it waits, and so which clock a gate may go by.
 *
 * Processor time sees no waiting. A benchmark that sleeps is known by its wall time less its processor time less the time it
 * stood in line for a core (`waitedForCore`). Where that last is not told (macOS, gVisor), one that sleeps looks like any
 * other on a busy machine: then the wall is the clock, which sees both.
 */
import { readFileSync } from 'node:fs'
import { chooseClock, type ClockName } from './clock.ts'

export interface Chosen {
  readonly clock: ClockName
  /** What a reader should know of it; null of the best there is. */
  readonly note: string | null
}

export function gateClock(best = chooseClock(), isTold = tellsOfWaiting()): Chosen {
  const wall = 'timed by the wall, which also sees what others do meanwhile'
  if (best === 'wall')
    return { clock: 'wall', note: `processor time moves in steps too coarse on this machine; ${wall}` }
  if (isTold) return { clock: 'cpu', note: null }
  return {
    clock: 'wall',
    note: `this machine does not tell who waits, and processor time would not see it; ${wall}`,
  }
}

/** Of a kernel that does not count it, the file is not there or holds nothing but zeros: not even that we have run. */
export function tellsOfWaiting(file = '/proc/thread-self/schedstat'): boolean {
  try {
    return Number(readFileSync(file, 'utf8').split(' ')[0]) > 0
  } catch {
    return false
  }
}
