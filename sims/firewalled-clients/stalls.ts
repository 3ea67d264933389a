/**
 * Audio over TCP: a lost segment holds back all that follow it until it is sent again (head-of-line blocking).
 *
 * A loss is noticed by three later packets and repaired in a round trip; when the repair is lost as well, the
 * retransmission timeout and its doublings follow (RFC 6298). So a pause is a round trip and three packets, plus
 * RTO (2^k - 1) after k lost repairs, and k lost repairs have probability loss^k.
 */
import { TCP_RTO, transmissionAt } from './ice/timers.ts'

export interface AudioStream {
  readonly rtt: number
  /** Share of packets lost. */
  readonly loss: number
  /** Packets per second in one direction. */
  readonly pace: number
}

/** Pause after a loss whose first `lostRepairs` repairs are lost too, seconds. */
export function pause({ rtt, pace }: AudioStream, lostRepairs: number): number {
  return rtt + 3 / pace + transmissionAt(lostRepairs, Math.max(TCP_RTO, rtt))
}

/** Probability that some pause in `seconds` of a call, either way, is longer than `limit` seconds. */
export function stallProbability(stream: AudioStream, seconds: number, limit: number): number {
  const { loss, pace } = stream
  if (loss === 0) return 0
  let lostRepairs = 0
  while (pause(stream, lostRepairs) <= limit) lostRepairs++
  const losses = 2 * pace * seconds * loss
  return -Math.expm1(-losses * loss ** lostRepairs)
}
