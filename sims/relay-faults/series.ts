/** What happened second by second around the fault, for charts and `series.csv`. */
import type { Series } from '../lab/contract/sim.ts'

/** Seconds per value. */
const STEP = 0.5

export class Timeline {
  private readonly out: Float64Array
  private readonly checks: Float64Array
  private readonly handshakes: Float64Array

  constructor(span: number) {
    const bins = Math.ceil(span / STEP)
    this.out = new Float64Array(bins)
    this.checks = new Float64Array(bins)
    this.handshakes = new Float64Array(bins)
  }

  private bin(now: number): number {
    return Math.floor(now / STEP)
  }

  check(now: number): void {
    if (now >= 0) this.checks[this.bin(now)]!++
  }

  handshake(now: number): void {
    if (now >= 0) this.handshakes[this.bin(now)]!++
  }

  /** A call without media from `from` on until `to`; both after the fault. */
  outage(from: number, to: number): void {
    for (let bin = this.bin(from); bin < this.out.length && bin * STEP < to; bin++) {
      this.out[bin]! += (Math.min(to, (bin + 1) * STEP) - Math.max(from, bin * STEP)) / STEP
    }
  }

  get peakChecks(): number {
    return Math.max(...this.checks) / STEP
  }

  get peakHandshakes(): number {
    return Math.max(...this.handshakes) / STEP
  }

  /** `pace`: media packets of a caller in a second. */
  series(pace: number): Record<string, Series> {
    const t = Array.from(this.out, (_, bin) => bin * STEP)
    const one = (unit: string, label: string, values: Iterable<number>): Series => ({
      unit,
      label,
      t,
      values: [...values],
    })
    return {
      out: one('count', 'calls without media', this.out),
      lost: one(
        '1/s',
        'media packets lost',
        this.out.map((calls) => calls * pace),
      ),
      checks: one(
        '1/s',
        'checks',
        this.checks.map((count) => count / STEP),
      ),
      handshakes: one(
        '1/s',
        'DTLS handshakes begun',
        this.handshakes.map((count) => count / STEP),
      ),
    }
  }
}
