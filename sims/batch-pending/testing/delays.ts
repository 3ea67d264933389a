/** Jobs of an hour to eleven days, in logarithm uniform, and what each way of polling adds to them on average. */
import { backoffDelayShare, pollDelay } from '../../lab/analysis/theory/index.ts'
import { openStream } from '../../lab/kernel/random/stream.ts'
import { seen } from '../looks.ts'
import { paramsOf } from './context.ts'

const SHORTEST = 3600
/** Whole octaves: the share that doubling adds is a mean over octaves. */
const OCTAVES = 8

interface Beside {
  readonly observed: number
  readonly expected: number
}

/** Delays in seconds; of doubling pauses without a cap as a share of the job's time. */
export function pollingDelays(jobs: number): Record<'fixed' | 'capped' | 'doubling', Beside> {
  const params = paramsOf({ jobRate: '1/h', pollInterval: '60s', pollFirst: '1s', pollCap: '10min' })
  const times = openStream(7, 0, 'times')
  const sum = { fixed: 0, capped: 0, doubling: 0 }
  for (let i = 0; i < jobs; i++) {
    const after = SHORTEST * 2 ** (OCTAVES * times.uniform())
    sum.fixed += seen('fixed', params, after).at - after
    sum.capped += seen('capped', params, after).at - after
    sum.doubling += (seen('doubling', params, after).at - after) / after
  }
  return {
    fixed: { observed: sum.fixed / jobs, expected: pollDelay(params.pollInterval) },
    capped: { observed: sum.capped / jobs, expected: pollDelay(params.pollCap) },
    doubling: { observed: sum.doubling / jobs, expected: backoffDelayShare(2) },
  }
}
