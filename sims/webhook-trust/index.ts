/**
 * Whom a webhook receiver believes: attacks on verifiers, and what a leaked secret opens.
 *
 *     attacks.ts   kinds of attack, each like a case of the engine's conformance file
 *     mutate.ts    one to three random changes more
 *     attacked.ts  attacks and tokens on every verifier       receivers.ts  what acts upon what its verifier says
 *     flood.ts     forged keys while the sender rotates       leak.ts       who trusts a leaked secret, for how long
 */
import { defineSim, type Measures } from '../lab/contract/sim.ts'
import { answer } from './answer.ts'
import { charts } from './charts.ts'
import { METRICS } from './metrics.ts'
import { simulate } from './model.ts'
import { trustParams, type TrustParams } from './params.ts'
import { predictions } from './theory.ts'

export const webhookTrust = defineSim<TrustParams>({
  name: 'webhook-trust',
  summary:
    'Webhook verifiers under attack: what they accept, and how long and how far a leaked secret forges.',
  starter: 'webhook-trust',
  params: trustParams,
  metrics: METRICS,
  replicate: (params, ctx): Measures => simulate(params, ctx),
  answer,
  charts,
  theory: (params) => predictions(params),
  // The effect of an assumption is looked for in the leak; the attacks stay as they are.
  probe: (params) => ({ ...params, attacks: 1, mutations: 0, flood: 1 }),
})
