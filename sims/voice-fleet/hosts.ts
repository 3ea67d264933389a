/**
 * The relay hosts of one cluster, for every number of hosts that may be asked for, side by side.
 *
 * Sessions do not depend on how many hosts there are, so one pass over them serves all fleets: a session's hash of
 * its address picks its core in each (core = floor(hash x hosts x cores), as a balancer's consistent hash and a host's
 * receive-side scaling would: a flow stays where it is, and no core helps another), and each fleet keeps its own counts,
 * queues and delays. Per second and core the count becomes packets, the packets a utilisation or a queue (queueing.ts). Near
 * capacity the queue is drawn (reflected.ts), for every fleet from a stream of its own.
 */
import { LogHistogram, type LogHistogramData } from '../lab/analysis/histogram.ts'
import type { Stream } from '../lab/kernel/random/stream.ts'
import { BINS, nearCapacity } from './queueing.ts'
import { INSTANTS, ReflectedQueue } from './reflected.ts'
import type { Words } from './words.ts'

/** What a fleet of `hosts` hosts saw; plain data. */
export interface FleetWorld {
  readonly hosts: number
  /** Packets that came in seconds of a utilisation of 0.000, 0.001, ... whose queue settled, with nothing left over. */
  readonly packetsAt: Float64Array
  /** Those of all other seconds, likewise, to 1.000 and on. */
  readonly lateAt: Float64Array
  /** Delays of packets that met a queue of more than the second's own making. */
  readonly queued: LogHistogramData
  readonly packets: number
  readonly dropped: number
  /** Of a core. */
  readonly peakUtilisation: number
  /** Of a host. */
  readonly peakSessions: number
  /** Longest stretch of seconds for which some core's queue did not empty, from one on in which more came than could go. */
  readonly longestBacklog: number
}

/** Utilisations above a hundred are as good as a hundred, in thousandths. */
const MOST_LATE = 100 * BINS

/** Equal parts of a second in which a queue changes, each with the delay of its middle. */
const SLICES = 16

interface Fleet {
  readonly hosts: number
  /** By core. */
  readonly sessions: Int32Array
  readonly backlog: Float64Array
  readonly backlogged: Int32Array
  /** Draws the queues near capacity; null where they are a fluid there, too. */
  readonly luck: Stream | null
  /** Seconds of a core, by the sessions that it had in them, whose queue settled, with nothing left over; it grows. */
  quiet: Float64Array
  readonly queued: LogHistogram
  /** Packets that came in other seconds, by utilisation in thousandths; it grows. */
  late: Float64Array
  dropped: number
  /** On a core, and on a host. */
  mostOnCore: number
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
  /** Opens what draws the queues of a fleet of so many hosts. Without it all above capacity is a fluid, and nothing else waits. */
  readonly luck?: (hosts: number) => Stream
}

export class Hosts {
  private readonly fleets: readonly Fleet[]
  private readonly model: HostModel
  /** Packets in a second below which a queue settles, and from which on it is a fluid. */
  private readonly calm: number
  private readonly flood: number
  private readonly reflected = new ReflectedQueue()

  constructor(hostCounts: readonly number[], model: HostModel) {
    this.model = model
    const { coresPerHost, capacity, luck } = model
    const near = luck === undefined ? { from: 1, to: 1 } : nearCapacity(capacity)
    this.calm = near.from * capacity
    this.flood = near.to * capacity
    this.fleets = hostCounts.map((hosts) => ({
      hosts,
      sessions: new Int32Array(hosts * coresPerHost),
      backlog: new Float64Array(hosts * coresPerHost),
      backlogged: new Int32Array(hosts * coresPerHost),
      luck: luck?.(hosts) ?? null,
      quiet: new Float64Array(0),
      queued: new LogHistogram({ bits: 7, min: 1e-6, max: 1e4 }),
      late: new Float64Array(0),
      dropped: 0,
      mostOnCore: 0,
      peakSessions: 0,
      longestBacklog: 0,
    }))
  }

  /** Sessions begin (+1) or end (-1); the hashes of their addresses are uniform over 0 .. 2^32 - 1. */
  change({ values, count }: Words, by: 1 | -1): void {
    for (const { sessions } of this.fleets) {
      const scale = sessions.length / 2 ** 32
      for (let i = 0; i < count; i++) sessions[(values[i]! * scale) | 0]! += by
    }
  }

  /**
   * One second of media in which a mean of `mean` sessions fall on the cores at random, without any session: by core a
   * Poisson number at the quantile of `luck`, standard normal (Cornish and Fisher's second term makes it skewed enough).
   */
  instant(mean: number, luck: ArrayLike<number>): void {
    for (const fleet of this.fleets) {
      const each = mean / fleet.sessions.length
      for (let core = 0; core < fleet.sessions.length; core++) {
        const z = luck[core % luck.length]!
        fleet.sessions[core] = Math.max(0, Math.round(each + Math.sqrt(each) * z + (z * z - 1) / 6))
      }
      this.secondOf(fleet)
    }
  }

  /** One second of media, with the sessions as they are now. */
  second(): void {
    for (const fleet of this.fleets) this.secondOf(fleet)
  }

