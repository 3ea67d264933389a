/** Delays of all packets of a fleet, from the utilisations and queues its hosts saw. */
import { LogHistogram } from '../lab/analysis/histogram.ts'
import type { FleetWorld } from './hosts.ts'
import { BINS, exceeds, settledUtilisation, waitTail, type WaitTail } from './queueing.ts'

/** The distribution of relay delay (wait and service) over the packets that were forwarded. */
export class RelayDelay {
  private readonly service: number
  private readonly packetsAt = new Float64Array(BINS + 1)
  private readonly queued = new LogHistogram({ bits: 7, min: 1e-6, max: 1e4 })
  private readonly tails: readonly WaitTail[]
  private readonly forwarded: number

  constructor(fleets: readonly FleetWorld[], packetsPerCoreSecond: number) {
    this.service = 1 / packetsPerCoreSecond
    for (const fleet of fleets) {
      for (let bin = 0; bin <= BINS; bin++) this.packetsAt[bin]! += fleet.packetsAt[bin]!
      this.queued.merge(LogHistogram.fromData(fleet.queued))
    }
    const settled = settledUtilisation(packetsPerCoreSecond)
    this.tails = Array.from({ length: BINS + 1 }, (_, bin) => waitTail(Math.min((bin + 0.5) / BINS, settled)))
    this.forwarded = this.packetsAt.reduce((sum, packets) => sum + packets, 0) + this.queued.count
  }

  /** Share of packets whose delay is above `seconds`; null without packets. */
  shareAbove(seconds: number): number | null {
    if (this.forwarded === 0) return null
    const wait = seconds - this.service
    if (wait < 0) return 1
    let above = (this.queued.shareAbove(wait) ?? 0) * this.queued.count
    for (let bin = 0; bin <= BINS; bin++) {
      const packets = this.packetsAt[bin]!
      if (packets > 0) above += packets * exceeds(this.tails[bin]!, wait / this.service)
    }
    return above / this.forwarded
  }

  /** The delay in seconds that a share `p` of packets does not exceed, to a millionth of itself; null without packets. */
  quantile(p: number): number | null {
    if (this.forwarded === 0) return null
    let low = this.service
    if (this.shareAbove(low)! <= 1 - p) return low
    let high = 2 * low
    while (this.shareAbove(high)! > 1 - p) {
      low = high
      high *= 2
    }
    while (high - low > 1e-6 * high) {
      const middle = (low + high) / 2
      if (this.shareAbove(middle)! > 1 - p) low = middle
      else high = middle
    }
    return high
  }
}
