/**
 * Mean and variance of a growing sample in one pass (Welford 1962): for a stopping rule that looks after every
 * replication, and for anything that cannot keep its values.
 */
export class Moments {
  count = 0
  mean = 0
  /** Sum of squared deviations from the mean. */
  private squares = 0

  add(value: number): void {
    this.count++
    const delta = value - this.mean
    this.mean += delta / this.count
    this.squares += delta * (value - this.mean)
  }

  /** Sample variance (n - 1); NaN below two values. */
  get variance(): number {
    return this.count < 2 ? NaN : this.squares / (this.count - 1)
  }
}
