/**
 * The clock of the gate: processor time of the thread, wherever this machine tells it finely enough.
 *
 * On a busy machine a sample of 5 ms is interrupted more often than not, and wall time holds what others did meanwhile.
 * Measured here on 2 cores at a load of 6 to 12, two processes of the same code, the ratio of their minima per round:
 * wall time within 43 % in nine rounds of ten (kernel/mm20), processor time within 7 %. In quiet both are alike. What
 * processor time cannot see is waiting, so waiting is read apart and refused (`asleep`).
 *
 * A system that accounts by ticks alone moves this clock in steps of 1 to 15 ms; then wall time is used, and the report
 * says so.
 */
import { readFileSync } from 'node:fs'

export type ClockName = 'cpu' | 'wall'

/** Milliseconds on the clock. */
export function clockOf(name: ClockName): () => number {
  if (name === 'wall') return () => performance.now()
  return () => {
    // Linux brings a thread's own time up to date only at ticks, 4 ms apart, unless it is asked for that of the process
    // (kernel/sched/cputime.c, thread_group_cputime): asked so, steps are a microsecond. Both calls take 3.
    process.cpuUsage()
    const { user, system } = process.threadCpuUsage()
    return (user + system) / 1000
  }
}

/** Steps coarser than this, in milliseconds, spoil a sample of 2 ms by more than a tenth. */
const COARSEST_STEP = 0.2
const LOOK_MS = 8

/** The best clock that this machine has. */
export function chooseClock(now = clockOf('cpu')): ClockName {
  let steps = 0
  const begin = now()
  let last = begin
  for (const until = performance.now() + LOOK_MS; performance.now() < until;) {
    const at = now()
    if (at === last) continue
    last = at
    steps++
  }
  return steps > 0 && (last - begin) / steps <= COARSEST_STEP ? 'cpu' : 'wall'
}

/**
 * Milliseconds that this thread has waited for a core since it started, as Linux counts them; null elsewhere. Wall time
 * less processor time less this is time asleep: waiting for a timer, a disk, a socket, another thread.
 */
export function waitedForCore(): number | null {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[1]) / 1e6
  } catch {
    return null
  }
}
