/**
 * A plain M/M/c queue: the sim whose answer is known beforehand. Every part of the lab that a larger sim relies on
 * (kernel, streams, window, intervals, stopping) shows here, beside a closed form, whether it can be believed.
 *
 *     params.ts   what can be asked            answer.ts   the sentence
 *     model.ts    one replication              charts.ts   theory and observation to look at
 *     theory.ts   Erlang C                     metrics.ts  what is measured
 *     steady.ts   how long it remembers
 */
import { defineSim, type Measures } from '../lab/contract/sim.ts'
import { answer } from './answer.ts'
import { charts } from './charts.ts'
import { simulate } from './model.ts'
import { METRICS, OBSERVATIONS } from './metrics.ts'
import { mmcParams, offeredLoad, timed, type MmcParams } from './params.ts'
import { steady } from './steady.ts'
import { predictions } from './theory.ts'

export const mmC = defineSim<MmcParams>({
  name: 'mm-c',
  summary:
    'Customers wait for c equal servers (M/M/c): a queue whose answer is known, to check the lab against.',
  params: mmcParams,
  metrics: METRICS,
  observations: OBSERVATIONS,
  horizons: ['steady', 'span'],
  steady,
  resources: ({ params }) => [{ name: 'servers', multiple: 1 / offeredLoad(params) }],
  underLoad: (params, multiple) => ({ ...params, arrivalRate: params.arrivalRate * multiple }),
  replicate: (params: MmcParams, ctx): Measures => simulate(timed(params), ctx),
  answer,
  charts,
  theory: predictions,
})
