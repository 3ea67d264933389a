/**
 * Both sides of Little's law on one queue over a window of time, each measured on its own: the number in it as an area
 * under a step function, and the time in it as a sum over the customers who arrived in the window.
 *
 * At the ends the sides differ by what they owe each other: a customer who was there when the window opened is in the
 * area only, and one who leaves after it has closed is in the sum wholly. Both debts are added up, so the difference
 * that end effects can cause is known for each run, and the check of Little's law can be as strict as rounding.
 */
import { TimeIntegral } from '../kernel/statistics.ts'
import type { LittleSample } from './sim.ts'

/** Sums of millions of terms lose a few digits. */
const ROUNDING = 1e-6

export class Occupancy {
  /** Customers who arrived in the window, and their time in the queue together. */
  customers = 0
  time = 0
  /** Integral of the number in the queue over the window: customer-seconds. */
  area = 0
  private readonly level = new TimeIntegral()
  private owed = 0
  private readonly open: number
  private readonly close: number

  constructor(open: number, close: number) {
    this.open = open
    this.close = close
  }

  /** The number in the queue changes by `change` at `now`. */
  step(now: number, change: 1 | -1): void {
    this.level.set(now, this.level.value + change)
  }

  /** Call when the clock stands at the opening of the window. */
  begin(): void {
    this.level.reset(this.open)
  }

  /** Call when the clock stands at the close of the window. */
  end(): void {
    this.area = this.level.integral(this.close)
  }

  /** A customer has been in the queue from `arrived` to `left`. True when it counts: it arrived in the window. */
  record(arrived: number, left: number): boolean {
    if (arrived >= this.open && arrived < this.close) {
      this.customers++
      this.time += left - arrived
      if (left > this.close) this.owed += left - this.close
      return true
    }
    if (arrived < this.open && left > this.open)
      this.owed += (left < this.close ? left : this.close) - this.open
    return false
  }

  /** The number in the queue now. */
  get number(): number {
    return this.level.value
  }

  /** Mean number in the queue over the window. */
  get meanNumber(): number {
    return this.area / (this.close - this.open)
  }

  /** Mean time of the customers who arrived in the window, s; null when none did. */
  get meanTime(): number | null {
    return this.customers === 0 ? null : this.time / this.customers
  }

  little(queue: string): LittleSample {
    const larger = Math.max(this.time, this.area)
    return {
      queue,
      arrivalRate: this.customers / (this.close - this.open),
      meanTime: this.meanTime ?? 0,
      meanNumber: this.meanNumber,
      tolerance: ROUNDING + (larger === 0 ? 0 : this.owed / larger),
    }
  }
}
