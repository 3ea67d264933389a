/** Closed forms: who is locked out and who falls back, from the shares of the networks alone. */
import type { TheoryPrediction } from '../lab/contract/sim.ts'
import { lockedOut, NETWORKS, passes, waysOf, type Network } from './networks.ts'
import type { FirewalledParams } from './params.ts'

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

/** Losses in a row hold a fallback up by this much once in some 10^8 calls at 1 %. */
const SURELY_CONNECTED = 20

/**
 * Losses are too rare to lock anybody out: all seven transmissions of a check fail once in 10^12 at 1 %. Whoever is
 * impatient gives up on a slow fallback, so its share is predicted only for callers who wait.
 */
export function predictions(params: FirewalledParams): TheoryPrediction[] {
  const { ladder, patience } = params
  const sum = (holds: (one: NetworkShare) => boolean): number =>
    networkShares(params).reduce((total, one) => total + (holds(one) ? one.share : 0), 0)
  const isLocked = ({ network, reachesRelay }: NetworkShare): boolean =>
    lockedOut(network, ladder, reachesRelay)
  const isBlocked = ({ network, reachesRelay }: NetworkShare): boolean =>
    !passes(network, 'udp', reachesRelay)
  const locked = {
    name: 'callers whose network lets no rung of the ladder through',
    metric: 'lockedOut',
    expected: sum(isLocked),
  }
  if (patience < SURELY_CONNECTED || waysOf(ladder).length === 1) return [locked]
  return [
    locked,
    {
      name: 'callers whose network lets a fallback through, but not UDP to the relay',
      metric: 'fallback',
      expected: sum((one) => isBlocked(one) && !isLocked(one)),
    },
  ]
}
