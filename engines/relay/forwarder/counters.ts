/** What a Forwarder has done: exact counts, kept in one Float64Array so that counting allocates nothing. */
import { REASONS } from './verdict.ts'
import type { Reason } from './verdict.ts'

const NAMES = [
  'packetsToPod',
  'bytesToPod',
  'packetsToClient',
  'bytesToClient',
  'checks',
  'flowsCreated',
  'flowsConfirmed',
  'flowsSwitched',
  'flowsReturned',
  'flowsProven',
  'flowsExpired',
  'flowsEvicted',
  'switchLimited',
  'packetsCredited',
  'bytesCredited',
] as const

export type CounterName = (typeof NAMES)[number]

export interface Counts {
  /**
   * Packets and payload bytes passed each way (relay headers not counted); checks whose hint was genuine; flows
   * created, confirmed by a pod's answer, switched to another session, of these back to the incumbent, proven by their
   * client or its pod, expired, evicted for others; answers that passed without the switch that they asked for;
   * packets and bytes credited.
   */
  readonly done: Readonly<Record<CounterName, number>>
  /** Dropped packets by reason. */
  readonly dropped: Readonly<Record<Exclude<Reason, 'none'>, number>>
}

const indexOf = (name: CounterName): number => NAMES.indexOf(name)
export const PACKETS_TO_POD = indexOf('packetsToPod')
export const BYTES_TO_POD = indexOf('bytesToPod')
export const PACKETS_TO_CLIENT = indexOf('packetsToClient')
export const BYTES_TO_CLIENT = indexOf('bytesToClient')
export const CHECKS = indexOf('checks')
export const FLOWS_CREATED = indexOf('flowsCreated')
export const FLOWS_CONFIRMED = indexOf('flowsConfirmed')
export const FLOWS_SWITCHED = indexOf('flowsSwitched')
export const FLOWS_RETURNED = indexOf('flowsReturned')
export const FLOWS_PROVEN = indexOf('flowsProven')
export const FLOWS_EXPIRED = indexOf('flowsExpired')
export const FLOWS_EVICTED = indexOf('flowsEvicted')
export const SWITCH_LIMITED = indexOf('switchLimited')
export const PACKETS_CREDITED = indexOf('packetsCredited')
export const BYTES_CREDITED = indexOf('bytesCredited')

export class Counters {
  /** By the constants above. */
  readonly done = new Float64Array(NAMES.length)
  /** By drop reason. */
  readonly dropped = new Float64Array(REASONS.length)

  /** A copy for people and result documents. */
  read(): Counts {
    const done = Object.fromEntries(NAMES.map((name, i) => [name, this.done[i]!]))
    const dropped = Object.fromEntries(REASONS.slice(1).map((name, i) => [name, this.dropped[i + 1]!]))
    return { done, dropped } as unknown as Counts
  }
}
