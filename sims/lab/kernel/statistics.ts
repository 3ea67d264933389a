/**
 * What a replication counts as it runs. Each is a few numbers, updated in constant time; intervals and warm-up are the
 * business of `sims/lab/analysis`.
 */

/** Observations, one at a time (waits, sizes): Welford's update, stable at any count. */
export class Tally {
  count = 0
  mean = 0
  min = Infinity
  max = -Infinity
  private squares = 0

  add(value: number): void {
    this.count += 1
    const delta = value - this.mean
    this.mean += delta / this.count
    this.squares += delta * (value - this.mean)
    if (value < this.min) this.min = value
    if (value > this.max) this.max = value
  }

  /** Sample variance (n - 1); NaN below two observations. */
  get variance(): number {
    return this.count < 2 ? NaN : this.squares / (this.count - 1)
  }

  /** Forgets everything, at the end of a warm-up. */
  reset(): void {
    this.count = 0
    this.mean = 0
    this.min = Infinity
    this.max = -Infinity
    this.squares = 0
  }
}

/** A level that changes at instants (number in queue, servers busy): its integral over time. */
export class TimeIntegral {
  value = 0
  max = 0
  private area = 0
  private since: number
  private changed: number

  /** `now` in seconds. */
  constructor(now = 0) {
    this.since = now
    this.changed = now
  }

  /** The level becomes `value` at `now`, seconds. */
  set(now: number, value: number): void {
    this.area += this.value * (now - this.changed)
    this.changed = now
    this.value = value
    if (value > this.max) this.max = value
  }

  /** Integral from the start (or the last reset) to `now`: level-seconds. */
  integral(now: number): number {
    return this.area + this.value * (now - this.changed)
  }

  /** Time average from the start (or the last reset) to `now`; NaN over no time. */
  average(now: number): number {
    return this.integral(now) / (now - this.since)
  }

  /** Begins anew at `now`, at the present level: the end of a warm-up. */
  reset(now: number): void {
    this.area = 0
    this.since = now
    this.changed = now
    this.max = this.value
  }
}
