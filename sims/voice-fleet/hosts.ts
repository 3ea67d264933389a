/**
 * The relay hosts of one cluster, for every number of hosts that may be asked for, side by side.
 *
 * Sessions do not depend on how many hosts there are, so one pass over them serves all fleets: a session's hash of
 * its address picks its host in each (host = floor(hash x hosts), as a balancer's consistent hash would), and each
 * fleet keeps its own counts, queues and delays. Per second and host the count becomes packets, the packets a
 * utilisation or a queue (queueing.ts).
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
  readonly peakUtilisation: number
  readonly peakSessions: number
  /** Longest stretch of seconds for which some host's queue did not empty. */
  readonly longestBacklog: number
}

interface Fleet {
  readonly hosts: number
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
  /** Packets per second that all forwarding cores of a host can take. */
  readonly capacity: number
  /** Packets that all their receive buffers hold. */
  readonly queueLimit: number
}

export class Hosts {
  private readonly fleets: readonly Fleet[]
  private readonly model: HostModel

  constructor(hostCounts: readonly number[], model: HostModel) {
    this.model = model
    this.fleets = hostCounts.map((hosts) => ({
      hosts,
      sessions: new Int32Array(hosts),
      backlog: new Float64Array(hosts),
      backlogged: new Int32Array(hosts),
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
      const { hosts, sessions } = fleets[i]!
      sessions[Math.floor(position * hosts)]! += by
    }
  }

  /** One second of media, with the sessions as they are now. */
  second(): void {
    for (const fleet of this.fleets) this.secondOf(fleet)
  }

  private secondOf(fleet: Fleet): void {
    const { packetsPerSession, capacity, queueLimit } = this.model
    const { sessions, backlog, backlogged } = fleet
    for (let host = 0; host < sessions.length; host++) {
      const arrivals = sessions[host]! * packetsPerSession
      const utilisation = arrivals / capacity
      fleet.packets += arrivals
      if (sessions[host]! > fleet.peakSessions) fleet.peakSessions = sessions[host]!
      if (utilisation > fleet.peakUtilisation) fleet.peakUtilisation = utilisation
      const before = backlog[host]!
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
      backlog[host] = after
      backlogged[host] = after > 0 ? backlogged[host]! + 1 : 0
      if (backlogged[host]! > fleet.longestBacklog) fleet.longestBacklog = backlogged[host]!
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
