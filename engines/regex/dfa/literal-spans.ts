/**
 * The matches of a pattern that is nothing but strings: occurrences, one after another.
 *
 * Worth (`npm run regex:paths`, literal spans): 2 times walks with a prefilter for three common words.
 */
import { Gathered } from './gathered.ts'
import { Occurrences } from './skip.ts'
import type { Skip } from './skip.ts'
import type { SpanSource } from './spans.ts'

/** After so many found one by one, the next ones are looked for together; in a long text at once, if all are wanted. */
const APART = 4
const LONG = 1024
const NO_TEXT = new Uint8Array(0)

export class LiteralSpans implements SpanSource {
  start = -1
  end = 0
  private readonly skip: Skip
  private text: Uint8Array = NO_TEXT
  private occurrences: Occurrences | null = null
  private taken = 0
  private ended = true
  private readonly gathered = new Gathered()

  constructor(skip: Skip) {
    this.skip = skip
  }

  begin(text: Uint8Array, from: number, _bol: number, _eol: number, first: number): void {
    this.text = text
    this.end = from
    this.occurrences = null
    this.ended = false
    this.taken = first > 1 && text.length - from >= LONG ? APART : 0
  }

  release(): void {
    this.text = NO_TEXT
    this.occurrences = null
    this.ended = true
  }

  next(): boolean {
    if (this.ended) return false
    const { skip, text, end: from } = this
    if (this.occurrences === null && this.taken++ >= APART)
      this.occurrences = new Occurrences(skip, text, from)
    const { occurrences } = this
    const start = occurrences ? occurrences.next(from) : skip.find(text, from)
    if (start < 0) {
      this.ended = true
      return false
    }
    this.start = start
    this.end = occurrences ? occurrences.end : skip.search.end
    return true
  }

  /** From the place on where the search was begun. */
  count(): number {
    return this.skip.count(this.text, this.end)
  }

  all(): Int32Array {
    const { gathered } = this
    gathered.clear()
    while (this.next()) gathered.add(this.start, this.end)
    return gathered.take()
  }

  into(text: Uint8Array, spans: Int32Array): number {
    return spans.length < 2 ? 0 : this.skip.into(text, spans)
  }
}
