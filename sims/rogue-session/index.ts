/**
 * Sessions that nobody wanted: a key that was stolen, a ufrag that was copied, checks that are replayed, a thief with a
 * session of his own. How long until each is stopped, what it takes from the owner, and what it costs.
 *
 *     thefts.ts    what a thief gets and what ends it, from draws alone     defences.ts   what is done against it
 *     model.ts     each theft, put to the real Forwarder by relay.ts        theory.ts     forged time in closed form
 */
import { defineSim, type Measures } from '../lab/contract/sim.ts'
import { answer } from './answer.ts'
import { charts } from './charts.ts'
import { METRICS, OBSERVATIONS } from './metrics.ts'
import { simulate, theftsOf } from './model.ts'
import { rogueParams, type RogueParams } from './params.ts'
import { predictions } from './theory.ts'

export const rogueSession = defineSim<RogueParams>({
  name: 'rogue-session',
  summary:
    'Stolen keys, copied ufrags, replayed checks and thieves inside: time until each is stopped, and the bill.',
  starter: 'rogue-session',
  params: rogueParams,
  metrics: METRICS,
  observations: OBSERVATIONS,
  replicate: (params, ctx): Measures => simulate(params, ctx),
  answer,
  charts,
  theory: predictions,
  // Thefts have nothing to do with each other: each is a window of its own.
  windows: theftsOf,
  // What a parameter does shows in fewer thefts.
  probe: (params) => ({
    ...params,
    thefts: Math.min(params.thefts, 1000),
    watched: Math.min(params.watched, 10),
  }),
})
