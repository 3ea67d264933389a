/**
 * A stolen API key: what it costs until it is of no use, by what limits its spend.
 *
 *     controls.ts   published limits, and their absence      theft.ts    one theft, minute by minute
 *     model.ts      many thefts                              theory.ts   what an unlimited one costs
 */
import { defineSim, type Measures } from '../lab/contract/sim.ts'
import { answer } from './answer.ts'
import { charts } from './charts.ts'
import { METRICS, OBSERVATIONS } from './metrics.ts'
import { simulate } from './model.ts'
import { leakedKeyParams, type LeakedKeyParams } from './params.ts'
import { predictions } from './theory.ts'

export const leakedKey = defineSim<LeakedKeyParams>({
  name: 'leaked-key',
  summary: 'A stolen API key: what it spends under published limits, with an alert, and without any control.',
  starter: 'leaked-key',
  params: leakedKeyParams,
  metrics: METRICS,
  observations: OBSERVATIONS,
  replicate: (params, ctx): Measures => simulate(params, ctx),
  answer,
  charts,
  theory: predictions,
  // Thefts have nothing to do with each other: each is a window of its own.
  windows: ({ thefts }) => thefts,
})
