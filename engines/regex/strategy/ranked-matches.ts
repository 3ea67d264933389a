/**
 * All matches of a pattern with a minimal repetition: its spans come from the capture search, one after another.
 *
 * A search may read far past its match, to find out that a better one is none. What is read in vain is counted, as in
 * `dfa/spans.ts`; where it gets too much, the rest of the text is looked through from its end first, and from then on
 * each search knows when it is done.
 */
import { PLAIN } from '../automaton/context.ts'
import type { Captures } from '../captures/index.ts'
import type { Future } from '../captures/future.ts'
import type { Outlook } from '../captures/minimal.ts'
import { widthAt } from '../foundation/utf8.ts'
import type { Meter } from '../dfa/meter.ts'
import { outOfHand } from '../dfa/patience.ts'

export class RankedMatches implements Outlook {
  /** Start and end of each group of the match found last. */
  spans: Int32Array = new Int32Array(2)
  future: Future | null = null
  reached = 0
  readonly spansOnly: boolean
  private readonly captures: Captures
  private readonly text: Uint8Array
  private readonly bytes: boolean
  private readonly meter: Meter
  private from: number
  private lastEnd: number
  private wasted = 0

  /**
   * @param spansOnly groups may be left out
   * @param from behind the match found last, or 0
   */
  constructor(
    captures: Captures,
    text: Uint8Array,
    bytes: boolean,
    meter: Meter,
    spansOnly: boolean,
    from = 0,
  ) {
    this.from = from
    this.lastEnd = from > 0 ? from : -1
    this.captures = captures
    this.text = text
    this.bytes = bytes
    this.meter = meter
    this.spansOnly = spansOnly
  }

  /** Moves to the next match; false: there is none. */
  next(): boolean {
    const { captures, text } = this
    while (this.from <= text.length) {
      const from = this.future ? this.future.nextStart(this.from) : this.from
      if (from < 0) break
      const spans = captures.findMinimal(text, from, PLAIN, undefined, this)
      if (!spans) break
      const [start, end] = spans as unknown as [number, number]
      this.wasted += this.reached - end
      this.from = end > start ? end : end + (this.bytes || end >= text.length ? 1 : widthAt(text, end))
      if (!this.future && outOfHand(this.wasted, end)) this.harden()
      if (end === start && end === this.lastEnd) continue
      this.lastEnd = end
      this.spans = spans
      return true
    }
    this.from = text.length + 1
    return false
  }

  /** Goes over to searches that read their match alone. */
  harden(): void {
    if (this.from > this.text.length) return
    this.meter.tally.hardened++
    this.future = this.captures.future(this.text, this.from, this.meter)
  }
}
