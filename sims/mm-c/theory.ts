/** Closed forms beside the simulation: nothing at or beyond saturation, or of a span that opens empty. */
import {
  cobham,
  cobhamServers,
  leavingQueue,
  mg1,
  mmc,
  type SteadyQueue,
} from '../lab/analysis/theory/index.ts'
import type { Horizon, TheoryPrediction } from '../lab/contract/sim.ts'
import { expectedArrivals, profileOf } from './arrivals.ts'
import { isBounded, type MmcParams } from './params.ts'

export function predictions(params: MmcParams, horizon: Horizon = 'steady'): TheoryPrediction[] {
  const { span } = params
  if (profileOf(params) !== null && span !== undefined) {
    return [
      {
        name: 'customers, Poisson with the profile of the day or the load',
        metric: 'customers',
        expected: expectedArrivals(params, span),
      },
    ]
  }
  return horizon === 'steady' ? [...ofQueue(params), ...ofClasses(params)] : []
}

function ofQueue(params: MmcParams): TheoryPrediction[] {
  const closed = closedForm(params)
  if (closed === null) return []
  const { queue, lost, abandoned, form } = closed
  const row = (name: string, metric: string, expected: number): TheoryPrediction => ({
    name: `${name}, ${form}`,
    metric,
    expected,
  })
  return [
    ...(params.waitingRoom === 0
      ? []
      : [
          row('mean wait', 'mean(wait)', queue.meanWait),
          row('probability of waiting', 'delayed', queue.delayed),
          row('mean queue length', 'mean(queue)', queue.meanQueue),
        ]),
    row('utilisation', 'utilisation', queue.utilisation),
    ...(params.waitingRoom === undefined ? [] : [row('customers lost', 'lost', lost)]),
    ...(params.patience === undefined ? [] : [row('customers who leave', 'abandoned', abandoned)]),
  ]
}

/** Cobham's waits, where every class settles. */
function ofClasses(params: MmcParams): TheoryPrediction[] {
  const { arrivalRate, serviceTime, serviceScv, servers, urgentShare } = params
  if (!(urgentShare > 0 && urgentShare < 1) || isBounded(params)) return []
  const rates = [arrivalRate * urgentShare, arrivalRate * (1 - urgentShare)]
  const waits =
    serviceScv === 1
      ? cobhamServers(rates, serviceTime, servers)
      : servers === 1
        ? cobham(rates.map((rate) => ({ arrivalRate: rate, meanService: serviceTime, scv: serviceScv })))
        : []
  return ['urgentWait', 'otherWait'].flatMap((observation, i) => {
    const expected = waits[i] ?? null
    const who = i === 0 ? 'the urgent' : 'the others'
    return expected === null
      ? []
      : [{ name: `mean wait of ${who}, Cobham`, metric: `mean(${observation})`, expected }]
  })
}

interface ClosedForm {
  readonly queue: SteadyQueue
  readonly form: string
  /** Shares of all arrivals. */
  readonly lost: number
  readonly abandoned: number
}

/**
 * What is known of the queue as a whole. Priorities change who waits, not how long all together do: whoever is served next
 * needs a service of the same kind. Null where no closed form applies.
 */
export function closedForm(params: MmcParams): ClosedForm | null {
  const { arrivalRate, serviceTime, serviceScv, servers, patience, waitingRoom } = params
  if (profileOf(params) !== null) return null
  const named = (queue: SteadyQueue | null, form: string): ClosedForm | null =>
    queue && { queue, form, lost: 0, abandoned: 0 }
  if (isBounded(params)) {
    // Without room to wait, service of any distribution loses as many (Erlang B is insensitive).
    if (serviceScv !== 1 && waitingRoom !== 0) return null
    const queue = leavingQueue({
      arrivalRate,
      meanService: serviceTime,
      servers,
      ...(patience === undefined ? {} : { meanPatience: patience }),
      ...(waitingRoom === undefined ? {} : { room: waitingRoom }),
    })
    return queue && { queue, lost: queue.lost, abandoned: queue.abandoned, form: boundedForm(params) }
  }
  if (serviceScv === 1) {
    return named(mmc(arrivalRate, serviceTime, servers), servers === 1 ? 'M/M/1' : 'M/M/c (Erlang C)')
  }
  const form = serviceScv === 0 ? 'M/D/1' : 'M/G/1'
  return servers === 1
    ? named(mg1(arrivalRate, serviceTime, serviceScv), `${form} (Pollaczek-Khinchine)`)
    : null
}

function boundedForm({ patience, waitingRoom, serviceScv }: MmcParams): string {
  if (waitingRoom === 0) return `M/${serviceScv === 1 ? 'M' : 'G'}/c/c (Erlang B)`
  if (waitingRoom === undefined) return 'M/M/c+M (Erlang A)'
  return patience === undefined ? 'M/M/c/K' : 'M/M/c/K+M'
}
