/** What a call takes besides its checks, for the callers and for what is known of them beforehand. */
import { lognormalFrom, type LognormalParameters } from '../lab/kernel/random/lognormal.ts'
import type { FirewalledParams } from './params.ts'

/** Round trips of signalling: TCP, TLS 1.3, the request with the offer. */
export const SIGNALLING = 3
/** Flights of DTLS 1.2 that the client waits for. */
export const DTLS_FLIGHTS = 2
/** The 95th percentile of the round trip lies at three times its median. */
const RTT_SPREAD = 3

export const roundTrips = ({ rtt }: Pick<FirewalledParams, 'rtt'>): LognormalParameters =>
  lognormalFrom({ median: rtt, p95: RTT_SPREAD * rtt })
