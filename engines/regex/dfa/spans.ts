/**
 * Leftmost-longest spans, one after another, in time linear in the text.
 *
 * A forward walk finds where the leftmost-longest match ends, and usually knows where it began; if not, a backward
 * walk from the end tells. Matches are looked for in batches that double in size, so that asking for one stays cheap
 * and asking for all costs no call each. A walk that reads on past the end of its match, in vain, reads that stretch
 * again for the next one; where this happens too much, the rest of the text is finished by the hardened pass.
 */
import { grown, int32s } from '../foundation/arrays.ts'
import { EDGE } from '../automaton/context.ts'
import type { LiteralCursor } from '../literal/literal.ts'
import { outOfHand } from './patience.ts'
import type { Program } from './program.ts'
import type { Skip } from './skip.ts'
import type { Jump } from './jump.ts'
import { COUNT_ONLY } from './walk.ts'

const LARGEST_BATCH = 1024
/** After so many literals found one by one, the next ones are looked for together. */
const LITERALS_APART = 4
const FIRST = new Int32Array(2)
const FIRST_ALL = 128
/** Longer ones are not kept for the next call. */
const MOST_KEPT = 1 << 16
const NO_TEXT = new Uint8Array(0)

/** What finds matches that walks in order cannot find without waste. */
export interface Rest {
  next(): boolean
  readonly spans: Int32Array
}
export type RestOf = (text: Uint8Array, from: number) => Rest

export class SpanSearch {
  /** The match found last. */
  start = -1
  end = -1
  private readonly program: Program
  private text: Uint8Array = NO_TEXT
  private bol = EDGE
  private eol = EDGE
  private origin = 0
  private jump: Jump | null = null
  private literals: Skip | null = null
  /** Of the literals, where many are wanted. */
  private occurrences: LiteralCursor | null = null
  private taken = 0
  private first = 1
  private from = 0
  private noEmpty = false
  private wasted = 0
  /** What `all` collects in; kept, as a new one takes longer than many a short text. */
  private gathered = int32s(0)
  private ended = true
  private batch: Int32Array = FIRST
  private large: Int32Array = FIRST
  private found = 0
  private used = 0
  private hardEnds: Int32Array | null = null
  private restMade: Rest | null = null
  private hardFrom = 0

  private readonly rest: RestOf | null

  /** @param rest finds the rest of the matches where walks in order read too much in vain */
  constructor(program: Program, rest: RestOf | null = null) {
    this.program = program
    this.rest = rest
  }

  /**
   * Starts on a text.
   * @param bol, eol what the edges of the text are: EDGE or SILENT_EDGE
   * @param first how many matches to look for at first; 1 where no more may be wanted
   */
  begin(text: Uint8Array, from: number, bol: number, eol: number, first: number): void {
    this.text = text
    this.from = from
    this.origin = from
    this.bol = bol
    this.eol = eol
    this.first = first
    this.noEmpty = false
    this.ended = false
    this.wasted = 0
    this.found = 0
    this.used = 0
    this.hardEnds = null
    this.restMade = null
    this.literals = null
    this.occurrences = null
    this.taken = first > 1 ? LITERALS_APART : 0
    this.jump = null
    const { skip, onlyAtEnd } = this.program
    // Single bytes are seldom few: the walk skips to the next one as well, and takes many in its stride.
    if (skip === null || onlyAtEnd || skip.isSet) return
    if (skip.literals.whole) this.literals = skip
    else {
      this.jump = skip.jumper(text, from)
      if (this.jump === null) {
        this.from = skip.entry(text, from)
        this.ended = this.from < 0
      }
    }
  }

  /** Lets go of the text. */
  release(): void {
    this.text = NO_TEXT
    this.jump = null
    this.occurrences = null
    this.hardEnds = null
    this.restMade = null
    this.ended = true
  }

  /** Moves to the next match; false: there is none. */
  next(): boolean {
    if (this.used < this.found) {
      this.start = this.batch[this.used * 2]!
      this.end = this.batch[this.used * 2 + 1]!
      this.used++
      return true
    }
    if (this.ended) return false
    if (!this.nextOf()) {
      this.ended = true
      return false
    }
    return true
  }

  /** Number of the matches from here on, the one found last not included. */
  count(): number {
    let count = this.found - this.used
    this.used = this.found
    while (!this.ended) {
      if (this.inBatches) {
        if (!this.load(COUNT_ONLY, LARGEST_BATCH)) break
        count += this.found
        this.used = this.found
      } else if (this.nextOf()) count++
      else break
    }
    return count
  }

