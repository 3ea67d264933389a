/**
 * What the fleet costs a month: its hosts, and the bytes that leave for callers. Callers' own packets come in free; what
 * the relay sends them is egress, billed by the bytes on IP, and far above the price of the hosts.
 */
import { meanStay } from './demand.ts'
import { sessionsPerSecond, type VoiceFleetParams } from './params.ts'

const MONTH = 30 * 86_400
const TERABYTE = 1e12

/** Sessions at once, mean of the week: Little's law on what people ask for. */
export function meanSessions(params: VoiceFleetParams): number {
  return sessionsPerSecond(params) * meanStay(params)
}

/** Terabytes (10^12 bytes) that leave for callers in 30 days. */
export function egressPerMonth(params: VoiceFleetParams): number {
  const { packetsToCaller, packetSize, loadMultiple } = params
  return (meanSessions(params) * packetsToCaller * loadMultiple * packetSize * MONTH) / TERABYTE
}

/** In the currency of the price table. */
export function costPerMonth(params: VoiceFleetParams): number {
  const { relayHosts, prices } = params
  return relayHosts * prices.host + egressPerMonth(params) * 1000 * prices.egressGB
}
