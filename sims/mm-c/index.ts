/**
 * A queue for c servers: the sim whose answer is known beforehand. Every part of the lab that a larger sim relies on
 * (kernel, streams, window, intervals, stopping) shows here, beside a closed form, whether it can be believed. Plain it is
 * M/M/c; with what queues that people run have besides (patience, a full waiting room, the urgent first, service of any
 * scatter, a day) it is still one whose parts theory knows.
 *
 *     params.ts    what can be asked               answer.ts   the sentence
 *     model.ts     one replication                 charts.ts   theory and observation to look at
 *     arrivals.ts  who comes when                  metrics.ts  what is measured
 *     line.ts      who waits                       steady.ts   how long it remembers
 *     theory.ts    Erlang A, B and C, Cobham, Pollaczek-Khinchine
 */
import { defineSim, type Measures } from '../lab/contract/sim.ts'
import { answer } from './answer.ts'
import { loadOfSpan } from './arrivals.ts'
import { charts } from './charts.ts'
import { simulate } from './model.ts'
import { METRICS, OBSERVATIONS } from './metrics.ts'
import { isBounded, mmcParams, timed, type MmcParams } from './params.ts'
import { steady } from './steady.ts'
import { predictions } from './theory.ts'

export const mmC = defineSim<MmcParams>({
  name: 'mm-c',
  summary:
    'Customers wait for c equal servers (Erlang A, B and C, priorities, a day): a queue whose answer is known.',
  starter: 'mm-c-theory',
  params: mmcParams,
  metrics: METRICS,
  observations: OBSERVATIONS,
  horizons: ['steady', 'span'],
  steady,
  // A queue that bounds itself serves as much as it can and loses the rest: nothing in it is used up.
  resources: ({ params }) =>
    isBounded(params) || loadOfSpan(params) === 0
      ? []
      : [{ name: 'servers', multiple: 1 / loadOfSpan(params) }],
  underLoad: (params, multiple) => ({ ...params, arrivalRate: params.arrivalRate * multiple }),
  replicate: (params: MmcParams, ctx): Measures => simulate(timed(params), ctx),
  answer,
  charts,
  theory: predictions,
})
