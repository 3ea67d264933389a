/** Closed forms beside the simulation: nothing at or beyond saturation, or of a span that opens empty. */
import { mg1, mmc, type SteadyQueue } from '../lab/analysis/theory/index.ts'
import type { Horizon, TheoryPrediction } from '../lab/contract/sim.ts'
import type { MmcParams } from './params.ts'

export function predictions(params: MmcParams, horizon: Horizon = 'steady'): TheoryPrediction[] {
  const closed = horizon === 'steady' ? closedForm(params) : null
  if (closed === null) return []
  const { queue, form } = closed
  return [
    { name: `mean wait, ${form}`, metric: 'mean(wait)', expected: queue.meanWait },
    { name: `probability of waiting, ${form}`, metric: 'delayed', expected: queue.delayed },
    { name: `mean queue length, ${form}`, metric: 'mean(queue)', expected: queue.meanQueue },
    { name: `utilisation, ${form}`, metric: 'utilisation', expected: queue.utilisation },
  ]
}

/** Erlang C for exponential service, Pollaczek and Khinchine for any other on one server; else there is none. */
function closedForm({ arrivalRate, serviceTime, serviceScv, servers }: MmcParams) {
  const named = (queue: SteadyQueue | null, form: string) => queue && { queue, form }
  if (serviceScv === 1) {
    return named(mmc(arrivalRate, serviceTime, servers), servers === 1 ? 'M/M/1' : 'M/M/c (Erlang C)')
  }
  return servers === 1 ? named(mg1(arrivalRate, serviceTime, serviceScv), 'M/G/1') : null
}
