/** Closed forms: who is locked out and who falls back, from the shares of the networks alone. */
import { normalTail } from '../lab/analysis/normal.ts'
import type { TheoryPrediction } from '../lab/contract/sim.ts'
import { HARDLY_ANY } from '../lab/contract/theory.ts'
import { RC, SYN_RTO, TI, transmissionAt } from './ice/timers.ts'
import { lockedOut, NETWORKS, passes, waysOf, type Network } from './networks.ts'
import type { FirewalledParams } from './params.ts'
import { roundTrips } from './protocol.ts'

interface NetworkShare {
  readonly network: Network
  readonly reachesRelay: boolean
  readonly share: number
}

/** Share of all clients in each network; those without IPv4 are told apart by whether they reach the relay. */
export function networkShares(
  params: FirewalledParams,
): { network: Network; reachesRelay: boolean; share: number }[] {
  const { udpBlocked, ipv6Only, tlsOnly, proxyOnly, closed, symmetricNat, nat64 } = params
  const rest = 1 - udpBlocked - ipv6Only
  const shares: Readonly<Record<Exclude<Network, 'ipv6-only'>, number>> = {
    open: rest * (1 - symmetricNat),
    'symmetric-nat': rest * symmetricNat,
    'tcp-only': udpBlocked * (1 - tlsOnly - proxyOnly - closed),
    'tls-443-only': udpBlocked * tlsOnly,
    'proxy-only': udpBlocked * proxyOnly,
    closed: udpBlocked * closed,
  }
  return NETWORKS.flatMap((network): NetworkShare[] =>
    network === 'ipv6-only'
      ? [
          { network, reachesRelay: true, share: ipv6Only * nat64 },
          { network, reachesRelay: false, share: ipv6Only * (1 - nat64) },
        ]
      : [{ network, reachesRelay: true, share: shares[network] }],
  )
}

/** Exchanges that are repeated until they fail on the way to a candidate and its check: TURN's two, a permission, the check. */
const OF_A_CHECK = 4
/** The same of gathering TURN over TLS through a proxy. */
const OF_GATHERING = 5
/** All that one call may wait for in turn, through a proxy, over TURN and TLS, nominated regularly. */
const OF_A_CALL = 15

/**
 * Who is offered the ladder does not depend on the network: of each, that share has its ways, and the rest UDP alone.
 *
 * Shares of networks are shares of callers only while luck has no part in them: with heavy loss or long round trips checks
 * fail where the network lets them pass, candidates come after gathering has ended, and the impatient give up on a slow
 * fallback. Where that may happen to anybody, nothing is predicted.
 */
export function predictions(params: FirewalledParams): TheoryPrediction[] {
  const { ladder, rollout, calls, patience, gathering, gatheringLimit } = params
  const isForAll = rollout === 1
  const sum = (holds: (one: NetworkShare) => boolean): number =>
    networkShares(params).reduce((total, one) => total + (holds(one) ? one.share : 0), 0)
  const isLocked = ({ network, reachesRelay }: NetworkShare): boolean =>
    lockedOut(network, ladder, reachesRelay)
  const isBlocked = ({ network, reachesRelay }: NetworkShare): boolean =>
    !passes(network, 'udp', reachesRelay)
  const waits = gathering === 'full' ? gatheringLimit : 0
  const fails =
    chanceOfLater(params, OF_A_CHECK, TI) +
    (waits > 0 && hasTurn(params) ? chanceOfLater(params, OF_GATHERING, waits) : 0)
  if (calls * fails > HARDLY_ANY) return []
  const locked = {
    name: `callers whose network lets no rung of the ladder through${isForAll ? '' : ', or to whom none is offered'}`,
    metric: 'lockedOut',
    expected: rollout * sum(isLocked) + (1 - rollout) * sum(isBlocked),
    otherwise: { events: HARDLY_ANY, of: calls },
  }
  const onFallback = rollout * sum((one) => isBlocked(one) && !isLocked(one))
  const giveUp = chanceOfLater(params, OF_A_CALL, patience - waits)
  if (waysOf(ladder).length === 1 || rollout === 0 || calls * onFallback * giveUp > HARDLY_ANY)
    return [locked]
  return [
    locked,
    {
      name: `callers whose network lets a fallback through, but not UDP to the relay${isForAll ? '' : ', and to whom it is offered'}`,
      metric: 'fallback',
      expected: onFallback,
      // As many fail, and as many give up.
      otherwise: { events: 2 * HARDLY_ANY, of: calls },
    },
  ]
}

const hasTurn = ({ ladder }: FirewalledParams): boolean =>
  waysOf(ladder).some((way) => way === 'turn-udp' || way === 'turn-tls')

/**
 * A bound on the chance that so many exchanges, one after another, take longer than `seconds` or never end. What costs time
 * are losses in a row in one of them, whose waits double from a second or a round trip; so sum over how many, and ask how
 * long a round trip would then have to be. Waits in several exchanges add up to as much only after more losses.
 */
function chanceOfLater(params: FirewalledParams, exchanges: number, seconds: number): number {
  const { mu, sigma } = roundTrips(params)
  const added = hasTurn(params) ? params.turnRtt : 0
  const isLonger = (rtt: number): number =>
    rtt <= added ? 1 : normalTail((Math.log(rtt - added) - mu) / sigma)
  const lost = 1 - (1 - params.loss) ** 2
  let chance = 0
  for (let losses = 0; losses <= RC; losses++) {
    const waits = transmissionAt(losses, SYN_RTO)
    const short = (seconds - waits) / exchanges
    const rtt = short <= SYN_RTO ? short : seconds / (exchanges + waits)
    chance += Math.min(1, exchanges * lost ** losses) * (losses === RC ? 1 : isLonger(rtt))
  }
  return chance
}
