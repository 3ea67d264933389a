/**
 * Approximate matching, exact: of all matches within the limits the cheapest, of those the leftmost, of those the
 * longest.
 *
 * One walk over the text, backward, answers the first two questions at once. Reading backward, an automaton knows at
 * every place the least that a match beginning there costs. The bound follows the best cost seen so far, so what
 * cannot be as good is dropped at once, and the last place at which the bound was met is the leftmost one. A walk
 * forward from there finds the last end at that cost; a third one, over the match only, tells which errors were made.
 *
 * Each place at which the bound was met or lowered is also the answer to "where from here on": so all matches of a text
 * are read off the notes of the same single walk.
 *
 * Minimal repetitions are as long as greedy ones here: the span is a matter of cost and length alone.
 */
import { contextUse, EDGE, SILENT_EDGE, Surroundings } from '../automaton/context.ts'
import { buildCaptures } from '../captures/index.ts'
import type { Captures } from '../captures/index.ts'
import type { Parsed } from '../syntax/ast.ts'
import type { Options } from '../types.ts'
import { Aligner } from './align.ts'
import type { Alignment, Span } from './align.ts'
import { buildPattern } from './automaton.ts'
import type { Pattern } from './automaton.ts'
import { ApproxCaptures } from './captures.ts'
import { Filter } from './filter.ts'
import { Labels } from './labels.ts'
import { LazyDfa } from './lazy.ts'
import { Meter } from './meter.ts'
import { Rows } from './rows.ts'
import { COST, findRegions } from './settings.ts'

export interface Edges {
  readonly notBol: boolean
  readonly notEol: boolean
}

/** A match in bytes, its cost, and how many characters were inserted, deleted and substituted. */
export interface ApproxMatch extends Span {
  readonly inserts: number
  readonly deletes: number
  readonly substitutes: number
}

const DEFAULT_CACHE_BYTES = 16 << 20
/** One automaton, of one direction and bound, may take this part of the cache. */
const SHARES = 4
const LABELS_KEPT = 10_000
/** Shorter texts are walked sooner than filtered. */
const SHORTEST_FILTERED = 256
/**
 * A search by bits takes over where more transitions than this have to be made. One takes 5 to 25 us, a character by
 * bits 20 to 100 ns.
 */
const FIRST_TRANSITIONS = 500
const CHARACTERS_PER_TRANSITION = 200

/** Whether a pattern with these options needs the matcher of this folder. */
export function isApproximate(parsed: Parsed, options: Options): boolean {
  return parsed.hasApprox || options.approx !== undefined
}

/** Where the best match begins, and what it costs. */
interface Best {
  readonly start: number
  readonly cost: number
}

/** @param parts of the text, as rising pairs [start, end) */
function leastByRows(
  rows: Rows,
  text: Uint8Array,
  parts: readonly number[],
  trail: number[] | null,
): Best | null {
  rows.begin()
  for (let i = parts.length - 2; i >= 0; i -= 2) rows.backward(text, parts[i + 1]!, parts[i]!, trail)
  return rows.seen < 0 ? null : { start: rows.seen, cost: rows.cost }
}

export class ApproxMatcher {
  readonly meter: Meter
  private readonly pattern: Pattern
  private readonly options: Options
  private readonly around: Surroundings
  private readonly maxCost: number
  private readonly cacheBytes: number
  private readonly automata = new Map<string, LazyDfa>()
  /** No error costs nothing, so a match that costs nothing has no errors. */
  private readonly nothingIsFree: boolean
  /** How the matches came about, while somebody holds them. */
  private readonly alignments = new WeakMap<ApproxMatch, Alignment>()
  private readonly rows: Rows | null
  private filterMade: Filter | null | undefined
  /** Transitions turned out too many for this pattern and its texts. */
  private preferRows = false
  private exact: Captures | undefined
  private groups: ApproxCaptures | undefined
  private aligner: Aligner | undefined
  private alignLabels: Labels | undefined

