/**
 * What happened second by second around the fault, for charts and `series.csv`: over the span. The peaks are those of the
 * whole run, which goes on until nobody is cut off.
 */
import type { Series } from '../lab/contract/sim.ts'

/** Seconds per value. */
const STEP = 0.5

export class Timeline {
  private readonly out: Float64Array
  private readonly checks: number[]
  private readonly handshakes: number[]

  constructor(span: number) {
    const bins = Math.ceil(span / STEP)
    this.out = new Float64Array(bins)
    this.checks = Array.from({ length: bins }, () => 0)
    this.handshakes = Array.from({ length: bins }, () => 0)
  }

  private bin(now: number): number {
    return Math.floor(now / STEP)
  }

  private count(counts: number[], now: number): void {
    if (now < 0) return
    const bin = this.bin(now)
    while (counts.length <= bin) counts.push(0)
    counts[bin]!++
  }

  check(now: number): void {
    this.count(this.checks, now)
  }

  handshake(now: number): void {
    this.count(this.handshakes, now)
  }

  /** A call without media from `from` on until `to`; both after the fault. */
  outage(from: number, to: number): void {
    for (let bin = this.bin(from); bin < this.out.length && bin * STEP < to; bin++) {
      this.out[bin]! += (Math.min(to, (bin + 1) * STEP) - Math.max(from, bin * STEP)) / STEP
    }
  }

  get peakChecks(): number {
    return greatest(this.checks) / STEP
  }

  get peakHandshakes(): number {
    return greatest(this.handshakes) / STEP
  }

  /** `pace`: media packets of a caller in a second. */
  series(pace: number): Record<string, Series> {
    const t = Array.from(this.out, (_, bin) => bin * STEP)
    const one = (unit: string, label: string, values: Iterable<number>): Series => ({
      unit,
      label,
      t,
      values: [...values].slice(0, t.length),
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

/** Of more values than a call takes arguments, too. */
const greatest = (values: readonly number[]): number => values.reduce((most, one) => Math.max(most, one), 0)
