/**
 * The relay hosts of one cluster, for every number of hosts that may be asked for, side by side.
 *
 * Sessions do not depend on how many hosts there are, so one pass over them serves all fleets: a session's hash of
 * its address picks its core in each (core = floor(hash x hosts x cores), as a balancer's consistent hash and a host's
 * receive-side scaling would: a flow stays where it is, and no core helps another), and each fleet keeps its own counts,
 * queues and delays. Per second and core the count becomes packets, the packets a utilisation or a queue (queueing.ts).
 */
import { LogHistogram, type LogHistogramData } from '../lab/analysis/histogram.ts'
import { BINS } from './queueing.ts'

/** What a fleet of `hosts` hosts saw; plain data. */
export interface FleetWorld {
  readonly hosts: number
  /** Packets that came in seconds of a utilisation of 0.000, 0.001, ... with no queue left over. */
  readonly packetsAt: Float64Array
  /** Delays of packets that met a queue of more than the second's own making. */
  readonly queued: LogHistogramData
  readonly packets: number
  readonly dropped: number
  /** Of a core. */
  readonly peakUtilisation: number
  /** Of a host. */
  readonly peakSessions: number
  /** Longest stretch of seconds for which some core's queue did not empty. */
  readonly longestBacklog: number
}

interface Fleet {
  readonly hosts: number
  /** By host, and by core. */
  readonly onHost: Int32Array
  readonly sessions: Int32Array
  readonly backlog: Float64Array
  readonly backlogged: Int32Array
  readonly packetsAt: Float64Array
  readonly queued: LogHistogram
  packets: number
  dropped: number
  peakUtilisation: number
  peakSessions: number
  longestBacklog: number
}

export interface HostModel {
  readonly packetsPerSession: number
  readonly coresPerHost: number
  /** Packets per second that a forwarding core can take. */
  readonly capacity: number
  /** Packets that its receive buffer holds. */
  readonly queueLimit: number
}

export class Hosts {
  private readonly fleets: readonly Fleet[]
  private readonly model: HostModel

  constructor(hostCounts: readonly number[], model: HostModel) {
    this.model = model
    this.fleets = hostCounts.map((hosts) => ({
      hosts,
      onHost: new Int32Array(hosts),
      sessions: new Int32Array(hosts * model.coresPerHost),
      backlog: new Float64Array(hosts * model.coresPerHost),
      backlogged: new Int32Array(hosts * model.coresPerHost),
      packetsAt: new Float64Array(BINS + 1),
      queued: new LogHistogram({ bits: 7, min: 1e-6, max: 1e4 }),
      packets: 0,
      dropped: 0,
      peakUtilisation: 0,
      peakSessions: 0,
      longestBacklog: 0,
    }))
  }

  /** A session begins (+1) or ends (-1); `hash` is uniform over 0 .. 2^32 - 1. */
  change(hash: number, by: 1 | -1): void {
    const position = hash / 2 ** 32
    const fleets = this.fleets
    for (let i = 0; i < fleets.length; i++) {
      const { hosts, onHost, sessions } = fleets[i]!
      onHost[Math.floor(position * hosts)]! += by
      sessions[Math.floor(position * sessions.length)]! += by
    }
  }

  /**
   * One second of media in which a mean of `mean` sessions fall on the cores at random, without any session: by core a
   * Poisson number at the quantile of `luck`, standard normal (Cornish and Fisher's second term makes it skewed enough).
   */
  instant(mean: number, luck: ArrayLike<number>): void {
    const { coresPerHost } = this.model
    for (const fleet of this.fleets) {
      const each = mean / fleet.sessions.length
      fleet.onHost.fill(0)
      for (let core = 0; core < fleet.sessions.length; core++) {
        const z = luck[core % luck.length]!
        const sessions = Math.max(0, Math.round(each + Math.sqrt(each) * z + (z * z - 1) / 6))
        fleet.sessions[core] = sessions
        fleet.onHost[Math.floor(core / coresPerHost)]! += sessions
      }
      this.secondOf(fleet)
    }
  }

  /** One second of media, with the sessions as they are now. */
  second(): void {
    for (const fleet of this.fleets) this.secondOf(fleet)
  }

  private secondOf(fleet: Fleet): void {
    const { packetsPerSession, capacity, queueLimit } = this.model
    const { onHost, sessions, backlog, backlogged } = fleet
    for (const there of onHost) if (there > fleet.peakSessions) fleet.peakSessions = there
    for (let core = 0; core < sessions.length; core++) {
      const arrivals = sessions[core]! * packetsPerSession
      const utilisation = arrivals / capacity
      fleet.packets += arrivals
      if (utilisation > fleet.peakUtilisation) fleet.peakUtilisation = utilisation
      const before = backlog[core]!
      if (utilisation < 1 && before === 0) {
        fleet.packetsAt[Math.floor(utilisation * BINS)]! += arrivals
        continue
      }
      let after = Math.max(0, before + arrivals - capacity)
      if (after > queueLimit) {
        fleet.dropped += after - queueLimit
        fleet.queued.add(queueLimit / capacity, arrivals - (after - queueLimit))
        after = queueLimit
      } else {
        fleet.queued.add((before + after) / 2 / capacity, arrivals)
      }
      backlog[core] = after
      backlogged[core] = after > 0 ? backlogged[core]! + 1 : 0
      if (backlogged[core]! > fleet.longestBacklog) fleet.longestBacklog = backlogged[core]!
    }
  }

  world(): FleetWorld[] {
    return this.fleets.map((fleet) => ({
      hosts: fleet.hosts,
      packetsAt: fleet.packetsAt,
      queued: fleet.queued.toData(),
      packets: fleet.packets,
      dropped: fleet.dropped,
      peakUtilisation: fleet.peakUtilisation,
      peakSessions: fleet.peakSessions,
      longestBacklog: fleet.longestBacklog,
    }))
  }
}
