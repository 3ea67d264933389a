/** All matches of a pattern with a minimal repetition: its spans come from the capture search, one after another. */
import type { Captures } from './captures/index.ts'
import { decodeAt } from './automaton/context.ts'

const PLAIN = { notBol: false, notEol: false }

export class MinimalMatches {
  /** Start and end of each group of the match found last. */
  spans: Int32Array = new Int32Array(2)
  private readonly captures: Captures
  private readonly text: Uint8Array
  private readonly bytes: boolean
  private from = 0
  private lastEnd = -1

  constructor(captures: Captures, text: Uint8Array, bytes: boolean) {
    this.captures = captures
    this.text = text
    this.bytes = bytes
  }

  next(): boolean {
    while (this.from <= this.text.length) {
      const spans = this.captures.findMinimal(this.text, this.from, PLAIN)
      if (!spans) break
      const [start, end] = spans as unknown as [number, number]
      this.from = end > start ? end : end + this.characterAt(end)
      if (end === start && end === this.lastEnd) continue
      this.lastEnd = end
      this.spans = spans
      return true
    }
    this.from = this.text.length + 1
    return false
  }

  private characterAt(at: number): number {
    if (this.bytes || at >= this.text.length) return 1
    const code = decodeAt(this.text, at, this.text.length)
    return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
}
