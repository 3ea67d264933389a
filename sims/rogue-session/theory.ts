/** Forged time in closed form, or as an integral over one density: what a theft is worth by arithmetic alone. */
import type { TheoryPrediction } from '../lab/contract/sim.ts'
import { IN_FORCE, type InForce } from './defences.ts'
import type { RogueParams } from './params.ts'
import { heldFor } from './thefts.ts'

/** What fails to come true less often than once in a million thefts does not in a run. */
const SURE = 1 - 1e-6

export function predictions(params: RogueParams): TheoryPrediction[] {
  const inForce = IN_FORCE[params.defence]
  if (params.attack === 'stolen-key') {
    const expected = forgedWithKey(params, inForce)
    return [{ name: 'sessions to the cap while the key lives', metric: 'forgedTime', expected }]
  }
  if (params.attack === 'copied-ufrag') {
    const expected = forgedByCopy(params, inForce)
    return [
      {
        name: 'from the owner’s end to the cap, to consent’s or to the kill',
        metric: 'forgedTime',
        expected,
      },
    ]
  }
  return []
}

/** Mean of min(s, D + U) for an exponential detection D and a uniform spread U; s itself where nobody kills. */
export function meanUntilStopped(
  { detection: d, spread: p }: RogueParams,
  { kill }: InForce,
  s: number,
): number {
  if (!kill) return s
  if (s <= p) return ((s * s) / 2 + d * s + d * d * Math.expm1(-s / d) + (p - s) * s) / p
  return ((p * p) / 2 + d * p - d * d * (Math.exp(-(s - p) / d) - Math.exp(-s / d))) / p
}

function forgedWithKey(params: RogueParams, inForce: InForce): number {
  const { keyLifetime, sessionCap, leakDelay, ownerDelay, parallel } = params
  if (inForce.singleUse) {
    const rate = 1 / leakDelay + 1 / ownerDelay
    const isFirst = -Math.expm1(-keyLifetime * rate) / leakDelay / rate
    return isFirst * meanUntilStopped(params, inForce, sessionCap)
  }
  // n sessions in a row when the first begins between n and n - 1 caps before the key's end.
  const beginsBy = (t: number): number => (t <= 0 ? 0 : -Math.expm1(-t / leakDelay))
  let mean = 0
  for (let n = 1; (n - 1) * sessionCap < keyLifetime; n++) {
    const chance = beginsBy(keyLifetime - (n - 1) * sessionCap) - beginsBy(keyLifetime - n * sessionCap)
    mean += (chance > SURE ? 1 : chance) * meanUntilStopped(params, inForce, n * sessionCap)
  }
  return parallel * mean
}

/** Over the density of the owner's call: vanished, and copied before its end. Calls to the cap leave nothing. */
function forgedByCopy(params: RogueParams, inForce: InForce): number {
  const { callLength, leakDelay, sessionCap, vanished } = params
  const worth = (call: number): number =>
    (Math.exp(-call / callLength) / callLength) *
    -Math.expm1(-call / leakDelay) *
    meanUntilStopped(params, inForce, heldFor(params, inForce, call))
  return vanished * simpson(worth, 0, sessionCap, 20_000)
}

/** Simpson's rule over `steps`, an even number. */
function simpson(f: (x: number) => number, from: number, to: number, steps: number): number {
  const h = (to - from) / steps
  let sum = f(from) + f(to)
  for (let i = 1; i < steps; i++) sum += (i % 2 === 0 ? 2 : 4) * f(from + i * h)
  return (sum * h) / 3
}
