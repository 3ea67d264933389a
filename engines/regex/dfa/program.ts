/**
 * One pattern, and the automata that its questions need, each made when first asked for.
 *
 * | question | automaton |
 * | --- | --- |
 * | does anything match? | forward, merged: stops at the first acceptance |
 * | where does the leftmost-longest match end? | forward, in groups |
 * | where does it begin? | backward from that end, anchored, the longest |
 * | ends from all places at once | backward, all groups kept (`hardened.ts`) |
 * | where could a match begin that has this literal? | backward from every node (`skip.ts`) |
 */
import { isOpen } from '../foundation/paths.ts'
import { buildNfa, canBeEmpty, SetGraphs } from '../automaton/nfa.ts'
import type { Nfa } from '../automaton/nfa.ts'
import { Surroundings } from '../automaton/context.ts'
import { requiredLiterals } from '../automaton/literals.ts'
import type { Literals } from '../automaton/literals.ts'
import { isInOrder } from '../automaton/order.ts'
import { firstBytes, lengthsOf, onlyAtEdge } from '../automaton/shape.ts'
import type { Lengths } from '../automaton/shape.ts'
import { checkSize } from '../automaton/size.ts'
import { ByteSet } from '../scan/byte-set.ts'
import { onStack } from '../foundation/depth.ts'
import type { Parsed } from '../syntax/ast.ts'
import { depthOf } from '../syntax/parse.ts'
import type { Budget } from '../types.ts'
import { BackWalker } from './back.ts'
import { Hardener } from './hardened.ts'
import { MatchWalker } from './is-match.ts'
import { LazyDfa } from './lazy.ts'
import type { SetOptions } from './sets.ts'
import { buildSkip } from './skip.ts'
import type { Skip } from './skip.ts'
import { newTally } from './tally.ts'
import type { Tally } from './tally.ts'
import { Meter } from './meter.ts'
import { COUNT_ONLY, SpanWalker } from './walk.ts'

export const DEFAULT_CACHE_BYTES = 16 << 20
/** A longer string is sooner encoded than walked as it is. */
const SHORT_STRING = 32
/** How many automata may share the cache. */
const SHARES = 8

export class Program {
  readonly parsed: Parsed
  readonly surroundings: Surroundings
  readonly tally: Tally = newTally()
  readonly meter: Meter
  readonly lengths: Lengths
  readonly literals: Literals | null
  readonly canBeEmpty: boolean
  private readonly sets: SetGraphs
  private readonly cacheBytes: number
  private forwardNfa: Nfa | undefined
  private backwardNfa: Nfa | undefined
  private skipMade: Skip | null | undefined
  private readonly testWalkers: MatchWalker[] = []
  private readonly endWalkers: SpanWalker[] = []
  private startWalker: BackWalker | undefined
  private startingMade: ByteSet | null | undefined
  private hardenerMade: Hardener | undefined
  private atStart: boolean | undefined
  private atEnd: boolean | undefined
  private ordered: boolean | undefined

  private readonly budget: Budget
  private readonly asStrings = isOpen('short strings')
  private readonly merging = isOpen('is-match')

  constructor(parsed: Parsed, budget: Budget = {}) {
    this.parsed = parsed
    this.budget = budget
    this.sets = new SetGraphs(parsed)
    this.literals = requiredLiterals(parsed.root, parsed.bytes, parsed.hasAssertions)
    // A set of strings is searched for as such and never becomes an automaton.
    if (!this.literals?.whole) this.checkSize(budget)
    this.surroundings = new Surroundings(this.sets.use, parsed.bytes)
    this.meter = new Meter(this.tally, budget.stepsPerCall ?? Infinity)
    this.lengths = lengthsOf(parsed.root, parsed.bytes)
    this.canBeEmpty = canBeEmpty(parsed.root)
    this.cacheBytes = Math.floor((budget.cacheBytes ?? DEFAULT_CACHE_BYTES) / SHARES)
  }

  /** @throws RegexBudgetError where the automaton would be too large */
  checkSize(budget: Budget = {}): void {
    this.onTree(() => checkSize(this.parsed, this.sets, budget))
  }

  get forward(): Nfa {
    return (this.forwardNfa ??= this.build(false))
  }

  get backward(): Nfa {
    return (this.backwardNfa ??= this.build(true))
  }

  private build(reverse: boolean): Nfa {
    return this.onTree(() => buildNfa(this.parsed, this.sets, reverse))
  }

  /** What `work` returns, which recurses along the pattern's tree. @throws RegexBudgetError `depth` */
  onTree<T>(work: () => T): T {
    return onStack(() => depthOf(this.parsed.root), work)
  }

  lazy(nfa: Nfa, options: SetOptions): LazyDfa {
    return new LazyDfa(nfa, options, this.surroundings, this.cacheBytes, this.tally)
  }

  /** A minimal repetition is in the pattern, and walks in order find its matches. */
  get inOrder(): boolean {
    const { parsed } = this
    return (this.ordered ??=
      parsed.hasMinimal && !this.canBeEmpty && this.onTree(() => isInOrder(parsed.root)))
  }

  /** The search for the strings that are all of the pattern; null where it is more, or better walked. */
  get wholeLiterals(): Skip | null {
    const { skip } = this
    return skip?.literals.whole && !skip.isSet ? skip : null
  }

  /** Whether a match can be at or behind `from`, as far as lengths tell: of `^...$` they tell at once. */
  hasRoomFor(text: Uint8Array, from: number): boolean {
    const { min, max } = this.lengths
    const room = text.length - from
    return room >= min && (room <= max || !this.parsed.hasAssertions || !(this.onlyAtStart && this.onlyAtEnd))
  }

