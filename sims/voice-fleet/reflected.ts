/**
 * A queue near capacity, drawn at instants: a Brownian motion that is reflected where it is empty, and cut where it is full.
 *
 * Between two instants a free path moves by a normal number, and how far it fell below where it began is known from that
 * alone: the lowest point of a Brownian bridge. As far as that lies below an empty queue, the queue is pushed up (the
 * reflection map). So the law at the instants is exact, however far they lie apart; only that it is full is seen at the
 * instants alone.
 */
import { normal } from '../lab/kernel/random/normal.ts'
import type { Stream } from '../lab/kernel/random/stream.ts'

/** Instants of a second. */
export const INSTANTS = 8

export class ReflectedQueue {
  /** Its length at each instant, in packets; those of the second drawn last. */
  readonly lengths = new Float64Array(INSTANTS)
  /** Its length at the end of that second, what did not fit, and whether it was empty at some time. */
  length = 0
  lost = 0
  wasEmpty = false

  /** Draws one second: `arrivals` packets come, `capacity` could go, and `room` is what the buffer holds. */
  second(from: number, arrivals: number, capacity: number, room: number, luck: Stream): void {
    this.length = from
    this.lost = 0
    this.wasEmpty = from === 0
    // Instants lie in the middle of equal parts of the second.
    for (let i = 0; i <= INSTANTS; i++) {
      const seconds = i === 0 || i === INSTANTS ? 0.5 / INSTANTS : 1 / INSTANTS
      this.move((arrivals - capacity) * seconds, arrivals * seconds, room, luck)
      if (i < INSTANTS) this.lengths[i] = this.length
    }
  }

  private move(drift: number, variance: number, room: number, luck: Stream): void {
    const move = drift + Math.sqrt(variance) * normal(luck)
    const lowest = (move - Math.sqrt(move * move - 2 * variance * Math.log(luck.uniformOpen()))) / 2
    const missing = Math.max(0, -(this.length + lowest))
    if (missing > 0) this.wasEmpty = true
    // Rounding must not leave less than nothing.
    const length = Math.max(0, this.length + move + missing)
    const tooMuch = Math.max(0, length - room)
    this.lost += tooMuch
    this.length = length - tooMuch
  }
}
