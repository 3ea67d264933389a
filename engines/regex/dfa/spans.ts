/**
 * Leftmost-longest spans, one after another, in time linear in the text.
 *
 * A forward walk finds where the leftmost-longest match ends, a backward walk from there where it begins: two passes
 * over what matches, one over the rest. A walk that reads on past the end of its match, in vain, reads that stretch
 * again for the next one; where this happens too much, the rest of the text is finished by the hardened pass.
 */
// oxlint-disable typescript/no-non-null-assertion -- indices bounded by construction
import type { Program } from './program.ts'

/** Bytes read in vain for each byte of progress before the search goes over to the hardened pass. */
const PATIENCE = 8
const GRACE = 4096

export class SpanSearch {
  /** The match found last. */
  start = -1
  end = -1
  private readonly program: Program
  private readonly text: Uint8Array
  private readonly bol: number
  private readonly eol: number
  private readonly origin: number
  private from: number
  private noEmpty = false
  private wasted = 0
  private hardEnds: Int32Array | null = null
  private hardFrom = 0

  /** @param bol, eol what the edges of the text are: EDGE or SILENT_EDGE */
  constructor(program: Program, text: Uint8Array, from: number, bol: number, eol: number) {
    this.program = program
    this.text = text
    this.from = from
    this.origin = from
    this.bol = bol
    this.eol = eol
  }

  /** Moves to the next match; false: there is none. */
  next(): boolean {
    const found = this.hardEnds ? this.nextHard() : this.nextWalk()
    if (found) {
      this.from = this.end
      this.noEmpty = true
    }
    return found
  }

  /** Where the next search begins, if a match turns out to end earlier than the longest (minimal repetition). */
  continueFrom(end: number): void {
    this.end = end
    this.from = end
    this.noEmpty = true
  }

  private nextWalk(): boolean {
    const { program, text, from, noEmpty, bol, eol } = this
    const { surroundings } = program
    const to = text.length
    if (program.onlyAtStart && from > 0) return false
    if (program.onlyAtEnd) return this.nextAtEnd()
    const { ends } = program
    const before = surroundings.before(text, from, bol)
    const end = ends.forward(text, from, to, ends.dfa.initial(before, noEmpty), eol)
    if (end < 0) return false
    this.wasted += ends.stopped - end
    this.end = end
    this.start = this.startOf(end)
    if (this.wasted > PATIENCE * (end - this.origin) + GRACE) this.harden(end)
    return true
  }

  private startOf(end: number): number {
    const { program, text, from, noEmpty, bol, eol } = this
    const { lengths, surroundings } = program
    if (lengths.min === lengths.max) return end - lengths.min
    const { starts } = program
    const after = surroundings.after(text, end, text.length, eol)
    const initial = starts.dfa.initial(after, noEmpty && end === from)
    return starts.backward(text, from, end, initial, surroundings.before(text, from, bol))
  }

  private nextAtEnd(): boolean {
    const { program, text, from, noEmpty, bol, eol } = this
    const to = text.length
    if (program.onlyAtStart && from > 0) return false
    const { starts } = program
    const initial = starts.dfa.initial(eol, noEmpty && from === to)
    const start = starts.backward(text, from, to, initial, program.surroundings.before(text, from, bol))
    this.start = start
    this.end = to
    return start >= 0
  }

  private harden(from: number): void {
    const { program, text } = this
    this.hardFrom = from
    program.tally.hardened++
    this.hardEnds = program.hardener.ends(text, from, text.length, this.bol, this.eol)
  }

  private nextHard(): boolean {
    const ends = this.hardEnds!
    const { hardFrom } = this
    let at = this.from - hardFrom
    if (this.noEmpty && at < ends.length && (ends[at] as number) === this.from) at++
    while (at < ends.length && ends[at]! < 0) at++
    if (at >= ends.length) return false
    this.start = hardFrom + at
    this.end = ends[at]!
    return true
  }
}