  private secondOf(fleet: Fleet): void {
    const { coresPerHost } = this.model
    const { sessions, backlog } = fleet
    for (let first = 0; first < sessions.length; first += coresPerHost) {
      let onHost = 0
      for (let core = first; core < first + coresPerHost; core++) {
        const here = sessions[core]!
        onHost += here
        if (here > fleet.mostOnCore) fleet.mostOnCore = here
        if (here < fleet.quiet.length && backlog[core] === 0) fleet.quiet[here]!++
        else this.otherSecond(fleet, core)
      }
      if (onHost > fleet.peakSessions) fleet.peakSessions = onHost
    }
  }

  /** A second of a core that has a queue, or gets one, or more sessions than any had. */
  private otherSecond(fleet: Fleet, core: number): void {
    const { packetsPerSession, capacity } = this.model
    const { sessions, backlog, backlogged, luck } = fleet
    const arrivals = sessions[core]! * packetsPerSession
    if (arrivals < this.calm && backlog[core] === 0) {
      const full = Math.ceil(this.calm / packetsPerSession)
      const quiet = new Float64Array(Math.max(sessions[core]! + 1, Math.min(full, 2 * fleet.quiet.length)))
      quiet.set(fleet.quiet)
      fleet.quiet = quiet
      quiet[sessions[core]!]!++
      return
    }
    addAt(fleet, Math.min(MOST_LATE, Math.floor((arrivals / capacity) * BINS)), arrivals)
    if (luck !== null && arrivals < this.flood) this.drawQueue(fleet, core, arrivals, luck)
    else this.queueFor(fleet, core, arrivals)
    const seconds =
      backlog[core]! > 0 && (arrivals > capacity || backlogged[core]! > 0) ? backlogged[core]! + 1 : 0
    backlogged[core] = seconds
    if (seconds > fleet.longestBacklog) fleet.longestBacklog = seconds
  }

  /** The delays of a second near capacity, or that a queue is left over from: at instants, of as many packets each. */
  private drawQueue(fleet: Fleet, core: number, arrivals: number, luck: Stream): void {
    const { capacity, queueLimit } = this.model
    const { queued, backlog, backlogged } = fleet
    const { reflected } = this
    reflected.second(backlog[core]!, arrivals, capacity, queueLimit, luck)
    const taken = Math.max(0, arrivals - reflected.lost)
    for (const length of reflected.lengths) queued.add(length / capacity, taken / INSTANTS)
    fleet.dropped += arrivals - taken
    // What is empty at times in a calm second is a queue that settles, and is forgotten.
    backlog[core] = reflected.wasEmpty && arrivals < this.calm ? 0 : reflected.length
    if (reflected.wasEmpty) backlogged[core] = 0
  }

  /**
   * The delays of a second's packets, which come evenly, as a queue of `before` grows or shrinks by a straight line: until
   * the buffer is full, and what is too much is lost, or until it is empty.
   */
  private queueFor(fleet: Fleet, core: number, arrivals: number): void {
    const { capacity, queueLimit } = this.model
    const { queued, backlog } = fleet
    const before = backlog[core]!
    backlog[core] = Math.min(queueLimit, Math.max(0, before + arrivals - capacity))
    const growth = arrivals - capacity
    const end = growth > 0 ? queueLimit : 0
    const turn = growth === 0 ? 1 : Math.min(1, (end - before) / growth)
    const after = before + growth * turn
    for (let slice = 0; slice < SLICES; slice++) {
      const length = before + ((after - before) * (slice + 0.5)) / SLICES
      queued.add(length / capacity, (arrivals * turn) / SLICES)
    }
    const rest = 1 - turn
    if (rest === 0) return
    queued.add(end / capacity, rest * Math.min(arrivals, capacity))
    if (growth > 0) fleet.dropped += rest * growth
  }

  world(): FleetWorld[] {
    const { packetsPerSession, capacity } = this.model
    return this.fleets.map(({ quiet, late, mostOnCore, ...fleet }) => {
      const packetsAt = new Float64Array(BINS + 1)
      let packets = late.reduce((sum, some) => sum + some, 0)
      for (let sessions = 0; sessions < quiet.length; sessions++) {
        const arrivals = sessions * packetsPerSession
        const sum = quiet[sessions]! * arrivals
        packetsAt[Math.floor((arrivals / capacity) * BINS)]! += sum
        packets += sum
      }
      return {
        hosts: fleet.hosts,
        packetsAt,
        lateAt: late.slice(0, late.findLastIndex((some) => some > 0) + 1),
        queued: fleet.queued.toData(),
        packets,
        dropped: fleet.dropped,
        peakUtilisation: (mostOnCore * packetsPerSession) / capacity,
        peakSessions: fleet.peakSessions,
        longestBacklog: fleet.longestBacklog,
      }
    })
  }
}

function addAt(fleet: Fleet, bin: number, packets: number): void {
  if (bin >= fleet.late.length) {
    const grown = new Float64Array(Math.max(bin + 1, 2 * fleet.late.length))
    grown.set(fleet.late)
    fleet.late = grown
  }
  fleet.late[bin]! += packets
}
