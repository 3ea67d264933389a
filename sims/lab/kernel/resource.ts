/**
 * A resource: `servers` equal servers and one first-come, first-served queue before them.
 *
 * It knows who waits and since when, and keeps the statistics every queue owes (invariants 1 and 5): what came in and
 * where it is now, the waits one by one, the numbers waiting and in service over time. What service means, and how long
 * it takes, is the model's business: `request` says whether the customer starts at once, `release` names the one who
 * starts next. It serves both styles, the flat event loop and processes.
 */
import { NONE, type Kernel } from './kernel.ts'
import { Ring } from './ring.ts'
import { Tally, TimeIntegral } from './statistics.ts'

/** What became of a request. */
export const STARTED = 0
export const QUEUED = 1
export const REFUSED = 2
export type Admission = typeof STARTED | typeof QUEUED | typeof REFUSED

/** More was released than was in service. */
export class ReleaseError extends Error {
  override readonly name = 'ReleaseError'
}

export interface ResourceOptions {
  readonly name: string
  /** Servers, an integer of at least 1 (Infinity for M/M/inf). */
  readonly servers: number
  /** Places to wait; a customer who finds none free is refused. Default Infinity; 0 makes a loss system (M/M/c/c). */
  readonly queueCapacity?: number
}

export class Resource {
  readonly name: string
  readonly servers: number
  readonly queueCapacity: number
  /** Waits of those who started, zero waits included, seconds. */
  readonly waits = new Tally()
  readonly inQueue: TimeIntegral
  readonly inService: TimeIntegral
  private readonly kernel: Kernel
  private readonly waiting = new Ring()
  private injected = 0
  private completed = 0
  private refused = 0
  private gaveUp = 0
  /** Arrivals that were not refused, since the last reset. */
  private accepted = 0
  private since: number

  constructor(kernel: Kernel, options: ResourceOptions) {
    const { name, servers, queueCapacity = Infinity } = options
    if (!(servers >= 1) || (servers < Infinity && !Number.isInteger(servers))) {
      throw new RangeError(`${name}: servers must be an integer of at least 1, got ${servers}`)
    }
    if (!(queueCapacity >= 0)) {
      throw new RangeError(`${name}: queueCapacity must be at least 0, got ${queueCapacity}`)
    }
    this.kernel = kernel
    this.name = name
    this.servers = servers
    this.queueCapacity = queueCapacity
    this.since = kernel.now
    this.inQueue = new TimeIntegral(kernel.now)
    this.inService = new TimeIntegral(kernel.now)
  }

  /** Servers at work. */
  get busy(): number {
    return this.inService.value
  }

  /** Customers waiting. */
  get queued(): number {
    return this.waiting.size
  }

  /**
   * Customer `id` (an int32 that the model chooses) asks for a server: STARTED now, QUEUED behind those who wait, or
   * REFUSED for lack of a place.
   */
  request(id: number): Admission {
    const { now } = this.kernel
    this.injected += 1
    const busy = this.inService.value
    if (busy < this.servers) {
      this.accepted += 1
      this.inService.set(now, busy + 1)
      this.waits.add(0)
      return STARTED
    }
    if (this.waiting.size >= this.queueCapacity) {
      this.refused += 1
      return REFUSED
    }
    this.accepted += 1
    this.waiting.push(id, now)
    this.inQueue.set(now, this.waiting.size)
    return QUEUED
  }

  /** One customer is served and leaves. Returns the id of the one who starts now in the free place, or NONE. */
  release(): number {
    const { now } = this.kernel
    const busy = this.inService.value
    if (busy === 0) throw new ReleaseError(`${this.name}: released, but nothing was in service`)
    this.completed += 1
    if (this.waiting.size === 0) {
      this.inService.set(now, busy - 1)
      return NONE
    }
    const id = this.waiting.firstId
    this.waits.add(now - this.waiting.firstValue)
    this.waiting.shift()
    this.inQueue.set(now, this.waiting.size)
    return id
  }

  /** Customer `id` stops waiting (impatience); false when it does not wait here. Linear in the queue's length. */
  giveUp(id: number): boolean {
    if (!this.waiting.remove(id)) return false
    this.gaveUp += 1
    this.inQueue.set(this.kernel.now, this.waiting.size)
    return true
  }

  /** Ends a warm-up: waits, averages and rates begin now; the flow, which must add up over all time, goes on. */
  reset(): void {
    const { now } = this.kernel
    this.waits.reset()
    this.inQueue.reset(now)
    this.inService.reset(now)
    this.accepted = 0
    this.since = now
  }

  /** Where every customer is (invariant 1), since time 0. Those who gave up count as expired, the refused as dropped. */
  flow() {
    return {
      injected: this.injected,
      completed: this.completed,
      queued: this.waiting.size,
      running: this.inService.value,
      dropped: this.refused,
      expired: this.gaveUp,
    }
  }

  /**
   * Little's law on the queue proper (invariant 5): the number waiting as a time integral, against the accepted arrivals
   * and their waits. The tolerance is three times the longest queue over the number of customers, at least 1 %: that
   * covers those who wait across either end of the measurement. Where customers give up, the law would need their waits
   * too: do not sample it then.
   */
  little() {
    const { now } = this.kernel
    const spread = this.waits.count === 0 ? 1 : (3 * (this.inQueue.max + 1)) / this.waits.count
    return {
      queue: this.name,
      arrivalRate: this.accepted / (now - this.since),
      meanTime: this.waits.mean,
      meanNumber: this.inQueue.average(now),
      tolerance: Math.max(0.01, spread),
    }
  }

  /** Share of server time at work since the last reset, 0..1 (mean number busy when servers are infinite). */
  utilisation(): number {
    const busy = this.inService.average(this.kernel.now)
    return this.servers === Infinity ? busy : busy / this.servers
  }
}
