/** What connecting takes, for the callers and for what is known of them beforehand. */
import { lognormalFrom, type LognormalParameters } from '../lab/kernel/random/lognormal.ts'
import type { RelayFaultsParams } from './params.ts'

/** Packets wait no longer than this for their batch, s. */
export const BATCHING = 0.002
/** Round trips of signalling, and of DTLS 1.2. */
export const SIGNALLING = 3
export const DTLS_FLIGHTS = 2
/** The wait between attempts doubles so often. */
export const MOST_DOUBLINGS = 5

/** The 95th percentile of the round trip lies at three times its median. */
const RTT_SPREAD = 3

export const roundTrips = ({ rtt }: Pick<RelayFaultsParams, 'rtt'>): LognormalParameters =>
  lognormalFrom({ median: rtt, p95: RTT_SPREAD * rtt })