  /** Start and end of each of them. */
  all(): Int32Array {
    let spans = this.gathered
    let length = 0
    while (this.next()) {
      const rest = 2 * (this.found - this.used)
      if (length + rest + 2 > spans.length) {
        spans = grown(spans, FIRST_ALL + (length + rest) * 2)
      }
      spans[length] = this.start
      spans[length + 1] = this.end
      if (rest > 0) spans.set(this.batch.subarray(this.used * 2, this.found * 2), length + 2)
      length += 2 + rest
      this.used = this.found
    }
    this.gathered = spans.length > MOST_KEPT ? new Int32Array(0) : spans
    return spans.slice(0, length)
  }

  private nextOf(): boolean {
    const { program } = this
    if (this.literals) return this.nextLiteral(this.literals)
    if (this.hardEnds) return this.nextHard(this.hardEnds)
    if (this.restMade) return this.nextOfRest(this.restMade)
    if (program.onlyAtStart && this.from > 0) return false
    if (program.onlyAtEnd) return this.nextAtEnd()
    return this.nextBatch()
  }

  /** Whether nothing but a walk finds the next match. */
  private get inBatches(): boolean {
    const { program } = this
    if (this.literals || this.hardEnds || this.restMade || program.onlyAtEnd) return false
    return !(program.onlyAtStart && this.from > 0)
  }

  private nextBatch(): boolean {
    const capacity = this.found === 0 ? this.first : Math.min(LARGEST_BATCH, this.found * 2)
    // A batch of one is read at once; larger ones live on between calls.
    if (capacity > 1 && this.large.length < capacity * 2 + 2) this.large = int32s(capacity * 2 + 2)
    this.batch = capacity === 1 ? FIRST : this.large
    return this.load(this.batch, capacity) && this.next()
  }

  /** Finds the next matches; false: there are none. */
  private load(spans: Int32Array, capacity: number): boolean {
    const { program, text } = this
    const ends = program.ends(this.jump !== null)
    ends.jump = this.jump
    ends.wasted = this.wasted
    ends.origin = this.origin
    this.found = ends.find(text, this.from, this.noEmpty, this.bol, this.eol, spans, capacity)
    this.used = 0
    this.wasted = ends.wasted
    if (this.found > 0) {
      this.from = ends.end
      this.noEmpty = true
    }
    if (ends.left >= 0) {
      this.jump = null
      this.from = ends.left
      this.noEmpty = false
      return this.found > 0 || this.load(spans, capacity)
    }
    if (!ends.more) this.ended = true
    else if (outOfHand(ends.wasted, this.from - this.origin)) this.harden(this.from)
    return this.found > 0
  }

  private nextLiteral(literals: Skip): boolean {
    if (this.occurrences === null && this.taken++ >= LITERALS_APART) {
      this.occurrences = literals.occurrences(this.text, this.from)
    }
    const { occurrences } = this
    const start = occurrences
      ? literals.next(this.text, this.from, occurrences)
      : literals.find(this.text, this.from)
    if (start < 0) return false
    this.start = start
    this.from = this.end = occurrences ? occurrences.end : literals.search.end
    return true
  }

  private nextAtEnd(): boolean {
    const { program, text, from, noEmpty, bol, eol } = this
    const to = text.length
    const { starts } = program
    const initial = starts.dfa.initial(eol, noEmpty && from === to)
    const start = starts.walk(text, from, to, initial, program.surroundings.before(text, from, bol))
    if (start < 0) return false
    this.start = start
    this.from = this.end = to
    this.noEmpty = true
    return true
  }

  private harden(from: number): void {
    const { program, text } = this
    if (this.rest !== null) {
      this.restMade = this.rest(text, from)
      return
    }
    this.hardFrom = from
    program.tally.hardened++
    this.hardEnds = program.hardener.ends(text, from, text.length, this.bol, this.eol)
  }

  private nextOfRest(rest: Rest): boolean {
    if (!rest.next()) return false
    this.start = rest.spans[0]!
    this.end = rest.spans[1]!
    return true
  }

  private nextHard(ends: Int32Array): boolean {
    const { hardFrom } = this
    let at = this.from - hardFrom
    if (this.noEmpty && ends[at] === this.from) at++
    while (at < ends.length && ends[at]! < 0) at++
    if (at >= ends.length) return false
    this.start = hardFrom + at
    this.from = this.end = ends[at]!
    this.noEmpty = true
    return true
  }
}
