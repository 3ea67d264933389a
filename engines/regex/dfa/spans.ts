/**
 * Leftmost-longest spans, one after another, in time linear in the text.
 *
 * A forward walk finds where the leftmost-longest match ends, and usually knows where it began; if not, a backward
 * walk from the end tells. Matches are looked for in batches that double in size, so that asking for one stays cheap
 * and asking for all costs no call each. A walk that reads on past the end of its match, in vain, reads that stretch
 * again for the next one; where this happens too much, the rest of the text is finished by the hardened pass.
 *
 * Worth (`npm run regex:paths`, at the end): four orders of magnitude for `[a-z]+$` on 300 kB.
 */
import { int32s } from '../foundation/arrays.ts'
import { EDGE } from '../automaton/context.ts'
import { Gathered } from './gathered.ts'
import { outOfHand } from './patience.ts'
import type { Program } from './program.ts'
import type { Jump } from './jump.ts'
import { COUNT_ONLY } from './walk.ts'
import type { SpanWalker } from './walk.ts'

const LARGEST_BATCH = 1024
const FIRST = new Int32Array(2)
const NO_TEXT = new Uint8Array(0)

/** What finds matches that walks in order cannot find without waste. */
export interface Rest {
  next(): boolean
  readonly spans: Int32Array
}
export type RestOf = (text: Uint8Array, from: number) => Rest

/** The spans of one text after another. */
export interface SpanSource {
  /** The match found last. */
  readonly start: number
  readonly end: number
  /**
   * Starts on a text.
   * @param bol, eol what the edges of the text are: EDGE or SILENT_EDGE
   * @param first how many matches to look for at first; 1 where no more may be wanted
   */
  begin(text: Uint8Array, from: number, bol: number, eol: number, first: number): void
  /** Moves to the next match; false: there is none. */
  next(): boolean
  /** Number of the matches from here on, the one found last not included. */
  count(): number
  /** Start and end of each of them. */
  all(): Int32Array
  /** Writes those of a text to `spans`, as many as fit; how many. In place of `begin` and all that follows. */
  into(text: Uint8Array, spans: Int32Array): number
  /** Lets go of the text. */
  release(): void
}

export class SpanSearch implements SpanSource {
  /** The match found last. */
  start = -1
  end = -1
  private readonly program: Program
  private text: Uint8Array = NO_TEXT
  private bol = EDGE
  private eol = EDGE
  private origin = 0
  private jump: Jump | null = null
  private first = 1
  private from = 0
  private noEmpty = false
  private wasted = 0
  private readonly gathered = new Gathered()
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
    this.jump = null
    const { program } = this
    if (!program.hasRoomFor(text, from)) {
      this.ended = true
      return
    }
    const entry = program.entry(text, from)
    if (entry >= -1) this.from = entry
    else if (!program.onlyAtEnd) this.jump = program.skip!.jumper(text, from)
    this.ended = entry === -1
  }

  release(): void {
    this.text = NO_TEXT
    this.jump = null
    this.hardEnds = null
    this.restMade = null
    this.ended = true
  }

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

  all(): Int32Array {
    const { gathered } = this
    gathered.clear()
    while (this.next()) {
      gathered.add(this.start, this.end)
      gathered.addAll(this.batch, this.used, this.found)
      this.used = this.found
    }
    return gathered.take()
  }

  into(text: Uint8Array, spans: Int32Array): number {
    const room = spans.length >> 1
    const { program } = this
    let count = 0
    // The walk writes to the array itself, and may write one ahead. What is kept of a text costs as much as to walk a short one.
    if (room > 1) {
      const entry = program.hasRoomFor(text, 0) ? program.entry(text, 0) : -1
      if (entry === -1) return 0
      if (entry >= 0) {
        const ends = program.ends(false)
        ends.jump = null
        ends.wasted = ends.origin = 0
        count = ends.find(text, entry, false, EDGE, EDGE, spans, room - 1)
        if (!ends.more) return count
      }
    }
    this.begin(text, 0, EDGE, EDGE, Math.min(room, LARGEST_BATCH))
    if (count > 0) this.goOn(program.ends(false))
    while (count < room && this.next()) {
      spans[2 * count] = this.start
      spans[2 * count + 1] = this.end
      count++
    }
    this.release()
    return count
  }

  private nextOf(): boolean {
    const { program } = this
    if (this.hardEnds) return this.nextHard(this.hardEnds)
    if (this.restMade) return this.nextOfRest(this.restMade)
    if (program.onlyAtStart && this.from > 0) return false
    if (program.onlyAtEnd) return this.nextAtEnd()
    return this.nextBatch()
  }

  /** Whether nothing but a walk finds the next match. */
  private get inBatches(): boolean {
    const { program } = this
    if (this.hardEnds || this.restMade || program.onlyAtEnd) return false
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
    if (this.found > 0) this.goOn(ends)
    if (ends.left >= 0) {
      this.jump = null
      this.from = ends.left
      this.noEmpty = false
      return this.found > 0 || this.load(spans, capacity)
    }
    if (!ends.more) this.ended = true
    return this.found > 0
  }

  /** Behind the matches that a walk has found. */
  private goOn(ends: SpanWalker): void {
    this.wasted = ends.wasted
    this.from = ends.end
    this.noEmpty = true
    if (ends.more && outOfHand(ends.wasted, this.from - this.origin)) this.harden(this.from)
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
