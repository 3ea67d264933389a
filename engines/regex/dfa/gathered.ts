/** Spans without a known number; the array is kept for the next text, as a new one takes longer than many a short text. */
import { grown, int32s } from '../foundation/arrays.ts'

const FIRST = 128
/** A longer one is not kept. */
const MOST_KEPT = 1 << 16

export class Gathered {
  private spans = int32s(0)
  private length = 0

  clear(): void {
    this.length = 0
  }

  add(start: number, end: number): void {
    this.reserve(2)
    this.spans[this.length] = start
    this.spans[this.length + 1] = end
    this.length += 2
  }

  /** Spans `from` to `to` of a batch. */
  addAll(batch: Int32Array, from: number, to: number): void {
    if (to <= from) return
    this.reserve(2 * (to - from))
    this.spans.set(batch.subarray(2 * from, 2 * to), this.length)
    this.length += 2 * (to - from)
  }

  take(): Int32Array {
    const taken = this.spans.slice(0, this.length)
    if (this.spans.length > MOST_KEPT) this.spans = int32s(0)
    return taken
  }

  private reserve(more: number): void {
    if (this.length + more > this.spans.length)
      this.spans = grown(this.spans, FIRST + 2 * (this.length + more))
  }
}
