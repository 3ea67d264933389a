/** What is kept of a world of messages: sums and series, so that a million of them cost no more than a thousand. */
import { acceptedAt, type Save, type VirtualStore } from '../../engines/webhook/core.ts'
import { LogHistogram } from '../lab/analysis/histogram.ts'
import type { Series } from '../lab/contract/sim.ts'

/** Times of a world, ms. */
export interface Times {
  readonly from: number
  readonly to: number
  /** When messages stop coming. */
  readonly end: number
}

export const BUCKETS = 240
const MINUTE = 60_000

/** Messages of one part of time, and what became of them. */
export interface Cohort {
  accepted: number
  delivered: number
  dead: number
  attempts: number
  failed: number
}

const cohort = (): Cohort => ({ accepted: 0, delivered: 0, dead: 0, attempts: 0, failed: 0 })

export class Tally implements VirtualStore {
  readonly all = cohort()
  /** Accepted during the outage. */
  readonly caught = cohort()
  /** From the return to a delivery, of what was accepted during the outage; s. */
  readonly afterReturn = new LogHistogram({ min: 1e-3 })
  /** From acceptance to delivery, of what came after the return; s. */
  readonly fresh = new LogHistogram({ min: 1e-3 })
  /** The last delivery of a message of the outage, and the last attempt after the return that failed; ms. */
  lastDelivery: number
  lastFailure: number
  /** Long after the outage: messages that came, and deliveries. */
  late = { accepted: 0, delivered: 0 }
  inOrder = true
  private readonly times: Times
  private readonly lateFrom: number
  private readonly width: number
  private readonly offered = new Float64Array(BUCKETS)
  private readonly good = new Float64Array(BUCKETS)
  /** Attempts by minute after the return. */
  private readonly minutes: number[] = []

  constructor(times: Times) {
    this.times = times
    this.lastDelivery = this.lastFailure = times.to
    this.lateFrom = times.end - (times.end - times.to) / 3
    this.width = times.end / BUCKETS
  }

  /** Attempts in the fullest minute after the return. */
  get fullestMinute(): number {
    return this.minutes.reduce((most, count) => Math.max(most, count ?? 0), 0)
  }

  accepted(_endpoint: number, seq: number): void {
    const at = acceptedAt(seq)
    this.all.accepted++
    if (this.isCaught(at)) this.caught.accepted++
    if (at >= this.lateFrom) this.late.accepted++
  }

  /** An attempt begins. */
  sent(now: number): void {
    if (now < this.times.end) this.offered[Math.floor(now / this.width)]!++
    if (now < this.times.to) return
    const minute = Math.floor((now - this.times.to) / MINUTE)
    this.minutes[minute] = (this.minutes[minute] ?? 0) + 1
  }

  saved({ seq, state, attempts, at }: Save, now: number): void {
    const accepted = acceptedAt(seq)
    if (at < accepted || now < at) this.inOrder = false
    const isCaught = this.isCaught(accepted)
    this.count(this.all, state, attempts)
    if (isCaught) this.count(this.caught, state, attempts)
    if (state === 'delivered') return this.delivered(accepted, isCaught, now)
    if (now > this.lastFailure) this.lastFailure = now
  }

  page(): never {
    throw new Error('everything is in memory: nothing is left to the store')
  }

  changed(): void {
    // Endpoints that are disabled hold their messages, which the count of what is left shows.
  }

  /** Attempts and deliveries a second, and what the receiver could do. */
  series(capacity: (at: number) => number): Record<string, Series> {
    const t = Array.from({ length: BUCKETS }, (_, i) => ((i + 0.5) * this.width) / 1000)
    const aSecond = (counts: Float64Array): number[] => [...counts].map((n) => (1000 * n) / this.width)
    const series = (label: string, values: number[]): Series => ({ unit: '1/s', label, t, values })
    return {
      offered: series('attempts', aSecond(this.offered)),
      goodput: series('deliveries', aSecond(this.good)),
      capacity: series(
        'what the receiver could do',
        t.map((at) => capacity(1000 * at)),
      ),
    }
  }

  private delivered(accepted: number, isCaught: boolean, now: number): void {
    const { to, end } = this.times
    if (now < end) this.good[Math.floor(now / this.width)]!++
    if (now >= this.lateFrom && now < end) this.late.delivered++
    if (isCaught && now >= to) {
      this.afterReturn.add((now - to) / 1000)
      this.lastDelivery = Math.max(this.lastDelivery, now)
    }
    if (accepted >= to) this.fresh.add((now - accepted) / 1000)
  }

  private count(group: Cohort, state: Save['state'], attempts: number): void {
    if (state === 'pending') {
      group.failed++
      return
    }
    group[state]++
    group.attempts += attempts
    if (state === 'dead') group.failed++
  }

  private isCaught(at: number): boolean {
    return at >= this.times.from && at < this.times.to
  }
}
