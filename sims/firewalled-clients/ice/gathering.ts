/**
 * Candidate gathering (RFC 8445 section 5.1.1): when each local candidate exists, counted from the start of the call.
 *
 * Host candidates are there at once. A TURN candidate over UDP takes two round trips (Allocate, 401, Allocate: RFC 8656
 * section 7.1), with STUN's retransmissions; over TLS two more for the handshakes of TCP and TLS 1.3, and one more
 * through a proxy. A STUN server gives a server-reflexive candidate, which is no better than the host's against a public
 * server: all it does here is to hold up an agent that gathers everything first.
 */
import { LEAST_RTO, RC, SYN_RTO, TCP_RTO, transmissionAt } from './timers.ts'

/** Draws one loss on the way out or back. */
export type LostOnce = () => boolean

/** When an exchange over UDP that starts at 0 is answered; Infinity when all transmissions fail or nothing passes. */
export function udpExchange(rtt: number, passes: boolean, lost: LostOnce): number {
  if (!passes) return Infinity
  for (let n = 0; n < RC; n++) {
    const isLost = lost()
    if (!lost() && !isLost) return transmissionAt(n, LEAST_RTO) + rtt
  }
  return Infinity
}

/**
 * When a request over a stream is answered: a round trip, and what is lost on the way. TCP's acknowledgements are each
 * side's own affair: a lost request is repeated by the client's timer, a lost answer by the server's.
 */
export function streamExchange(rtt: number, rto: number, lost: LostOnce): number {
  return rtt + repeats(rto, lost) + repeats(rto, lost)
}

/** The doubled waits of the losses in a row, one way. */
function repeats(rto: number, lost: LostOnce): number {
  let losses = 0
  while (losses < RC && lost()) losses++
  return transmissionAt(losses, rto)
}

/** When the last of `exchanges` over a new TCP connection is answered; its handshake is the first of them. */
export function connection(rtt: number, exchanges: number, lost: LostOnce): number {
  let at = streamExchange(rtt, SYN_RTO, lost)
  for (let i = 1; i < exchanges; i++) at += streamExchange(rtt, Math.max(TCP_RTO, rtt), lost)
  return at
}

/** TURN over UDP: Allocate without and with credentials. */
export function turnUdp(rtt: number, passes: boolean, lost: LostOnce): number {
  const first = udpExchange(rtt, passes, lost)
  return first === Infinity ? Infinity : first + udpExchange(rtt, passes, lost)
}

/** TURN over TLS: TCP, a proxy's CONNECT where there is one, TLS 1.3, two Allocates. */
export function turnTls(rtt: number, passes: boolean, throughProxy: boolean, lost: LostOnce): number {
  return passes ? connection(rtt, throughProxy ? 5 : 4, lost) : Infinity
}