  constructor(parsed: Parsed, options: Options) {
    this.options = options
    const { budget } = options
    const regions = findRegions(parsed, options.approx)
    this.pattern = buildPattern(parsed, regions, budget)
    this.rows = Rows.build(this.pattern)
    this.around = new Surroundings(contextUse(parsed.root), parsed.bytes)
    this.meter = new Meter(budget?.stepsPerCall)
    this.maxCost = regions.list[0]?.limits[COST] as number
    this.cacheBytes = (budget?.cacheBytes ?? DEFAULT_CACHE_BYTES) / SHARES
    this.nothingIsFree = regions.list.every(({ open, costs }) => !open || !costs.includes(0))
  }

  /** Searches by bits from now on, if this pattern can be; says whether. What it finds is the same. */
  useRows(): boolean {
    this.preferRows = this.rows !== null
    return this.preferRows
  }

  /** The parts of a text that will be looked at closely, as rising pairs [start, end); null: all of it. */
  windows(text: Uint8Array, from = 0): readonly number[] | null {
    if (text.length - from < SHORTEST_FILTERED) return null
    if (this.filterMade === undefined) this.filterMade = Filter.build(this.pattern)
    return this.filterMade && this.filterMade.windows(text, from)
  }

  /** Whether searches go by bits now. */
  get usesRows(): boolean {
    return this.preferRows
  }

  private automaton(direction: 'forward' | 'backward' | 'test', bound: number): LazyDfa {
    const key = `${direction} ${bound}`
    let dfa = this.automata.get(key)
    if (!dfa) {
      const { pattern, meter, cacheBytes } = this
      const nfa = direction === 'backward' ? pattern.backward : pattern.forward
      dfa = new LazyDfa(pattern, nfa, direction !== 'forward', bound, meter, cacheBytes)
      let bytes = 0
      for (const other of this.automata.values()) bytes += other.bytes
      if (bytes > cacheBytes * (SHARES - 1)) this.automata.clear()
      this.automata.set(key, dfa)
    }
    return dfa
  }

  /** The walk backward: where the cheapest match begins, and its cost; `trail` gets all places for `findAll`. */
  private cheapest(text: Uint8Array, from: number, edges: Edges, trail: number[] | null): Best | null {
    this.meter.spend(text.length - from)
    const parts = this.windows(text, from) ?? [from, text.length]
    if (this.rows && this.preferRows) return leastByRows(this.rows, text, parts, trail)
    let patience = this.rows ? FIRST_TRANSITIONS + (text.length - from) / CHARACTERS_PER_TRANSITION : Infinity
    const far = this.around.before(text, from, edges.notBol ? SILENT_EDGE : EDGE)
    let dfa = this.automaton('backward', this.maxCost)
    let start = -1
    for (let i = parts.length - 2; i >= 0; i -= 2) {
      let at = parts[i + 1] as number
      let row = dfa.begin(edges.notEol ? SILENT_EDGE : EDGE)
      for (;;) {
        dfa.seen = -1
        dfa.trail = trail
        dfa.patience = patience
        const done = dfa.backward(text, at, parts[i] as number, row, far)
        ;({ patience } = dfa)
        if (patience < 0 && this.rows) {
          this.preferRows = true
          if (trail) trail.length = 0
          return leastByRows(this.rows, text, parts, trail)
        }
        if (dfa.seen >= 0) start = dfa.seen
        if (done) break
        const cheaper = this.automaton('backward', dfa.cheaper)
        row = cheaper.beginAs(dfa)
        at = dfa.place
        dfa = cheaper
      }
    }
    return start < 0 ? null : { start, cost: dfa.bound }
  }

  private longest(text: Uint8Array, start: number, cost: number, edges: Edges): number {
    const dfa = this.automaton('forward', cost)
    const near = this.around.before(text, start, edges.notBol ? SILENT_EDGE : EDGE)
    return dfa.forward(text, start, dfa.begin(near), edges.notEol ? SILENT_EDGE : EDGE, false)
  }

  private align(text: Uint8Array, span: Span, edges: Edges): Alignment {
    if (!this.aligner || (this.alignLabels as Labels).size > LABELS_KEPT) {
      this.alignLabels = new Labels(this.pattern.regions)
      this.aligner = new Aligner(this.pattern, this.alignLabels, this.meter)
    }
    const bol = edges.notBol ? SILENT_EDGE : EDGE
    return this.aligner.align(text, span, this.around, bol, edges.notEol ? SILENT_EDGE : EDGE)
  }

