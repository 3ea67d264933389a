/**
 * A timing wheel of one-second buckets, each a list through the flow records (Varghese and Lauck, 1987, with lazy
 * re-insertion). A packet only writes its record's `seen`; nothing moves. When the bucket's second comes, the flow
 * either is idle and goes, or is put into the bucket of its new deadline. So a flow costs one visit an idle timeout, not
 * one a packet. A deadline beyond the wheel's span waits in the farthest bucket.
 */
import { NEXT, PREVIOUS, RECORD } from './record.ts'

const WHEEL_SECONDS = 8192

export class Wheel {
  /** The last second that was turned; before the first second that was heard of, whatever the clock's origin. */
  tick = 0
  private started = false
  private readonly words: Int32Array
  private readonly buckets = new Int32Array(WHEEL_SECONDS).fill(-1)

  /** `words`: the flow records. */
  constructor(words: Int32Array) {
    this.words = words
  }

  /** Starts the clock at the first second that it hears of. */
  start(second: number): void {
    if (this.started) return
    this.started = true
    this.tick = second - 1
  }

  add(flow: number, deadline: number): void {
    const soonest = this.tick + 1
    const farthest = this.tick + WHEEL_SECONDS - 1
    const second = deadline < soonest ? soonest : deadline > farthest ? farthest : deadline
    const bucket = second & (WHEEL_SECONDS - 1)
    const next = this.buckets[bucket]!
    this.words[flow * RECORD + NEXT] = next
    // The first of a bucket has no record before it, but the bucket.
    this.words[flow * RECORD + PREVIOUS] = -1 - bucket
    if (next >= 0) this.words[next * RECORD + PREVIOUS] = flow
    this.buckets[bucket] = flow
  }

  remove(flow: number): void {
    const next = this.words[flow * RECORD + NEXT]!
    const previous = this.words[flow * RECORD + PREVIOUS]!
    if (previous < 0) this.buckets[-1 - previous] = next
    else this.words[previous * RECORD + NEXT] = next
    if (next >= 0) this.words[next * RECORD + PREVIOUS] = previous
  }

  /** Turns to `second` and calls `due` for every flow that waited, by then out of the wheel. Does not go back. */
  turnTo(second: number, due: (flow: number) => void): void {
    this.start(second)
    const first = Math.max(this.tick + 1, second - WHEEL_SECONDS + 1)
    if (second > this.tick) this.tick = second
    for (let turned = first; turned <= second; turned++) {
      const bucket = turned & (WHEEL_SECONDS - 1)
      let flow = this.buckets[bucket]!
      this.buckets[bucket] = -1
      while (flow >= 0) {
        const next = this.words[flow * RECORD + NEXT]!
        due(flow)
        flow = next
      }
    }
  }
}
