/**
 * Closed forms of the leak. Endpoint i trusts the leaked secret until T_i, uniform over the time in which receivers change
 * over, so the thief's Poisson events are believed for E[T] in each: forged events = endpoints x E[T] / interval. No
 * closed form says what a verifier accepts: that is what it does.
 */
import type { TheoryPrediction } from '../lab/contract/sim.ts'
import type { TrustParams } from './params.ts'

export function predictions(params: TrustParams): TheoryPrediction[] {
  const { secret, endpoints, detection, overlap, deploy, jobLength, forgeEvery, span } = params
  const isStatic = secret !== 'per-request'
  const change = secret === 'static-overlap' ? overlap : deploy
  const longest = isStatic ? detection + change : jobLength
  if (longest > span) return []
  const mean = isStatic ? detection + change / 2 : jobLength / 2
  return [
    {
      name: 'forged events: endpoints x mean time of trust / interval',
      metric: 'forgedEvents',
      expected: ((isStatic ? endpoints : 1) * mean) / forgeEvery,
    },
  ]
}
