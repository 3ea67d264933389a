/**
 * Where approximate matches are: which walk answers which question.
 *
 * One walk over the text, backward, answers two questions at once. Reading backward, an automaton knows at every place
 * the least that a match beginning there costs. The bound follows the best cost seen so far, so what cannot be as good
 * is dropped at once, and the last place at which the bound was met is the leftmost one. A walk forward from there
 * finds the last end at that cost.
 *
 * Each place at which the bound was met or lowered is also the answer to "where from here on": so all matches of a text
 * are read off the notes of the same single walk, their ends found one after the other. What the walks for the ends
 * read beyond their matches is counted. Past eight bytes for each byte of progress the rest is finished by a walk that
 * wastes nothing: `ends.ts` with sets, `live.ts` with bits.
 */
import { isOpen } from '../foundation/paths.ts'
import { bolOf, contextUse, eolOf, Surroundings } from '../automaton/context.ts'
import type { Edges } from '../automaton/context.ts'
import { outOfHand } from '../dfa/patience.ts'
import type { LiteralSearch } from '../literal/search.ts'
import type { Budget } from '../types.ts'
import type { Span } from './align.ts'
import type { Pattern } from './automaton.ts'
import { BitSearch } from './bits.ts'
import { EndsWalk } from './ends.ts'
import { Filter } from './filter.ts'
import { ApproxDfa } from './lazy.ts'
import { LiveWalk } from './live.ts'
import { ApproxMeter } from './meter.ts'
import { COST } from './settings.ts'
import { CostTrail } from './trail.ts'

/** Where the best match begins, and what it costs. */
export interface Best {
  readonly start: number
  readonly cost: number
}

const DEFAULT_CACHE_BYTES = 16 << 20
/** One automaton, of one direction and bound, may take this part of the cache. */
const SHARES = 4
/** Shorter texts are walked sooner than filtered. */
const SHORTEST_FILTERED = 256
/**
 * A search by bits takes over where more transitions than this have to be made. One takes 5 us or more, as `ApproxDfa`
 * counts them, a character by bits 15 to 100 ns.
 */
const FIRST_TRANSITIONS = 4000
const CHARACTERS_PER_TRANSITION = 400

export class ApproxSearch {
  readonly meter: ApproxMeter
  readonly around: Surroundings
  /** Finds all ends without waste from the first on, whatever the text: for tests. */
  thrifty = false
  private readonly pattern: Pattern
  private readonly maxCost: number
  private readonly cacheBytes: number
  /** By direction and bound. */
  private readonly automata = {
    forward: new Map<number, ApproxDfa>(),
    backward: new Map<number, ApproxDfa>(),
  }
  /** Forward, beginning anywhere, for `test`. */
  private tester: ApproxDfa | null = null
  private filterMade: Filter | null | undefined
  private bitsMade: BitSearch | null | undefined
  /** Transitions turned out too many for this pattern and its texts. */
  private preferBits = false
  /** Transitions that may still be made before bits take over. */
  private patience = FIRST_TRANSITIONS

  constructor(pattern: Pattern, budget: Budget | undefined) {
    const { parsed } = pattern
    this.pattern = pattern
    this.around = new Surroundings(contextUse(parsed.root), parsed.bytes)
    this.meter = new ApproxMeter(budget?.stepsPerCall)
    this.maxCost = pattern.regions[0]!.limits[COST]!
    this.cacheBytes = (budget?.cacheBytes ?? DEFAULT_CACHE_BYTES) / SHARES
  }

  /** Searches by bits from now on, if this pattern can be; says whether. What it finds is the same. */
  useBits(): boolean {
    this.preferBits = this.bits !== null
    return this.preferBits
  }

  /** Whether searches go by bits now. */
  get usesBits(): boolean {
    return this.preferBits
  }

  private get bits(): BitSearch | null {
    if (this.bitsMade === undefined) this.bitsMade = isOpen('bits') ? BitSearch.build(this.pattern) : null
    return this.bitsMade
  }

  private get filter(): Filter | null {
    if (this.filterMade === undefined) this.filterMade = isOpen('filter') ? Filter.build(this.pattern) : null
    return this.filterMade
  }

  /** The parts of a text that will be looked at closely, as rising pairs [start, end); null: all of it. */
  windows(text: Uint8Array, from = 0): readonly number[] | null {
    return text.length - from < SHORTEST_FILTERED ? null : (this.filter?.windows(text, from) ?? null)
  }

  /** Literals one of which is in every match, or null. */
  get literals(): LiteralSearch | null {
    return this.filter?.search ?? null
  }

  /** A call begins, on a text of so many bytes. */
  begin(length: number): void {
    this.meter.begin(length)
    this.patience += length / CHARACTERS_PER_TRANSITION
  }

  private automaton(direction: 'forward' | 'backward', bound: number): ApproxDfa {
    const known = this.automata[direction].get(bound)
    if (known) return known
    const dfa = this.make(direction, direction === 'backward', bound)
    this.automata[direction].set(bound, dfa)
    return dfa
  }

  /** A new automaton; where the others take too much room they are let go. */
  private make(direction: 'forward' | 'backward', inject: boolean, bound: number): ApproxDfa {
    const { pattern, meter, cacheBytes, automata } = this
    let bytes = this.tester?.bytes ?? 0
    for (const all of [automata.forward, automata.backward])
      for (const dfa of all.values()) bytes += dfa.bytes
    if (bytes > cacheBytes * (SHARES - 1)) {
      automata.forward.clear()
      automata.backward.clear()
      this.tester = null
    }
    return new ApproxDfa(pattern, pattern[direction], inject, bound, meter, cacheBytes)
  }