  private counted(text: Uint8Array, span: Span, edges: Edges): ApproxMatch {
    if (span.cost === 0 && this.nothingIsFree) return { ...span, inserts: 0, deletes: 0, substitutes: 0 }
    const how = this.align(text, span, edges)
    const match = { ...span, inserts: how.inserts, deletes: how.deletes, substitutes: how.substitutes }
    this.alignments.set(match, how)
    return match
  }

  /**
   * Whether some match begins at or after `from`.
   *
   * @throws RegexBudgetError `stepsPerCall`, or `states` where limits multiply beyond all measure
   */
  test(text: Uint8Array, from: number, edges: Edges): boolean {
    this.meter.begin(text.length)
    const parts = this.windows(text, from)
    if (parts?.length === 0) {
      this.meter.spend(text.length - from)
      return false
    }
    const dfa = this.automaton('test', this.maxCost)
    const near = this.around.before(text, from, edges.notBol ? SILENT_EDGE : EDGE)
    return dfa.forward(text, from, dfa.begin(near), edges.notEol ? SILENT_EDGE : EDGE, true) >= 0
  }

  /**
   * The cheapest, then leftmost, then longest match that begins at or after `from`; offsets in bytes.
   *
   * @throws RegexBudgetError `stepsPerCall`, or `states` where limits multiply beyond all measure
   */
  find(text: Uint8Array, from: number, edges: Edges): ApproxMatch | null {
    this.meter.begin(text.length)
    const best = this.cheapest(text, from, edges, null)
    if (!best) return null
    const { start, cost } = best
    return this.counted(text, { start, end: this.longest(text, start, cost, edges), cost }, edges)
  }

  /**
   * Start and end of each group of a match found in `text`, group 0 first, in bytes; -1, -1 for a group that took no
   * part. Text and edges must be those of the search.
   *
   * @throws RegexBudgetError `stepsPerCall`
   */
  captures(text: Uint8Array, match: ApproxMatch, edges: Edges): Int32Array {
    // Without errors it is an exact match, in which a region is nothing special.
    if (match.cost === 0 && this.nothingIsFree && !this.pattern.parsed.hasMinimal) {
      this.exact ??= buildCaptures(this.pattern.parsed, this.options)
      const spans = this.exact.run(text, match.start, match.end, edges)
      if (spans) return spans
    }
    this.groups ??= new ApproxCaptures(this.pattern, this.options)
    const { events } = this.alignments.get(match) ?? this.align(text, match, edges)
    return this.groups.run(text, match, events)
  }

  /**
   * All matches: each is what `find` answers from the end of the one before. An empty match there is not reported.
   * The bytes must not change while they are being iterated over.
   */
  *findAll(text: Uint8Array, from: number, edges: Edges): Generator<ApproxMatch, void, undefined> {
    for (const span of this.spans(text, from, edges)) yield this.counted(text, span, edges)
  }

  /** Number of matches, as `findAll` finds them. */
  count(text: Uint8Array, from: number, edges: Edges): number {
    let count = 0
    for (const span of this.spans(text, from, edges)) if (span) count++
    return count
  }

  private *spans(text: Uint8Array, from: number, edges: Edges): Generator<Span, void, undefined> {
    this.meter.begin(text.length)
    const trail: number[] = []
    this.cheapest(text, from, edges, trail)
    let last = -1
    let at = from
    for (let i = trail.length - 2; i >= 0; i -= 2) {
      const start = trail[i] as number
      if (start < at) continue
      const cost = trail[i + 1] as number
      const end = this.longest(text, start, cost, edges)
      // Nothing but this place begins a match as cheap: the next one is further on.
      if (end === start && end === last) continue
      yield { start, end, cost }
      last = end
      at = end
    }
  }
}

/**
 * Builds the matcher of a pattern with approximate settings, in the pattern or in `options.approx`.
 *
 * @throws RangeError for a limit or a cost that is none
 * @throws RegexBudgetError `states`
 */
export function buildApprox(parsed: Parsed, options: Options): ApproxMatcher {
  return new ApproxMatcher(parsed, options)
}
