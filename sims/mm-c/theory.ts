/** Erlang C beside the simulation: nothing at or beyond saturation, where no steady state exists. */
import { mmc } from '../lab/analysis/theory/queues.ts'
import type { TheoryPrediction } from '../lab/contract/sim.ts'
import type { MmcParams } from './params.ts'

export function predictions({ arrivalRate, serviceTime, servers }: MmcParams): TheoryPrediction[] {
  const queue = mmc(arrivalRate, serviceTime, servers)
  if (queue === null) return []
  const form = servers === 1 ? 'M/M/1' : 'M/M/c (Erlang C)'
  return [
    { name: `mean wait, ${form}`, metric: 'mean(wait)', expected: queue.meanWait },
    { name: `probability of waiting, ${form}`, metric: 'delayed', expected: queue.delayed },
    { name: `mean queue length, ${form}`, metric: 'mean(queue)', expected: queue.meanQueue },
    { name: `utilisation, ${form}`, metric: 'utilisation', expected: queue.utilisation },
  ]
}
