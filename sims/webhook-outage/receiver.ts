/**
 * A receiver with a capacity, a queue and clients that hang up. It works through requests one after another, first come
 * first served, and does not notice when a client has stopped waiting: such late work is wasted, and takes as long as any
 * other. While it is down it refuses connections; while it is slow it goes on at a share of its capacity, 0 % included,
 * and what comes meanwhile queues up.
 *
 * As the order of work is that of arrival, a request's end is known when it comes: work done by time t is a line with one
 * other slope during the outage, and the request ends when that line has passed all work before it and its own.
 */
import { TIMEOUT, type Answer } from '../../engines/webhook/core.ts'
import { exponential } from '../lab/kernel/random/exponential.ts'
import { Ring } from '../lab/kernel/ring.ts'
import type { Stream } from '../lab/kernel/random/stream.ts'

export interface ReceiverOptions {
  /** Requests a millisecond. */
  readonly capacity: number
  /** Requests that may wait; whoever comes then is told 503 at once. */
  readonly queue: number
  /** The sender hangs up after so long, ms. */
  readonly timeout: number
  /** ms; null for none. */
  readonly outage: { readonly from: number; readonly to: number; readonly left: number | null } | null
  /** Work of a request, mean 1. */
  readonly service: Stream
}

/** A refused connection is told at once, ms. */
export const REFUSED_AFTER = 1
const REFUSED: Answer = {
  outcome: { status: null, error: 'ECONNREFUSED', retryAfter: null },
  after: REFUSED_AFTER,
}
const FULL: Answer = { outcome: { status: 503, error: null, retryAfter: null }, after: REFUSED_AFTER }
const OK = { status: 200, error: null, retryAfter: null }
const LATE = { status: null, error: TIMEOUT, retryAfter: null }

export class Receiver {
  /** Requests' worth of work taken on, and the part of it whose client had hung up. */
  accepted = 0
  wasted = 0
  private taken = 0
  /** Of each request that is not done, the work done by its end. Requests differ in work, so that is not their number. */
  private readonly line = new Ring()
  private readonly options: ReceiverOptions

  constructor(options: ReceiverOptions) {
    this.options = options
  }

  answer(now: number): Answer {
    const { outage, queue, timeout, service } = this.options
    const { line } = this
    if (outage?.left === null && now >= outage.from && now < outage.to) return REFUSED
    const done = this.doneBy(now)
    while (line.size > 0 && line.firstValue <= done) line.shift()
    // The first is being worked on; the others wait.
    if (line.size > queue) return FULL
    const work = exponential(service, 1)
    this.taken = Math.max(this.taken, done) + work
    line.push(0, this.taken)
    this.accepted += work
    const after = this.when(this.taken) - now
    if (after <= timeout) return { outcome: OK, after }
    this.wasted += work
    return { outcome: LATE, after: timeout }
  }

  /** Work that could be done by `at`, requests. */
  private doneBy(at: number): number {
    const { capacity, outage } = this.options
    if (outage === null || outage.left === null) return capacity * at
    const slow = Math.min(Math.max(at - outage.from, 0), outage.to - outage.from)
    return capacity * (at - slow * (1 - outage.left))
  }

  /** When that much could be done: the other way round. */
  private when(work: number): number {
    const { capacity, outage } = this.options
    if (outage === null || outage.left === null) return work / capacity
    const first = capacity * outage.from
    if (work <= first) return work / capacity
    const during = capacity * outage.left * (outage.to - outage.from)
    if (work <= first + during) return outage.from + (work - first) / (capacity * outage.left)
    return outage.to + (work - first - during) / capacity
  }
}
