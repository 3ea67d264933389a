/** Delays of all packets of a fleet, from the utilisations and queues its hosts saw. */
import { distributionOf, type Distribution } from '../lab/analysis/distribution.ts'
import { LogHistogram } from '../lab/analysis/histogram.ts'
import { quantileFigure } from '../lab/analysis/figure.ts'
import type { FleetWorld } from './hosts.ts'
import {
  BINS,
  exceeds,
  fullestUtilisation,
  lossShare,
  meanWait,
  waitTail,
  type WaitTail,
} from './queueing.ts'
import { remembered } from './remembered.ts'

export interface RelayModel {
  readonly packetsPerCoreSecond: number
  /** Packets that a core's receive buffer holds. */
  readonly queueLimit: number
  /** As if every session sent so many times the packets it did. */
  readonly loadMultiple: number
}

/** Below this share of all packets a bin's tail, and all tails of emptier hosts, change no quantile. */
const NEGLIGIBLE = 1e-12

/** The distribution of relay delay (wait and service) over the packets that were forwarded. */
export class RelayDelay implements Distribution {
  readonly count: number
  readonly sum: number
  readonly smallest: number
  /** Packets lost to full receive buffers, and all that came. */
  readonly lost: number
  readonly offered: number
  private readonly packetsAt: Float64Array
  private readonly tails: readonly WaitTail[]
  private readonly queued: Distribution
  /** Packets that meet a full buffer because the load was multiplied, and their delay, s. */
  private full = 0
  private readonly fullDelay: number

  constructor(fleets: readonly FleetWorld[], { packetsPerCoreSecond, queueLimit, loadMultiple }: RelayModel) {
    // Queues were seen under the load as it is. Under a multiple of it others form, so only how full a second was counts.
    const isAsSeen = loadMultiple === 1
    const bins = Math.max(BINS + 1, ...(isAsSeen ? [] : fleets.map(({ lateAt }) => lateAt.length)))
    const queued = new LogHistogram({ bits: 7, min: 1e-6, max: 1e4 })
    this.packetsAt = new Float64Array(bins)
    let dropped = 0
    for (const fleet of fleets) {
      for (const [bin, packets] of fleet.packetsAt.entries()) this.packetsAt[bin]! += packets
      if (isAsSeen) {
        queued.merge(LogHistogram.fromData(fleet.queued))
        dropped += fleet.dropped
      } else for (const [bin, packets] of fleet.lateAt.entries()) this.packetsAt[bin]! += packets
    }
    this.smallest = 1 / packetsPerCoreSecond
    const fullWait = queueLimit / packetsPerCoreSecond
    this.fullDelay = (queueLimit + 1) / packetsPerCoreSecond
    this.queued = distributionOf(queued.toData())
    // A second near capacity whose queue was not drawn has the wait that would settle there, which is a bound.
    const fullest = fullestUtilisation(queueLimit)
    const utilisations = Array.from({ length: bins }, (_, bin) => ((bin + 0.5) / BINS) * loadMultiple)
    this.tails = tailsAt(fullest, loadMultiple, Math.min(bins, Math.ceil(BINS / loadMultiple)))
    const losses = lossesAt(queueLimit, loadMultiple, bins)
    let lost = dropped
    let offered = this.queued.count + dropped
    let sum = this.queued.sum
    for (const [bin, utilisation] of utilisations.entries()) {
      const packets = this.packetsAt[bin]!
      if (packets === 0) continue
      offered += packets
      lost += packets * losses[bin]!
      const kept = packets * (1 - losses[bin]!)
      // With the load multiplied, a second above capacity fills the buffer.
      this.packetsAt[bin] = utilisation > 1 ? 0 : kept
      if (utilisation > 1) this.full += kept
      else sum += kept * this.smallest * meanWait(Math.min(utilisation, fullest))
    }
    this.lost = lost
    this.offered = offered
    this.count = this.packetsAt.reduce((total, packets) => total + packets, this.queued.count + this.full)
    this.sum = sum + this.full * fullWait + this.count * this.smallest
  }

  /**
   * Packets whose delay is above `seconds`, or at or above it: those that do not wait share one delay, and so do those that
   * meet a full buffer.
   */
  exceeding(seconds: number, orEqual = false): number {
    if (seconds < this.smallest || (orEqual && seconds === this.smallest)) return this.count
    const wait = seconds - this.smallest
    const isBelowFull = seconds < this.fullDelay || (orEqual && seconds === this.fullDelay)
    let above = this.queued.exceeding(wait, orEqual) + (isBelowFull ? this.full : 0)
    const negligible = NEGLIGIBLE * this.count
    // From the fullest hosts down: the emptier, the steeper the tail, so the rest soon adds nothing.
    for (let bin = this.tails.length - 1; bin >= 0; bin--) {
      const packets = this.packetsAt[bin]!
      if (packets === 0) continue
      const share = isBelowFull ? exceeds(this.tails[bin]!, wait / this.smallest) : 0
      if (share * this.count < negligible) break
      above += packets * share
    }
    return above
  }

  /** In a digest of measures the totals stand for the thousand bins that they were summed from. */
  toJSON(): Pick<RelayDelay, 'count' | 'sum' | 'lost' | 'offered'> {
    const { count, sum, lost, offered } = this
    return { count, sum, lost, offered }
  }

  /** The delay in seconds that a share `p` of packets does not exceed; null without packets. */
  quantile(p: number): number | null {
    return this.count === 0 ? null : quantileFigure([this], p).value
  }
}

/** Tails by bin, up to capacity: a thousand roots and more, and every fleet size of a search asks for the same. */
const tailsAt = remembered((fullest: number, loadMultiple: number, bins: number): readonly WaitTail[] =>
  Array.from({ length: bins }, (_, bin) => waitTail(Math.min(((bin + 0.5) / BINS) * loadMultiple, fullest))),
)

/** What a buffer of so many loses, by bin. */
const lossesAt = remembered((queueLimit: number, loadMultiple: number, bins: number): readonly number[] =>
  Array.from({ length: bins }, (_, bin) => {
    const utilisation = ((bin + 0.5) / BINS) * loadMultiple
    return lossShare(utilisation, queueLimit, waitTail(Math.min(1, utilisation)))
  }),
)
