/** The submitter's end of a webhook: up or down, and what the provider's retries make of it. */
import { judge, nextDelay, type Outcome, type Policy } from '../../engines/webhook/core.ts'
import { exponential } from '../lab/kernel/random/exponential.ts'
import type { Stream } from '../lab/kernel/random/stream.ts'

const OK: Outcome = { status: 200, error: null, retryAfter: null }
export const UNAVAILABLE: Outcome = { status: 503, error: null, retryAfter: null }

export interface ReceiverShape {
  /** Outages per second, and the mean length of one, s. */
  readonly receiverOutages: number
  readonly receiverOutage: number
  readonly attemptFails: number
}

export class Receiver {
  private readonly begins: number[] = []
  private readonly ends: number[] = []
  private readonly shape: ReceiverShape
  private readonly draws: Stream
  /** Outages are drawn up to here. */
  private drawn = 0

  constructor(shape: ReceiverShape, draws: Stream) {
    this.shape = shape
    this.draws = draws
  }

  /** Whether it is down at `now`, s; asked in any order. */
  isDown(now: number): boolean {
    const { receiverOutages, receiverOutage } = this.shape
    if (receiverOutages === 0) return false
    while (this.drawn <= now) {
      const begins = this.drawn + exponential(this.draws, 1 / receiverOutages)
      this.drawn = begins + exponential(this.draws, receiverOutage)
      this.begins.push(begins)
      this.ends.push(this.drawn)
    }
    // The last outage that began by now.
    let [low, high] = [0, this.begins.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.begins[middle]! <= now) low = middle + 1
      else high = middle
    }
    return low > 0 && now < this.ends[low - 1]!
  }

  /** What an attempt at `now` comes to; `draw` is uniform in [0, 1). */
  answer(now: number, draw: number): Outcome {
    return this.isDown(now) || draw < this.shape.attemptFails ? UNAVAILABLE : OK
  }
}

export interface Delivery {
  /** When the receiver had it, s; Infinity when it was given up. */
  readonly at: number
  readonly attempts: number
}

/** One event by a policy of the engine, first sent at `first`. Failures are answered at once. */
export function deliver(policy: Policy, first: number, receiver: Receiver, draws: Stream): Delivery {
  let at = first
  for (let attempts = 1; ; attempts++) {
    const outcome = receiver.answer(at, draws.uniform())
    if (judge(outcome) === 'delivered') return { at, attempts }
    const delay = nextDelay(policy, attempts, outcome, 1000 * (at - first), draws.uniform())
    if (delay === null) return { at: Infinity, attempts }
    at += delay / 1000
  }
}
