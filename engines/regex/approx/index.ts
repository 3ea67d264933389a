/**
 * Approximate matching, exact: of all matches within the limits the cheapest, of those the leftmost, of those the
 * longest.
 *
 * `search.ts` says how: a walk backward for the cost and the place, one forward for the end. A third one, over the match
 * only, tells which errors were made.
 *
 * Minimal repetitions are as long as greedy ones here: the span is a matter of cost and length alone.
 */
import { bolOf, EDGE, eolOf } from '../automaton/context.ts'
import type { Edges } from '../automaton/context.ts'
import { buildCaptures } from '../captures/index.ts'
import type { Captures } from '../captures/index.ts'
import type { LiteralSearch } from '../literal/search.ts'
import type { Parsed } from '../syntax/ast.ts'
import type { Options } from '../types.ts'
import { Aligner } from './align.ts'
import type { Alignment, Span } from './align.ts'
import { buildPattern } from './automaton.ts'
import type { Pattern } from './automaton.ts'
import { ApproxCaptures } from './captures.ts'
import { Labels } from './labels.ts'
import type { ApproxMeter } from './meter.ts'
import { ApproxSearch } from './search.ts'
import { findRegions } from './settings.ts'

/** A match in bytes, its cost, and how many characters were inserted, deleted and substituted. */
export interface ApproxMatch extends Span {
  readonly inserts: number
  readonly deletes: number
  readonly substitutes: number
}

const LABELS_KEPT = 10_000

/** Whether a pattern with these options needs the matcher of this folder. */
export function isApproximate(parsed: Parsed, options: Options): boolean {
  return parsed.hasApprox || options.approx !== undefined
}

export class ApproxMatcher {
  readonly search: ApproxSearch
  private readonly pattern: Pattern
  private readonly options: Options
  /** No error costs nothing, so a match that costs nothing has no errors. */
  private readonly nothingIsFree: boolean
  /** How the matches came about, while somebody holds them. */
  private readonly alignments = new WeakMap<ApproxMatch, Alignment>()
  private exact: Captures | undefined
  private groups: ApproxCaptures | undefined
  private aligner: Aligner | undefined
  private alignLabels: Labels | undefined

  constructor(parsed: Parsed, options: Options) {
    this.options = options
    const regions = findRegions(parsed, options.approx)
    this.pattern = buildPattern(parsed, regions, options.budget)
    this.search = new ApproxSearch(this.pattern, options.budget)
    this.nothingIsFree = regions.list.every(({ open, costs }) => !open || !costs.includes(0))
  }

  get meter(): ApproxMeter {
    return this.search.meter
  }

  private align(text: Uint8Array, span: Span, edges: Edges): Alignment {
    if (!this.aligner || (this.alignLabels as Labels).size > LABELS_KEPT) {
      this.alignLabels = new Labels(this.pattern.regions)
      this.aligner = new Aligner(this.pattern, this.alignLabels, this.meter)
    }
    const bol = bolOf(edges)
    return this.aligner.align(text, span, this.search.around, bol, eolOf(edges))
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
    this.search.begin(text.length)
    return this.search.test(text, from, edges)
  }

  /** Whether text[from, to), a text of its own, has a match. Throws as `test` does. */
  testFragment(text: Uint8Array, from: number, to: number): boolean {
    this.search.begin(to - from)
    return this.search.testPart(text, from, to, EDGE, EDGE)
  }

  /** Literals one of which is in every match, or null. */
  get literals(): LiteralSearch | null {
    return this.search.literals
  }

  /**
   * The cheapest, then leftmost, then longest match that begins at or after `from`; offsets in bytes.
   *
   * @throws RegexBudgetError `stepsPerCall`, or `states` where limits multiply beyond all measure
   */
  find(text: Uint8Array, from: number, edges: Edges): ApproxMatch | null {
    const { search } = this
    search.begin(text.length)
    const best = search.cheapest(text, from, edges, null)
    if (!best) return null
    const { start, cost } = best
    return this.counted(text, { start, end: search.longest(text, start, cost, edges).end, cost }, edges)
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
    this.search.begin(text.length)
    for (const span of this.search.spans(text, from, edges)) yield this.counted(text, span, edges)
  }

  /** Number of matches, as `findAll` finds them. */
  count(text: Uint8Array, from: number, edges: Edges): number {
    this.search.begin(text.length)
    let count = 0
    for (const span of this.search.spans(text, from, edges)) if (span) count++
    return count
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
