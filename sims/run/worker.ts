/** A worker thread's entry: takes a part task, returns its world. */
import { findSim } from '../index.ts'
import { simulatePart, type PartTask } from './part.ts'

export interface WorkerTask {
  readonly task: PartTask
  /** Two float64 a slot, shared with the main thread: share done, events so far. */
  readonly progress: Float64Array
  readonly slot: number
}

export default function work({ task, progress, slot }: WorkerTask): unknown {
  return simulatePart(findSim(task.sim), task, (done, events) => {
    progress[2 * slot] = done
    progress[2 * slot + 1] = events
  })
}