  /** A match can only begin at the start of the text. */
  get onlyAtStart(): boolean {
    this.atStart ??= this.parsed.hasAssertions && onlyAtEdge(this.forward)
    return this.atStart
  }

  /** A match can only end at the end of the text. */
  get onlyAtEnd(): boolean {
    this.atEnd ??= this.parsed.hasAssertions && isOpen('at the end') && onlyAtEdge(this.backward)
    return this.atEnd
  }

  get skip(): Skip | null {
    if (this.skipMade === undefined) {
      this.skipMade =
        this.literals && !this.onlyAtStart && isOpen('skip') ? buildSkip(this, this.literals) : null
      // Strings too many or too long to be searched for become an automaton after all.
      if (this.skipMade === null && this.literals?.whole) this.checkSize(this.budget)
    }
    return this.skipMade
  }

  /** Where a walk has to begin that finds all matches of a text by itself; -1: there are none, -2: there is no such walk. */
  entry(text: Uint8Array, from: number): number {
    if (this.onlyAtEnd) return -2
    const { skip } = this
    // Single bytes are seldom few: the walk skips to the next one as well, and takes many in its stride.
    return skip === null || skip.isSet ? from : skip.entry(text, from)
  }

  /** An is-match automaton. @param idle marks where a prefilter may jump */
  merged(idle: boolean): LazyDfa {
    return this.lazy(this.forward, { merge: true, anchored: this.onlyAtStart, idle })
  }

  /** The bytes that a match can begin with; null where one may be empty, or can begin at the start only. */
  get starting(): ByteSet | null {
    if (this.startingMade === undefined) {
      const members =
        this.canBeEmpty || this.onlyAtStart || !isOpen('starting bytes') ? null : firstBytes(this.forward)
      this.startingMade = members && new ByteSet(members)
    }
    return this.startingMade
  }

  /** Stops at the first acceptance. @param jumping stops in waiting states, to jump from there */
  test(jumping: boolean): MatchWalker {
    const { surroundings, meter } = this
    return (this.testWalkers[jumping ? 1 : 0] ??= new MatchWalker(
      this.merged(jumping),
      surroundings,
      meter,
      this.starting,
    ))
  }

  /** Finds the end of the leftmost-longest match. @param jumping stops in waiting states, to jump from there */
  ends(jumping: boolean): SpanWalker {
    let walker = this.endWalkers[jumping ? 1 : 0]
    if (!walker) {
      const { min, max } = this.lengths
      const { inOrder: first } = this
      const options = { merge: false, anchored: this.onlyAtStart, births: min !== max, idle: jumping, first }
      walker = new SpanWalker(
        this.lazy(this.forward, options),
        this.surroundings,
        this.meter,
        this.starts,
        min === max ? min : -1,
        this.starting,
        first,
      )
      this.endWalkers[jumping ? 1 : 0] = walker
    }
    return walker
  }

  /** Walks back from an end to the leftmost start. */
  get starts(): BackWalker {
    if (!this.startWalker) {
      const dfa = this.lazy(this.backward, { merge: false, anchored: true, idle: false })
      this.startWalker = new BackWalker(dfa, this.surroundings, this.meter)
    }
    return this.startWalker
  }

  get hardener(): Hardener {
    if (!this.hardenerMade) {
      const dfa = this.lazy(this.backward, { merge: false, anchored: true, idle: false, keepAll: true })
      const exact = !this.parsed.bytes && (this.sets.use.words || this.canBeEmpty)
      this.hardenerMade = new Hardener(dfa, this.surroundings, this.meter, exact)
    }
    return this.hardenerMade
  }

  /** `at`, or the start of the character that it is inside of. */
  whole(text: Uint8Array, at: number): number {
    let place = at
    if (!this.parsed.bytes) while (place > 0 && (text[place]! & 0xc0) === 0x80) place--
    return place
  }

  /** `matches` for a string that need not be encoded for that; undefined where it must be. */
  matchesString(text: string): boolean | undefined {
    if (this.meter.limited || !this.asStrings) return undefined
    const { skip } = this
    if (skip !== null && skip.string !== null) return skip.findString(text) >= 0
    if (text.length > SHORT_STRING || skip?.literals.whole || (this.onlyAtEnd && !this.onlyAtStart))
      return undefined
    return this.test(false).findIn(text)
  }

  /** Whether the text has a match from `from` on. `bol`, `eol`: what the edges of the text are. */
  matches(text: Uint8Array, from: number, bol: number, eol: number): boolean {
    if (!this.hasRoomFor(text, from)) return false
    if (!this.merging) return this.ends(false).find(text, from, false, bol, eol, COUNT_ONLY, 1) > 0
    if (this.onlyAtEnd && !this.onlyAtStart) {
      const { starts, surroundings } = this
      const initial = starts.dfa.initial(eol, false)
      return starts.walk(text, from, text.length, initial, surroundings.before(text, from, bol)) >= 0
    }
    const { skip } = this
    if (skip === null) return this.test(false).find(text, from, bol, eol)
    if (skip.literals.whole) return skip.find(text, from) >= 0
    const entry = skip.entry(text, from)
    if (entry > -2) return entry >= 0 && this.test(false).find(text, entry, bol, eol)
    const test = this.test(true)
    test.jump = skip.jumper(text, from)
    const found = test.find(text, from, bol, eol)
    if (found || test.left < 0) return found
    return this.test(false).find(text, test.left, bol, eol)
  }
}
