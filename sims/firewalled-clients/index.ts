/**
 * Callers behind firewalls: who gets no call at all when the relay speaks UDP only, what each fallback saves, and what it
 * costs. Every caller's connectivity checks are run as the state machine they are, with real STUN messages.
 *
 *     networks.ts   what a network lets through, what a ladder offers      ice/          gathering, checks, timers
 *     model.ts      one caller after another                               stalls.ts     audio over TCP
 *     theory.ts     the locked-out share in closed form                    answer.ts     the sentence
 */
import { defineSim, type Measures } from '../lab/contract/sim.ts'
import { answer } from './answer.ts'
import { charts } from './charts.ts'
import { METRICS, OBSERVATIONS } from './metrics.ts'
import { simulate } from './model.ts'
import { firewalledParams, type FirewalledParams } from './params.ts'
import { predictions } from './theory.ts'

export const firewalledClients = defineSim<FirewalledParams>({
  name: 'firewalled-clients',
  summary: 'Callers in networks that block UDP: who is locked out, and what TURN and ICE-TCP save and cost.',
  starter: 'firewalled-clients',
  params: firewalledParams,
  metrics: METRICS,
  observations: OBSERVATIONS,
  replicate: (params, ctx): Measures => simulate(params, ctx),
  answer,
  charts,
  theory: predictions,
  // Callers have nothing to do with each other: each is a window of its own.
  windows: ({ calls }) => calls,
  // What a parameter does shows in fewer callers.
  probe: (params) => ({ ...params, calls: Math.min(params.calls, 10_000) }),
})
