/**
 * Where parts are simulated: on a pool of worker threads, or on this one. The result is the same bytes for any number of
 * them.
 */
import { Tinypool } from 'tinypool'
import { simulatePart, type PartTask } from '../contract/part.ts'
import type { Sim } from '../contract/sim.ts'
import type { WorkerTask } from './worker.ts'

/** What a progress bar shows; wall-clock facts, never part of a result. */
export interface RunnerStatus {
  readonly partsDone: number
  /** Parts finished plus the done shares of those running. */
  readonly partsWorth: number
  readonly partsKnown: number
  readonly events: number
}

export interface Runner {
  readonly workers: number
  run(task: PartTask): Promise<unknown>
  status(): RunnerStatus
  /** Ends at once; parts that have not finished reject. */
  close(): Promise<void>
}

/** `sims`: URL of the module that exports `findSim`; each worker thread imports it. */
export function threadRunner(sims: URL, workers: number): Runner {
  const pool = new Tinypool({
    filename: new URL('worker.ts', import.meta.url).href,
    runtime: 'worker_threads',
    minThreads: workers,
    maxThreads: workers,
  })
  // A part that waits in the pool's queue needs no slot, so slots are given when a thread is free for it.
  const progress = new Float64Array(new SharedArrayBuffer(16 * workers))
  const freeSlots = Array.from({ length: workers }, (_, slot) => slot)
  const waiting: ((slot: number) => void)[] = []
  let known = 0
  let done = 0
  let events = 0
  let isClosed = false

  async function run(task: PartTask): Promise<unknown> {
    known++
    const slot = freeSlots.pop() ?? (await new Promise<number>((resolve) => waiting.push(resolve)))
    try {
      // The pool would start threads anew for what still waited for a slot.
      if (isClosed) throw new Error('the runner was closed')
      const job: WorkerTask = { sims: sims.href, task, progress, slot }
      return await (pool.run(job) as Promise<unknown>)
    } finally {
      events += progress[2 * slot + 1]!
      progress.fill(0, 2 * slot, 2 * slot + 2)
      done++
      const next = waiting.shift()
      if (next) next(slot)
      else freeSlots.push(slot)
    }
  }

  return {
    workers,
    run,
    status() {
      let worth = done
      let total = events
      for (let slot = 0; slot < workers; slot++) {
        worth += progress[2 * slot]!
        total += progress[2 * slot + 1]!
      }
      return { partsDone: done, partsWorth: worth, partsKnown: known, events: total }
    },
    close() {
      isClosed = true
      return pool.destroy()
    },
  }
}

/** Everything on this thread, one part after the other: for tools that look at one thread. */
export function inlineRunner(findSim: (name: string) => Sim): Runner {
  let known = 0
  let done = 0
  let isClosed = false
  return {
    workers: 1,
    async run(task) {
      known++
      // Others have a turn between parts: a signal to end, say.
      await new Promise((resolve) => setImmediate(resolve))
      if (isClosed) throw new Error('the runner was closed')
      const world = simulatePart(findSim(task.sim), task)
      done++
      return world
    },
    status: () => ({ partsDone: done, partsWorth: done, partsKnown: known, events: 0 }),
    close: () => {
      isClosed = true
      return Promise.resolve()
    },
  }
}
