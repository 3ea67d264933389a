/**
 * The networks that clients sit in, by what they let through; and the ladders of fallbacks that a service offers.
 *
 * A network's share is a parameter; what it lets through is its definition. NAT of any kind is harmless here: the server
 * has a public address, so a symmetric NAT only gives the client a port of its own for it.
 */

export const NETWORKS = [
  'open',
  'symmetric-nat',
  'ipv6-only',
  'tcp-only',
  'tls-443-only',
  'proxy-only',
  'closed',
] as const
export type Network = (typeof NETWORKS)[number]

/** Ways from a client to the service, in order of candidate priority (RFC 8445 section 5.1.2, RFC 6544 section 4.2). */
export const WAYS = ['udp', 'ice-tcp', 'turn-udp', 'turn-tls'] as const
export type Way = (typeof WAYS)[number]

export const LADDERS = ['none', 'turn-udp', 'ice-tcp', 'turn-tls', 'all'] as const
export type Ladder = (typeof LADDERS)[number]

/** What a ladder offers besides UDP to the relay. */
const OFFERED: Readonly<Record<Ladder, readonly Way[]>> = {
  none: ['udp'],
  'turn-udp': ['udp', 'turn-udp'],
  'ice-tcp': ['udp', 'ice-tcp'],
  'turn-tls': ['udp', 'turn-tls'],
  all: ['udp', 'ice-tcp', 'turn-udp', 'turn-tls'],
}

export const waysOf = (ladder: Ladder): readonly Way[] => OFFERED[ladder]

/** What each network lets through; an IPv6-only client reaches an IPv4 relay only through NAT64. */
const PASSES: Readonly<Record<Exclude<Network, 'ipv6-only'>, readonly Way[]>> = {
  open: WAYS,
  'symmetric-nat': WAYS,
  'tcp-only': ['ice-tcp', 'turn-tls'],
  'tls-443-only': ['turn-tls'],
  // A browser opens TURN/TLS through the proxy it is configured for, by CONNECT.
  'proxy-only': ['turn-tls'],
  // TLS is opened and inspected, or the proxy wants credentials that no browser hands to WebRTC.
  closed: [],
}

/**
 * Whether a network lets a way through. `reachesRelay`: whether an IPv6-only client has an address to reach the relay by
 * (NAT64, or a relay with IPv6); TURN servers have both families, and relay from one to the other (RFC 8656 section 7.2).
 */
export function passes(network: Network, way: Way, reachesRelay: boolean): boolean {
  if (network === 'ipv6-only') return reachesRelay || way === 'turn-udp' || way === 'turn-tls'
  return PASSES[network].includes(way)
}

/** True when no way of the ladder gets through, however long a client tries. */
export function lockedOut(network: Network, ladder: Ladder, reachesRelay: boolean): boolean {
  return !waysOf(ladder).some((way) => passes(network, way, reachesRelay))
}
