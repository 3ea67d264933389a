/**
 * Jumping to where a match could begin, from a literal that every match contains.
 *
 * The first occurrence of the literal at or after the place reached: no match ends before it, so nothing in front of it
 * needs reading unless a match that holds it could begin there. If the literal stands at most a few bytes into the
 * match, that is simple arithmetic. If not (`\w+\s+Holmes`), an automaton walks back from the literal for as long as
 * what it has read could be the beginning of a match, and remembers the leftmost place where one would start. Both only
 * ever choose a place too early, never one too late; the forward walk then decides.
 *
 * The walk back never passes the place where the forward walk last waited with nothing begun, nor the first byte behind
 * it that a match can begin with, so no byte is read more than twice on the way to a match, and where the literal is
 * everywhere but nothing can begin, none is walked over.
 *
 * Worth (`npm run regex:paths`, skip): 20 to 25 times walking for `[a-z]+ Holmes`.
 */
import { EDGE, OTHER } from '../automaton/context.ts'
import type { Literals } from '../automaton/literals.ts'
import { compileLiteral, compileLiterals } from '../literal/literal.ts'
import type { LiteralCursor, LiteralSearch } from '../literal/search.ts'
import type { Surroundings } from '../automaton/context.ts'
import type { Nfa } from '../automaton/nfa.ts'
import type { ByteSet } from '../scan/byte-set.ts'
import { BackWalker } from './back.ts'
import type { LazyDfa } from './lazy.ts'
import type { Meter } from './meter.ts'
import type { SetOptions } from './sets.ts'
import type { Tally } from './tally.ts'
import type { Jump } from './jump.ts'

/** A jump costs about as much as walking this many bytes. */
const COST = 32
/** A literal that may stand further into its match is walked back from: most of that way would be gone in vain. */
const FAR = 64
/** Gains beyond this do not count, so that one long jump does not pay for thousands of short ones. */
const MOST_GAIN = 256
const FIRST_CREDIT = 1024
/** The platform's search in strings is linear times this at worst. */
const SHORT_LITERAL = 32
/** A text of fewer bytes than this is walked as it is. */
const SHORT = 48
/** In one of fewer than this, the first literal tells where to begin, and the rest is walked: jumping costs 1 us to set up. */
const MIDDLING = 1024

/** What a search by literals needs of its pattern; `Program` has it. */
export interface SkipGround {
  readonly meter: Meter
  readonly tally: Tally
  readonly surroundings: Surroundings
  readonly backward: Nfa
  readonly starting: ByteSet | null
  lazy(nfa: Nfa, options: SetOptions): LazyDfa
  whole(text: Uint8Array, at: number): number
}

export class Skip {
  readonly search: LiteralSearch
  readonly literals: Literals
  readonly program: SkipGround
  /** The pattern, where it is one string: searched for in strings as they are. */
  readonly string: string | null
  private backWalker: BackWalker | undefined

  constructor(search: LiteralSearch, literals: Literals, program: SkipGround) {
    this.search = search
    this.literals = literals
    this.program = program
    const [only] = literals.literals
    const plain =
      literals.whole &&
      !literals.ignoreCase &&
      literals.literals.length === 1 &&
      only!.length <= SHORT_LITERAL &&
      only!.every((byte) => byte < 0x80)
    this.string = plain ? String.fromCharCode(...only!) : null
  }

  /** The pattern is one of several bytes. */
  get isSet(): boolean {
    return this.literals.whole && this.search.longest === 1 && this.literals.literals.length > 1
  }

  /** Where the pattern, being one string, first stands in a text, or -1. */
  findString(text: string): number {
    const found = text.indexOf(this.string as string)
    this.program.tally.scanned += found < 0 ? text.length : found + 1
    return found
  }

  /** The literal is one byte, and so is what matches begin with: the walk itself passes over all that is none. */
  private get isNoBetter(): boolean {
    const { literals, before } = this.literals
    if (this.search.longest > 1 || literals.length > 1) return false
    return before.max === 0 || this.program.starting?.isOne === true
  }

  /** For a text that has no entry. */
  jumper(text: Uint8Array, from: number): Jump {
    return new Jumper(this, text, from)
  }

  /** A place from which on a walk finds all matches, or -1: there are none; -2: jumping on and on will pay. */
  entry(text: Uint8Array, from: number): number {
    if (text.length - from < SHORT || this.isNoBetter) return from
    if (text.length - from >= MIDDLING) return -2
    const { before } = this.literals
    const found = this.find(text, from + before.min)
    if (found < 0) return -1
    const start = this.reach(text, from, found)
    return Math.max(from, this.program.whole(text, start < 0 ? found - before.min : start))
  }

  /** The first place at or after `at` where a match that holds the literal at `found` can begin; -1: none but inside of it. */
  reach(text: Uint8Array, at: number, found: number): number {
    const { max } = this.literals.before
    if (max <= FAR) return Math.max(at, found - max)
    const { back } = this
    return back.walk(text, at, found, back.dfa.initial(OTHER, true), EDGE)
  }

