/**
 * Work that takes long, a millisecond at a time: between two turns of it the event loop serves everybody else.
 *
 * How much work fits into a turn is measured, as a megabyte takes one search 0.1 ms and another a second: each worker's
 * portion doubles while it takes less than SHORT and halves when it takes more than LONG.
 */

/**
 * All workers of a turn together, milliseconds. With what the loop does between two turns, and a portion that takes
 * longer than was foreseen, others wait less than 5 ms.
 */
export const TURN = 1
const SHORT = 0.15
const LONG = 0.4
const FIRST_UNITS = 32_768
const LEAST_UNITS = 4_096
const MOST_UNITS = 2 ** 28

export interface Worker {
  /** Does about so many units; true when it has nothing left to do. */
  step(units: number): boolean
  /** Not now: its reader does not keep up. */
  readonly paused?: boolean
}

export class Scheduler {
  /** Work is done to its end at once: what letting others in between costs can be measured so. */
  private readonly atOnce: boolean
  private readonly workers = new Map<Worker, number>()
  private immediate: NodeJS.Immediate | null = null
  private isClosed = false

  constructor(atOnce = false) {
    this.atOnce = atOnce
  }

  /** Takes work on, unless it is closed: what the work is about may be another's by then. */
  add(worker: Worker): void {
    if (this.isClosed) return
    if (!this.workers.has(worker)) this.workers.set(worker, FIRST_UNITS)
    this.wake()
  }

  remove(worker: Worker): void {
    this.workers.delete(worker)
  }

  /** A worker that was paused may go on. */
  wake(): void {
    if (this.immediate !== null || this.workers.size === 0) return
    this.immediate = setImmediate(() => {
      this.immediate = null
      this.turn()
    })
  }

  close(): void {
    this.isClosed = true
    if (this.immediate !== null) clearImmediate(this.immediate)
    this.immediate = null
    this.workers.clear()
  }

  private turn(): void {
    const begin = performance.now()
    let now = begin
    let isIdle = false
    while (!isIdle && (this.atOnce || now - begin < TURN)) {
      isIdle = true
      for (const [worker, units] of this.workers) {
        if (worker.paused === true) continue
        isIdle = false
        const before = now
        if (worker.step(units)) this.workers.delete(worker)
        now = performance.now()
        if (this.workers.has(worker)) this.workers.set(worker, adapted(units, now - before))
        if (!this.atOnce && now - begin >= TURN) {
          // Who had no turn is first next time.
          this.rotate(worker)
          break
        }
      }
    }
    if (!isIdle) this.wake()
  }

  private rotate(last: Worker): void {
    for (const [worker, units] of Array.from(this.workers)) {
      this.workers.delete(worker)
      this.workers.set(worker, units)
      if (worker === last) return
    }
  }
}

function adapted(units: number, took: number): number {
  if (took < SHORT) return Math.min(MOST_UNITS, units * 2)
  return took > LONG ? Math.max(LEAST_UNITS, units / 2) : units
}
