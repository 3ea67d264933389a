/** A replication of parameters as a scenario writes them, for tests of the model: seed 7. */
import { simulatePart } from '../../lab/contract/part.ts'
import type { Measures, Sim } from '../../lab/contract/sim.ts'
import { batchPending } from '../index.ts'
import { batchParams, type BatchParams } from '../params.ts'

const SIM = batchPending as unknown as Sim

export function replicate(params: BatchParams, replication = 0, seed = 7): Measures {
  const task = { sim: SIM.name, params, seed, horizon: 'span', replication, part: 0, judged: {} } as const
  return SIM.judge(params, [simulatePart(SIM, task)])
}

/**
 * A queue that is a known one: jobs of one request that are in the queue at once, no day, one tier. One second is the
 * mean of a request.
 */
export const PLAIN = {
  slots: 1,
  interactiveLoad: '0%',
  interactiveTime: '1s',
  dayTrough: '100%',
  dayPeak: '100%',
  jobRequests: 1,
  jobSpread: '100%',
  requestTime: '1s',
  requestLaw: 'exponential',
  setup: '0s',
  upperTier: '0%',
}

export const paramsOf = (written: Record<string, unknown>): BatchParams => batchParams.parse(written)
export const plain = (written: Record<string, unknown>): BatchParams => paramsOf({ ...PLAIN, ...written })
