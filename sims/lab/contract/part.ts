/**
 * The unit of work: one part of one replication, a pure function of its task.
 *
 * The task is plain data, so it can go to a thread, a queue or another machine.
 */
import { openStream } from '../kernel/random/stream.ts'
import type { Horizon, ReplicationContext, Sim } from './sim.ts'

export interface PartTask {
  readonly sim: string
  /** Parsed parameters, in base units. */
  readonly params: unknown
  readonly seed: number
  readonly horizon: Horizon
  readonly replication: number
  readonly part: number
  /** For every judged parameter, the values that may be asked of the world. */
  readonly judged: Readonly<Record<string, readonly number[]>>
}

export type Progress = (done: number, events: number) => void

export function simulatePart(sim: Sim, task: PartTask, progress: Progress = () => {}): unknown {
  const context: ReplicationContext = {
    replication: task.replication,
    horizon: task.horizon,
    part: task.part,
    stream: (name) => openStream(task.seed, task.replication, name),
    judged: (param) => task.judged[param] ?? [],
    progress,
  }
  return sim.replicate(task.params, context)
}
