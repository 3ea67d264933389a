/** A worker thread's entry: takes a part task, returns its world. */
import { enableCompileCache } from 'node:module'
import type { Sim } from '../contract/sim.ts'
import { simulatePart, type PartTask } from '../contract/part.ts'

/** What the module at `WorkerTask.sims` exports. */
export interface SimRegistry {
  readonly findSim: (name: string) => Sim | Promise<Sim>
}

export interface WorkerTask {
  /** URL of the module that knows the sims: the runner is given it, so that `run` imports no sim. */
  readonly sims: string
  readonly task: PartTask
  /** Two float64 a slot, shared with the main thread: share done, events so far. */
  readonly progress: Float64Array
  readonly slot: number
}

// Every thread compiles its sim anew otherwise; `cli/main.ts` has it in the cache already.
enableCompileCache()

export default async function work({ sims, task, progress, slot }: WorkerTask): Promise<unknown> {
  const { findSim } = (await import(sims)) as SimRegistry
  return simulatePart(await findSim(task.sim), task, (done, events) => {
    progress[2 * slot] = done
    progress[2 * slot + 1] = events
  })
}
