/**
 * The regex shoot-out: which engine is fast, which is exponential, which gives wrong spans.
 *
 *     params.ts   what can be asked            answer.ts   the sentence
 *     model.ts    steps, without a clock       charts.ts   an engine a row
 *     live.ts     the engines themselves       metrics.ts  what is measured
 *     theory.ts   nothing closed applies
 */
import { defineSim, type Measures } from '../lab/contract/sim.ts'
import { answer } from './answer.ts'
import { charts } from './charts.ts'
import { METRICS } from './metrics.ts'
import { simulate } from './model.ts'
import { shootoutParams, type ShootoutParams } from './params.ts'
import { predictions } from './theory.ts'

export const regexShootout = defineSim<ShootoutParams>({
  name: 'regex-shootout',
  summary:
    'Regex engines on suites of patterns and texts: growth, speed, correctness. Live it runs them; else it counts steps.',
  starter: 'redos',
  params: shootoutParams,
  metrics: METRICS,
  replicate: (params, ctx): Measures => simulate(params, ctx),
  answer,
  charts,
  theory: predictions,
  live: async (params, io) => await (await import('./live.ts')).measure(params, io),
})
