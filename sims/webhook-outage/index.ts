/**
 * What an outage of a webhook receiver costs, policy by policy, and when a short one never ends.
 *
 *     world.ts     one world: the engine's scheduler in virtual time      policies.ts   the engine's, and quick retries
 *     receiver.ts  capacity, queue, senders that hang up                  edge.ts       up to which load it comes back
 *     tally.ts     sums and series, however many messages                 theory.ts     closed forms of both questions
 */
import { defineSim, type Measures } from '../lab/contract/sim.ts'
import { answer } from './answer.ts'
import { charts } from './charts.ts'
import { METRICS, OBSERVATIONS } from './metrics.ts'
import { simulate } from './model.ts'
import { outageParams, type OutageParams } from './params.ts'
import { predictions } from './theory.ts'

export const webhookOutage = defineSim<OutageParams>({
  name: 'webhook-outage',
  summary:
    'Webhook receivers that are down or slow: what each retry policy loses, costs, and whether it ends.',
  starter: 'webhook-outage-24h',
  params: outageParams,
  metrics: METRICS,
  observations: OBSERVATIONS,
  replicate: (params, ctx): Measures => simulate(params, ctx),
  answer,
  charts,
  theory: (params) => predictions(params),
  // While everything is refused messages do not see each other: each meets the outage at a moment of its own.
  windows: ({ fault, load, capacity, outage }) =>
    fault === 'down' ? Math.max(1, load * capacity * outage) : 1,
})
