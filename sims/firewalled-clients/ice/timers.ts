/**
 * Timers of ICE and STUN: specification constants, each with its section, and the schedule that follows from them.
 *
 * A STUN request over UDP is sent at 0, RTO, 3 RTO, 7 RTO, ... after its first transmission, Rc times in all, and fails
 * Rm RTO after the last: with the defaults at 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s, and at 39.5 s (RFC 8489 section
 * 6.2.1). Over TCP it is sent once and fails at the same 39.5 s (section 6.2.2).
 */

/** Pace of new transactions, seconds (RFC 8445 section 14.2). */
export const TA = 0.05
/** Least retransmission timeout of a connectivity check, seconds (RFC 8445 section 14.3). */
export const LEAST_RTO = 0.5
/** Transmissions of one request (RFC 8489 section 6.2.1). */
export const RC = 7
/** Retransmission timeouts from the last transmission to failure (RFC 8489 section 6.2.1). */
export const RM = 16
/** What a request over TCP waits before it fails, seconds (RFC 8489 section 6.2.2). */
export const TI = 39.5
/** Before this nobody may declare failure, seconds after checks began (RFC 8863 section 4). */
export const PAC = 39.5
/** First retransmission of a TCP SYN, seconds; each later wait is twice as long (RFC 6298 section 2.1). */
export const SYN_RTO = 1
/** Least retransmission timeout of TCP data, seconds: Linux's, where RFC 6298 says 1 s. */
export const TCP_RTO = 0.2
/** First retransmission of a DTLS flight, seconds, doubling (RFC 6347 section 4.2.4.1). */
export const DTLS_RTO = 1

/** Retransmission timeout of a check that starts while this many pairs wait or are in progress, itself included. */
export const checkRto = (activePairs: number): number => Math.max(LEAST_RTO, TA * activePairs)

/** Seconds from the first transmission to transmission `n`, counted from 0, when each wait is twice the one before. */
export const transmissionAt = (n: number, rto: number): number => rto * (2 ** n - 1)