  /** After a walk: whether it gave up. Then it is for bits to go on, or, where there are none, for endless patience. */
  private gaveUp(dfa: ApproxDfa): boolean {
    this.patience = dfa.patience
    if (this.patience >= 0) return false
    this.patience = Infinity
    this.useBits()
    return true
  }

  /** Whether some match begins at or after `from`. */
  test(text: Uint8Array, from: number, edges: Edges): boolean {
    const windows = this.windows(text, from)
    if (windows) this.meter.spend(text.length - from)
    const parts = windows ?? [from, text.length]
    const near = this.around.before(text, from, bolOf(edges))
    for (let i = 0; i < parts.length; i += 2) {
      if (this.testPart(text, parts[i]!, parts[i + 1]!, near, eolOf(edges))) return true
    }
    return false
  }

  /**
   * Whether text[from, to) has a match.
   *
   * @param near, far kinds of what stands before and behind it
   */
  testPart(text: Uint8Array, from: number, to: number, near: number, far: number): boolean {
    while (!this.preferBits) {
      const dfa = (this.tester ??= this.make('forward', true, this.maxCost))
      dfa.patience = this.patience
      if (dfa.forward(text, from, to, dfa.begin(near), far, true) >= 0) return true
      if (!this.gaveUp(dfa)) return false
    }
    const bits = this.bits!
    bits.begin()
    bits.backward(text, to, from, null, true)
    this.meter.spend(to - from)
    return bits.seen >= 0
  }

  /** The walk backward: where the cheapest match begins, and its cost; `trail` gets all places for `spans`. */
  cheapest(text: Uint8Array, from: number, edges: Edges, trail: CostTrail | null): Best | null {
    this.meter.spend(text.length - from)
    const parts = this.windows(text, from) ?? [from, text.length]
    if (this.preferBits) return this.cheapestByBits(text, parts, trail)
    const far = this.around.before(text, from, bolOf(edges))
    let dfa = this.automaton('backward', this.maxCost)
    let start = -1
    for (let i = parts.length - 2; i >= 0; i -= 2) {
      let at = parts[i + 1]!
      let row = dfa.begin(eolOf(edges))
      for (;;) {
        dfa.seen = -1
        dfa.trail = trail
        dfa.patience = this.patience
        const done = dfa.backward(text, at, parts[i]!, row, far)
        const more = this.gaveUp(dfa)
        if (more && this.preferBits) {
          trail?.clear()
          return this.cheapestByBits(text, parts, trail)
        }
        if (dfa.seen >= 0) start = dfa.seen
        if (done && !more) break
        at = dfa.place
        ;({ row } = dfa)
        if (done) continue
        const cheaper = this.automaton('backward', dfa.cheaper)
        row = cheaper.beginAs(dfa)
        dfa = cheaper
      }
    }
    return start < 0 ? null : { start, cost: dfa.bound }
  }

  private cheapestByBits(text: Uint8Array, parts: readonly number[], trail: CostTrail | null): Best | null {
    const bits = this.bits!
    bits.begin()
    for (let i = parts.length - 2; i >= 0; i -= 2) bits.backward(text, parts[i + 1]!, parts[i]!, trail)
    return bits.seen < 0 ? null : { start: bits.seen, cost: bits.cost }
  }

  /** The end of the longest match at `start` of that cost, and how far it had to be looked for. */
  longest(text: Uint8Array, start: number, cost: number, edges: Edges): { end: number; place: number } {
    for (;;) {
      if (this.preferBits) {
        const bits = this.bits!
        const end = bits.longest(text, start, cost)
        this.meter.spend(bits.place - start)
        return { end, place: bits.place }
      }
      const dfa = this.automaton('forward', cost)
      const near = this.around.before(text, start, bolOf(edges))
      dfa.patience = this.patience
      const end = dfa.forward(text, start, text.length, dfa.begin(near), eolOf(edges), false)
      if (!this.gaveUp(dfa)) return { end, place: dfa.place }
    }
  }

  /** All matches: each is what a search answers from the end of the one before. An empty one there is left out. */
  *spans(text: Uint8Array, from: number, edges: Edges): Generator<Span, void, undefined> {
    const trail = new CostTrail()
    this.cheapest(text, from, edges, trail)
    let last = -1
    let at = from
    let wasted = 0
    let endOf = this.thrifty && trail.length > 0 ? this.rest(text, from, edges, trail) : null
    for (let i = trail.length; i-- > 0;) {
      const start = trail.place(i)
      if (start < at) continue
      const cost = trail.cost(i)
      let end: number
      if (endOf) end = endOf(i)
      else {
        const found = this.longest(text, start, cost, edges)
        ;({ end } = found)
        wasted += found.place - end
      }
      // Nothing but this place begins a match as cheap: the next one is further on.
      if (end === start && end === last) continue
      yield { start, end, cost }
      last = end
      at = end
      if (!endOf && outOfHand(wasted, at - from)) endOf = this.rest(text, at, edges, trail)
    }
  }

  /** Finds the ends of the matches from `at` on without waste; by index in `trail`, in falling order. */
  private rest(text: Uint8Array, at: number, edges: Edges, trail: CostTrail): (i: number) => number {
    const { pattern, meter, cacheBytes } = this
    if (!this.preferBits || !isOpen('live')) {
      const walk = new EndsWalk(pattern, this.maxCost, meter, cacheBytes)
      if (this.bits && isOpen('live')) walk.patience = this.patience
      const far = this.around.before(text, at, bolOf(edges))
      const ends = walk.ends(text, at, eolOf(edges), far, trail.length)
      if (ends) return (i) => ends[i]!
      this.useBits()
    }
    const walk = new LiveWalk(this.bits!, text, at, this.bits!.plan.levelOf(trail.cost(0)), meter)
    return (i) => walk.longest(trail.place(i), trail.cost(i))
  }
}
