/**
 * The number in the system at fixed times: 200 equal steps over the measured window for the classifier, and about as
 * fine before it, so that a chart shows the warm-up that was left out.
 */
const STEPS = 200

export class Samples {
  /** The next time to be sampled, s; Infinity when all are taken. */
  due: number
  private readonly times: Float64Array
  private readonly values: Float64Array
  private readonly before: number
  private taken = 0

  constructor(open: number, close: number) {
    const step = (close - open) / STEPS
    this.before = Math.min(STEPS, Math.ceil(open / step))
    this.times = Float64Array.from({ length: this.before + STEPS + 1 }, (_, i) =>
      i < this.before ? (open * i) / this.before : open + (i - this.before) * step,
    )
    this.values = new Float64Array(this.times.length)
    this.due = this.times[0]!
  }

  /** The value has stood since the last event and changes at `now`: it is what every sample before `now` saw. */
  take(now: number, value: number): void {
    while (this.due < now) {
      this.values[this.taken++] = value
      this.due = this.times[this.taken] ?? Infinity
    }
  }

  /** Over the measured window, both ends included. */
  measured(): Float64Array {
    return this.values.subarray(this.before)
  }

  series(): { t: number[]; values: number[] } {
    return { t: Array.from(this.times), values: Array.from(this.values) }
  }
}
