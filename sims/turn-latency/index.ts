/**
 * A voice call turn by turn: why answers come later as a call goes on, and what would give the time back.
 *
 *     calls.ts     the loop: two events a turn on one inference pool     variants.ts   counterfactuals, same callers
 *     stages.ts    where a turn's time goes, by minute                   fit.ts        unpublished parameters from
 *     context.ts   tokens; service.ts what they cost                     published.ts  published points
 *     fates.ts     how many chances a replication is
 */
import { defineSim, type Measures } from '../lab/contract/sim.ts'
import { answer } from './answer.ts'
import { charts } from './charts.ts'
import { windowsOf } from './fates.ts'
import { METRICS, OBSERVATIONS } from './metrics.ts'
import { simulate } from './model.ts'
import { turnLatencyParams, type TurnLatencyParams } from './params.ts'
import { predictions } from './theory.ts'

export const turnLatency = defineSim<TurnLatencyParams>({
  name: 'turn-latency',
  summary:
    'A voice call turn by turn: latency that grows with the context, the backlog or the noise, and what helps.',
  starter: 'turn-latency-near',
  params: turnLatencyParams,
  metrics: METRICS,
  observations: OBSERVATIONS,
  replicate: (params, ctx): Measures => simulate(params, ctx),
  answer,
  charts,
  theory: predictions,
  resources: ({ metrics, state }) => {
    const used = metrics['poolUtilisation']?.value ?? null
    // A full pool does not show how much more is asked of it than it can do.
    return used === null || used === 0 || state === 'overloaded'
      ? []
      : [{ name: 'inference pool', multiple: 1 / used }]
  },
  windows: windowsOf,
  // What a parameter does to the call as it is needs no counterfactuals.
  probe: (params) => ({ ...params, counterfactuals: 'none' }),
  underLoad: (params, multiple) => ({ ...params, callRate: params.callRate * multiple }),
})
