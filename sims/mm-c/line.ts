/**
 * Those who wait, in order of arrival, some of whom may leave before it is their turn.
 *
 * Who leaves from the middle stays in the ring as a gap, and is passed over when the gap comes to the front: leaving costs
 * nothing then, however long the line.
 */
import { Ring } from '../lab/kernel/ring.ts'

const GONE = -1

export class Line {
  /** Customers waiting. */
  size = 0
  private readonly ring = new Ring()
  /** By place, which is what a customer's timer knows: the time of arrival, or GONE. */
  private arrivals = new Float64Array(16)
  private free: number[] = []
  private used = 0

  /** A customer joins; the place names it until it is taken or leaves. */
  push(arrived: number): number {
    const place = this.free.pop() ?? this.used++
    if (place >= this.arrivals.length) this.grow()
    this.arrivals[place] = arrived
    this.ring.push(place, arrived)
    this.size++
    return place
  }

  /** The place of the first customer; only when not empty. */
  get first(): number {
    while (this.arrivals[this.ring.firstId] === GONE) this.drop()
    return this.ring.firstId
  }

  arrivedAt(place: number): number {
    return this.arrivals[place]!
  }

  /** Removes the first customer; only when not empty. */
  shift(): void {
    while (this.arrivals[this.ring.firstId] === GONE) this.drop()
    this.drop()
    this.size--
  }

  /** The customer at this place gives up. */
  leave(place: number): void {
    this.arrivals[place] = GONE
    this.size--
    if (this.size === 0) while (this.ring.size > 0) this.drop()
  }

  private drop(): void {
    this.free.push(this.ring.firstId)
    this.ring.shift()
  }

  private grow(): void {
    const arrivals = new Float64Array(2 * this.arrivals.length)
    arrivals.set(this.arrivals)
    this.arrivals = arrivals
  }
}
