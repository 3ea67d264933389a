/** Closed form of a relay restart: how long until a caller's own next check, and the packets until then. */
import type { TheoryPrediction } from '../lab/contract/sim.ts'
import { survives } from './faults.ts'
import type { RelayFaultsParams } from './params.ts'

/** Phases of a caller's checks over which the mean is taken: a midpoint rule on a function of straight pieces. */
const PHASES = 100_000

export function predictions(params: RelayFaultsParams): TheoryPrediction[] {
  if (!returnsByOwnCheck(params)) return []
  const { cache, cacheHit, downtime, cacheRead, packetsPerSecond } = params
  const isRestart = params.fault !== 'nat-rebinding'
  const byCheck = meanOutage(params, downOf(params))
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

/**
 * Whether every call that is cut off comes back by its own next check, before anybody connects anew or hangs up. Then how long
 * its outage is depends on when it checks, on its luck with the cache and on when it ends, all its own, and on no other call.
 */
export function returnsByOwnCheck(params: RelayFaultsParams): boolean {
  const { fault, downtime, silence, deadAfter, patience } = params
  return (
    survives(fault) &&
    downtime <= silence &&
    longestOutage(params, downOf(params)) < Math.min(deadAfter, patience)
  )
}

const downOf = ({ fault, downtime }: RelayFaultsParams): number => (fault === 'nat-rebinding' ? 0 : downtime)

/** Mean of an outage of `seconds` that the end of the call may cut short: lengths are exponential. */
const untilOver = (seconds: number, sessionLength: number): number =>
  -sessionLength * Math.expm1(-seconds / sessionLength)

type Timers = Pick<RelayFaultsParams, 'checkInterval' | 'silence' | 'weakInterval' | 'podRtt'>

/** Seconds from a cut to the first check after `down`, of a caller who would have checked at `phase` of his interval. */
function firstCheck({ checkInterval, silence, weakInterval }: Timers, down: number, phase: number): number {
  let at = Math.min(phase * checkInterval, silence)
  while (at < down) at = at >= silence ? at + weakInterval : Math.min(at + checkInterval, silence)
  return at
}

/**
 * Mean seconds without media from a cut to the answer to the first check after `down`, over the phase of checks: `down`,
 * then half an interval. Silence makes callers check sooner.
 */
export function meanOutage(timers: Timers & Pick<RelayFaultsParams, 'sessionLength'>, down: number): number {
  let sum = 0
  for (let i = 0; i < PHASES; i++)
    sum += untilOver(firstCheck(timers, down, (i + 0.5) / PHASES) + timers.podRtt, timers.sessionLength)
  return sum / PHASES
}

/** The longest that such an outage can be. */
function longestOutage(timers: Timers, down: number): number {
  let longest = 0
  for (let i = 0; i <= PHASES; i++) longest = Math.max(longest, firstCheck(timers, down, i / PHASES))
  return longest + timers.podRtt
}
