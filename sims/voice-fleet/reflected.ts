/**
 * A queue near capacity, drawn at instants: a Brownian motion that is reflected where it is empty, and cut where it is full.
 *
 * Between two instants a free path moves by a normal number, and how far it fell below where it began is known from that
 * alone: the lowest point of a Brownian bridge. As far as that lies below an empty queue, the queue is pushed up (the
 * reflection map), and as far as its highest lies above a full one, it is cut. So the law at the instants is exact as long as no
 * path meets both ends between two of them: where one could, there are more of them. In a buffer so small that it forgets between
 * two how full it was, the queue is in the law that it settles to, an exponential one from end to end of the buffer, and loses
 * what that does (Harrison, section 5.5).
 */
import { normal } from '../lab/kernel/random/normal.ts'
import type { Stream } from '../lab/kernel/random/stream.ts'

/** Instants of a second. */
export const INSTANTS = 8

/** Standard deviations of a step that a buffer is across, at least: one step in ten thousand is as long. */
const ACROSS = 4
/** Beyond so many of them a bridge goes once in 10^31 times. */
const FAR = 6

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
    if (variance >= room * room) {
      this.settle(drift, variance, room, luck)
      return
    }
    const steps = Math.max(1, Math.ceil(variance / (room / ACROSS) ** 2))
    for (let i = 0; i < steps; i++) this.step(drift / steps, variance / steps, room, luck)
  }

  private step(drift: number, variance: number, room: number, luck: Stream): void {
    const move = drift + Math.sqrt(variance) * normal(luck)
    const lowest = (move - furthest(move, variance, luck)) / 2
    const missing = Math.max(0, -(this.length + lowest))
    if (missing > 0) this.wasEmpty = true
    // Rounding must not leave less than nothing.
    const length = Math.max(0, this.length + move + missing)
    const isFar = Math.max(this.length, length) + FAR * Math.sqrt(variance) < room
    const highest = isFar || missing > 0 ? length : this.length + (move + furthest(move, variance, luck)) / 2
    const tooMuch = Math.min(length, Math.max(0, highest - room))
    this.lost += tooMuch
    this.length = length - tooMuch
  }

  /** A step so long that the queue is full and empty again many times. */
  private settle(drift: number, variance: number, room: number, luck: Stream): void {
    const tilt = (2 * drift * room) / variance
    const at = luck.uniformOpen()
    const isLevel = Math.abs(tilt) < 1e-6
    this.length = room * Math.min(1, isLevel ? at : Math.log1p(at * Math.expm1(tilt)) / tilt)
    this.lost += isLevel ? variance / (2 * room) : drift / -Math.expm1(-tilt)
    this.wasEmpty = true
  }
}

/** How far a Brownian bridge goes beyond its ends: twice its highest or lowest is the move and this. */
const furthest = (move: number, variance: number, luck: Stream): number =>
  Math.sqrt(move * move - 2 * variance * Math.log(luck.uniformOpen()))