  /** The first of the literals at or after `from`, or -1: of a match, where the literals are all there is to the pattern. */
  find(text: Uint8Array, from: number): number {
    const { meter, tally } = this.program
    const stop = meter.limited ? meter.bound(from, text.length) : text.length
    const start = this.search.find(text, from, stop)
    tally.scanned += (start < 0 ? stop : start + 1) - from
    if (start < 0 && stop < text.length) meter.exceeded()
    return start
  }

  /** The spans of such matches, as many as fit; how many. */
  into(text: Uint8Array, spans: Int32Array): number {
    const { meter, tally } = this.program
    const stop = meter.bound(0, text.length)
    const count = this.search.into(text, 0, stop, spans)
    const isFull = 2 * count + 2 > spans.length
    tally.scanned += isFull ? spans[2 * count - 1]! : stop
    if (!isFull && stop < text.length) meter.exceeded()
    return count
  }

  /** Number of such matches from `from` on. */
  count(text: Uint8Array, from: number): number {
    const { meter, tally } = this.program
    const stop = meter.bound(from, text.length)
    tally.scanned += stop - from
    if (stop < text.length) meter.exceeded()
    return this.search.count(text, from, stop)
  }

  get back(): BackWalker {
    if (!this.backWalker) {
      const { program } = this
      const options = { merge: false, anchored: true, idle: false, everywhere: true }
      const dfa = program.lazy(program.backward, options)
      this.backWalker = new BackWalker(dfa, program.surroundings, program.meter)
    }
    return this.backWalker
  }
}

/** The occurrences in one text, one after another: cheaper than `find` where there are many. */
export class Occurrences {
  private readonly skip: Skip
  private readonly text: Uint8Array
  private cursor: LiteralCursor
  /** Where the budget ends the cursor. */
  private stop: number

  constructor(skip: Skip, text: Uint8Array, from: number) {
    this.skip = skip
    this.text = text
    this.stop = skip.program.meter.bound(from, text.length)
    this.cursor = skip.search.cursor(text, from, this.stop)
  }

  /** Of the occurrence found last. */
  get end(): number {
    return this.cursor.end
  }

  /** As `Skip.find`. */
  next(from: number): number {
    const { skip, text } = this
    const { meter, tally } = skip.program
    for (;;) {
      const { cursor, stop } = this
      if (cursor.next(from)) {
        tally.scanned += cursor.start + 1 - from
        return cursor.start
      }
      // An occurrence costs less than it is long, so what was left may by now reach further.
      const further = stop < text.length ? meter.bound(from, text.length) : stop
      if (further <= stop) {
        tally.scanned += further - from
        if (stop < text.length) meter.exceeded()
        return -1
      }
      this.stop = further
      this.cursor = skip.search.cursor(text, from, further)
    }
  }
}

/** The state of jumping through one text. */
class Jumper implements Jump {
  private readonly skip: Skip
  private readonly cursor: LiteralCursor
  /** Where the budget ends the search. */
  private readonly stop: number
  private credit = FIRST_CREDIT

  constructor(skip: Skip, text: Uint8Array, from: number) {
    this.skip = skip
    this.stop = skip.program.meter.bound(from, text.length)
    this.cursor = skip.search.cursor(text, from, this.stop)
  }

  get spent(): boolean {
    return this.credit < 0
  }

  /** The first place at or after `at` where a match can begin, or -1. May be `at` itself. */
  next(text: Uint8Array, at: number, to: number): number {
    if (this.credit < 0) return at
    const { cursor, skip } = this
    const { before } = skip.literals
    const { tally, meter } = skip.program
    const leap = before.max > FAR ? skip.program.starting : null
    let start = at
    for (;;) {
      // The literal may be common, and what can begin a match rare.
      if (leap !== null) start = leap.find(text, start, this.stop)
      // The occurrence handed out last may still be ahead.
      if (cursor.start < start + before.min && !cursor.next(start + before.min)) {
        tally.scanned += Math.max(0, this.stop - at)
        if (this.stop < to) meter.exceeded()
        return -1
      }
      const found = cursor.start
      const reached = skip.reach(text, start, found)
      if (reached >= 0) {
        start = reached
        break
      }
      // No match that has begun here holds this occurrence; one may begin with it, if not further on.
      start = found - before.min
      if (before.min === 0) break
      start++
    }
    tally.scanned += start - at
    start = Math.max(at, skip.program.whole(text, start))
    this.credit += Math.min(start - at, MOST_GAIN) - COST
    return start
  }
}

/** What a pattern's literals are good for, or null where nothing in it is worth searching for. */
export function buildSkip(program: SkipGround, literals: Literals): Skip | null {
  const options = { ignoreCase: literals.ignoreCase }
  const { literals: texts } = literals
  const search =
    texts.length === 1 ? compileLiteral(texts[0] as Uint8Array, options) : compileLiterals(texts, options)
  return search && new Skip(search, literals, program)
}
