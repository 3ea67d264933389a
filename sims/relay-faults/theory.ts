/** Closed form of a relay restart: how long until a caller's own next check, and the packets until then. */
import type { TheoryPrediction } from '../lab/contract/sim.ts'
import type { RelayFaultsParams } from './params.ts'

/** Phases of a caller's checks over which the mean is taken: a midpoint rule on a function of straight pieces. */
const PHASES = 100_000

export function predictions(params: RelayFaultsParams): TheoryPrediction[] {
  const { fault, cache, cacheHit, downtime, cacheRead, packetsPerSecond, silence } = params
  const isRestart = fault === 'relay-crash' || fault === 'rolling-restart'
  const isRebinding = fault === 'nat-rebinding'
  // A relay that is away for long, or callers who check at once, meet other timers.
  if (
    !(isRestart || isRebinding) ||
    downtime > silence ||
    params.deadAfter < downtime + 2 * params.weakInterval
  )
    return []
  const byCheck = meanOutage(params, isRestart ? downtime : 0)
  const hit = isRestart && cache === 'shared' ? cacheHit : 0
  const mean = hit * untilOver(downtime + cacheRead, params.sessionLength) + (1 - hit) * byCheck
  return [
    {
      name: `packets until ${hit > 0 ? 'the cache is read, or ' : ''}a caller’s next check is answered (uniform phase)`,
      metric: 'mean(lostPackets)',
      expected: packetsPerSecond * mean,
    },
  ]
}

/** Mean of an outage of `seconds` that the end of the call may cut short: lengths are exponential. */
const untilOver = (seconds: number, sessionLength: number): number =>
  -sessionLength * Math.expm1(-seconds / sessionLength)

/**
 * Mean seconds without media from a cut to the answer to the first check after `down`, over the phase of checks: `down`,
 * then half an interval. Silence makes callers check sooner.
 */
export function meanOutage(
  {
    checkInterval,
    silence,
    weakInterval,
    podRtt,
    sessionLength,
  }: Pick<RelayFaultsParams, 'checkInterval' | 'silence' | 'weakInterval' | 'podRtt' | 'sessionLength'>,
  down: number,
): number {
  let sum = 0
  for (let i = 0; i < PHASES; i++) {
    let at = Math.min(((i + 0.5) / PHASES) * checkInterval, silence)
    while (at < down) at = at >= silence ? at + weakInterval : Math.min(at + checkInterval, silence)
    sum += untilOver(at + podRtt, sessionLength)
  }
  return sum / PHASES
}
