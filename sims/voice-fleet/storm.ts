/**
 * The storm after a region's loss: all sessions of a cluster, at its peak, look for another one at once.
 *
 * Clients notice within `reconnectWithin` of each other (consent runs out, or the write timer), and each then sends
 * connectivity checks at the pace of an unanswered path until the first answer is back, a round trip later, and a handshake.
 *
 * This is a formula, an even spread of what is known; nothing is simulated. The sim `relay-faults` (scenario `region-loss`)
 * plays the storm packet by packet.
 */
import { forecastPeaks } from './demand.ts'
import type { VoiceFleetParams } from './params.ts'

/** Seconds between a client's checks while no path has answered (libwebrtc, weak paths). */
const CHECK_PACE = 0.048

export interface Storm {
  /** Per second, while it lasts. */
  readonly handshakes: number
  readonly checks: number
}

/** The largest cluster's: nobody chooses which is lost. */
export function stormOf(params: VoiceFleetParams): Storm {
  const { firstHopRtt, farRtt, reconnectWithin } = params
  const sessions = Math.max(...forecastPeaks({ ...params, survive: 'none' }))
  const handshakes = sessions / reconnectWithin
  return { handshakes, checks: handshakes * (1 + Math.floor((firstHopRtt + farRtt) / CHECK_PACE)) }
}
