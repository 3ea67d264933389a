/** One replication: the attacks, the mutated ones, the tokens, the flood and the leak. */
import type { Measures, ReplicationContext } from '../lab/contract/sim.ts'
import {
  attack,
  attackTokens,
  mutatedAttack,
  TOKEN_ATTACK,
  VERIFIERS,
  type VerifierName,
} from './attacked.ts'
import { flood } from './flood.ts'
import { leak } from './leak.ts'
import { ACCEPTED } from './metrics.ts'
import type { TrustParams } from './params.ts'

export function simulate(params: TrustParams, ctx: ReplicationContext): Measures {
  const { span, attacks } = params
  const attacked = attack(ctx, span, attacks)
  const tokens = attackTokens(ctx, span, attacks)
  const flooded = flood(ctx, params.floodTime, params.flood)
  const leaked = leak(params, ctx)
  const mutation = ctx.stream('mutations')
  let mutatedAccepted = 0
  for (let i = 0; i < params.mutations; i++) {
    if (mutatedAttack(mutation, span) === 'accepted') mutatedAccepted++
  }
  const by = (verifier: VerifierName): number =>
    Object.values(attacked.accepted).reduce((sum, counts) => sum + counts[verifier], 0)
  const sent = leaked.forged + leaked.genuine.sent
  const taken = leaked.accepted + leaked.genuine.taken
  return {
    metrics: {
      ...Object.fromEntries(VERIFIERS.map((verifier) => [ACCEPTED[verifier], by(verifier)])),
      mutatedAccepted,
      tokensOurs: tokens.ours,
      tokensGuide: tokens.guide,
      keyFetches: flooded.fetches,
      keyFetchesSample: flooded.fetchesOfSample,
      newKeyTaken: flooded.takenAfter,
      forgedEvents: leaked.accepted,
      forgedFor: leaked.lasted,
      forgedEndpoints: leaked.endpoints,
      openJobs: leaked.jobs,
      genuineRefused: leaked.genuine.sent === 0 ? null : 1 - leaked.genuine.taken / leaked.genuine.sent,
    },
    // Only a secret that is revoked at once leaves a time in which sender and receiver have none in common.
    unseen: params.secret === 'static-at-once' ? {} : { genuineRefused: 0 },
    chances: { genuineRefused: leaked.genuine.endpoints },
    counted: { genuineRefused: { of: leaked.genuine.sent } },
    state: 'stable',
    flow: { injected: sent, completed: taken, queued: 0, running: 0, dropped: sent - taken, expired: 0 },
    little: [],
    invariants: [
      {
        name: 'every genuine delivery that is attacked was taken first',
        ok: attacked.genuine.taken === attacked.genuine.sent && attacked.genuine.sent > 0,
      },
      { name: 'every forgery of the flood is sent', ok: flooded.forged === params.flood },
      { name: 'no forged key is ever taken', ok: flooded.accepted === 0 },
    ],
    series: leaked.series,
    counters: {
      attacks: attacked.attempts,
      mutations: params.mutations,
      tokens: tokens.attempts,
      forgedKeys: flooded.forged,
      forged: leaked.forged,
      ...Object.fromEntries(
        Object.entries(attacked.accepted).flatMap(([name, counts]) =>
          VERIFIERS.map((verifier) => [cell(name, verifier), counts[verifier]]),
        ),
      ),
      [cell(TOKEN_ATTACK, 'ours')]: tokens.ours,
      [cell(TOKEN_ATTACK, 'guide')]: tokens.guide,
    },
  }
}

/** The counter of one cell of the matrix. */
export const cell = (attackName: string, verifier: VerifierName | 'guide'): string =>
  `accepted/${verifier}/${attackName}`
