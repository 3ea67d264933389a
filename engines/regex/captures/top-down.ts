/**
 * Captures from the outermost bracket inwards, in time linear in the span whatever the pattern.
 *
 * IDEA. `automaton.ts` says which of two paths is better: the one that leaves the outermost bracket later where they
 * differ; else the branch first tried. So no paths need be compared at all. Take one bracket whose span is known. From
 * the span's end backwards, find for every place which states inside can reach the way out there (`live.ts`). Then one
 * path goes forward: at a fork it takes the first branch that is alive. Where it enters an inner bracket, a set of
 * states runs ahead from there, only through what is alive; the last place where it could leave the inner bracket is
 * the bracket's end, and there is nothing alive beyond, so it reads no further than that. Inner brackets are then done
 * in the same way, each with its own span; those without groups not at all, and of a loop only the last iteration, as
 * the groups of the others are forgotten.
 *
 * So a level costs two walks of its span, by sets of bits whose next value is a few look-ups, however the paths entangle.
 * The determinised rankings of `multipass.ts` are twice as quick as long as texts lead to few of them, but texts can be
 * made that lead to a new one at every character. Memory is one stretch of sets and the tables of the regions.
 *
 * Not for patterns with a minimal repetition, nor for loops under TRE's rules, whose last iteration is the first to wish.
 */
import { RegexBudgetError } from '../types.ts'
import { apply, FORGET, groupsOf } from './actions.ts'
import type { Automaton } from './automaton.ts'
import { Brackets } from './brackets.ts'
import { Live } from './live.ts'
import { Reader } from './reader.ts'
import type { Closure, KnownWay, Way } from './region.ts'
import { move, Region, WAY_BITS } from './region.ts'
import type { Edges } from './simulate.ts'

/** In place of an edge: there is more than one. */
const MANY = -2
const NO_WAY: Way = { stop: -1, actions: [], repeatable: false }

/** Whether all brackets of an automaton are better left late, and their order is from left to right. */
export const isTopDown = ({ hasLoops, bracketLazy }: Automaton): boolean =>
  !hasLoops && !bracketLazy.includes(1)

export class TopDown {
  private readonly automaton: Automaton
  private readonly brackets: Brackets
  private readonly regions: (Region | undefined)[] = []
  private readonly reader: Reader
  private readonly live: Live
  /** Whether `live` has been computed for the present level. */
  private lit = false
  /** Places looked at in this run. */
  private steps = 0
  /** What happened on the present level, three numbers each: action, place, -1; or bracket, start, end. */
  private events = new Int32Array(48)
  private eventCount = 0
  private set = new Int32Array(8)
  private other = new Int32Array(8)

  constructor(automaton: Automaton, cacheBytes: number) {
    this.automaton = automaton
    this.brackets = new Brackets(automaton, cacheBytes)
    this.reader = new Reader(automaton)
    this.live = new Live(this.reader)
  }

  /**
   * The captures of the best parse of [start, end), null if there is none.
   *
   * @throws RegexBudgetError `stepsPerCall`; `cacheBytes` where the tables of the pattern would not fit.
   */
  run(text: Uint8Array, start: number, end: number, edges: Edges, maxSteps: number): Int32Array | null {
    this.reader.begin(text, start, end, edges)
    this.live.steps = 0
    this.steps = 0
    const spans = new Int32Array(2 * this.automaton.groups + 2).fill(-1)
    if (!this.level(-1, start, end, spans, maxSteps)) return null
    spans[0] = start
    spans[1] = end
    return spans
  }

  /** Writes the captures inside a bracket of a known span. False: there is no parse. */
  private level(bracket: number, from: number, to: number, spans: Int32Array, maxSteps: number): boolean {
    this.eventCount = 0
    if (!this.walk(this.region(bracket), from, to)) return false
    const steps = this.steps + this.live.steps
    if (steps > maxSteps) throw new RegexBudgetError('stepsPerCall', steps, maxSteps)
    const events = this.events.slice(0, this.eventCount)
    for (let i = 0; i < events.length; i += 3) {
      const [what, at, end] = [events[i] as number, events[i + 1] as number, events[i + 2] as number]
      if (end < 0) apply([what], at, spans, 0, this.automaton.forgets)
      else if (!this.level(what, at, end, spans, maxSteps)) return false
    }
    return true
  }

  private region(bracket: number): Region {
    return (this.regions[bracket + 1] ??= new Region(this.brackets, bracket))
  }

  /** Follows the best path through a region, past inner brackets, and notes what happens. */
  private walk(region: Region, from: number, to: number): boolean {
    const { reader, brackets } = this
    const { accept, set: sets, next, bracket, depth, alphabet } = this.automaton
    const { members, classes } = alphabet
    const level = region.depth
    this.lit = false
    let state = region.entry
    for (let at = from; ;) {
      const set = sets[state] as number
      if (set >= 0) {
        if (at === to || members[set * classes + reader.after(at)] === 0) return false
        at += reader.width
        state = next[state] as number
        this.steps++
      }
      const known = this.lit && at < to ? this.onward(region, state, at, to) : null
      const { stop, actions } = known ?? this.findWay(region, state, at, to)
      if (known?.repeatable === true && next[stop] === state) at = this.lastRepeat(region, known, at, to)
      for (let i = 0; i < actions.length; i++) this.note(actions[i] as number, at)
      if (stop < 0) return false
      state = stop
      if (state === accept || (depth[state] as number) < level) return at === to
      if (depth[state] === level) continue
      // Into an inner bracket, whose end is to be found.
      const inner = bracket[state] as number
      const start = at
      const exit = brackets.exit[inner] as number
      const emptyExit = brackets.emptyExit[inner] as number
      if (exit === emptyExit && this.onlyLeaves(region, exit)) at = to
      else {
        this.light(region, at, to)
        at = this.longest(region, this.region(inner), at, to)
        if (at < 0) return false
      }
      state = at === start ? emptyExit : exit
      if ((brackets.firstGroup[inner] as number) <= (brackets.lastGroup[inner] as number))
        this.push(inner, start, at)
    }
  }

  /** Finds out what is alive from `at` on, unless that is known for this level. */
  private light(region: Region, at: number, to: number): void {
    if (!this.lit && at < to) this.live.begin(region, at, to)
    this.lit = true
  }

  /** The best way from a state along epsilon edges; remembered by what is alive of all that it leads to. */
  private onward(region: Region, state: number, at: number, to: number): KnownWay {
    const { words } = region
    const { live } = this
    const mask = this.reader.mask(at)
    const { rows } = region.closure(mask)
    const row = region.local(state) * words
    const index = live.index(at)
    let hash = state ^ (mask << 5)
    for (let w = 0; w < words; w++) {
      hash = Math.imul(hash ^ ((rows[row + w] as number) & (live.sets[index + w] as number)), 0x9e3779b1)
    }
    const place = hash >>> (32 - WAY_BITS)
    const known = region.ways[place]
    if (known?.state === state && known.mask === mask && this.isSame(region, known, rows, at)) return known
    const alive = Int32Array.from(
      { length: words },
      (_, w) => (rows[row + w] as number) & (live.sets[index + w] as number),
    )
    const way = { ...this.findWay(region, state, at, to), state, mask, alive }
    region.ways[place] = way
    return way
  }

  /** Whether what a way depends on is the same at `at`. */
  private isSame(region: Region, { state, alive }: KnownWay, rows: Int32Array, at: number): boolean {
    const { words } = region
    const { live } = this
    const row = region.local(state) * words
    const index = live.index(at)
    for (let w = 0; w < words; w++) {
      if (((rows[row + w] as number) & (live.sets[index + w] as number)) !== alive[w]) return false
    }
    return true
  }

  /** Where the last of many repetitions of a way begins that comes back to its state after each character. */
  private lastRepeat(region: Region, way: KnownWay, from: number, to: number): number {
    const { reader } = this
    const { rows } = region.closure(way.mask)
    for (let at = from; ; this.steps++) {
      reader.after(at)
      const next = at + reader.width
      if (next >= to || (reader.asserts && reader.mask(next) !== way.mask)) return at
      if (!this.isSame(region, way, rows, next)) return at
      at = next
    }
  }

  private findWay(region: Region, from: number, at: number, to: number): Way {
    const { set, depth, accept, edgeTo, edgeAction } = this.automaton
    const actions: number[] = []
    let state = from
    while ((set[state] as number) < 0 && state !== accept && depth[state] === region.depth) {
      let edge = this.onlyEdge(state, at)
      if (edge === MANY) {
        this.light(region, at, to)
        edge = this.firstAlive(region, state, at, to)
      }
      if (edge < 0) return NO_WAY
      if (edgeAction[edge] !== 0) actions.push(edgeAction[edge] as number)
      state = edgeTo[edge] as number
    }
    return { stop: state, actions, repeatable: this.isRepeatable(actions) }
  }

  private isRepeatable(actions: readonly number[]): boolean {
    const { forgets } = this.automaton
    const [first, last] = groupsOf(actions.find((action) => (action & 3) === FORGET) ?? 0, forgets)
    return actions.every((action) => {
      const [low, high] = groupsOf(action, forgets)
      return low >= first && high <= last
    })
  }

  /** The one edge that can be taken from a state; -1 if there is none, MANY if more. */
  private onlyEdge(state: number, at: number): number {
    const { edgeStart, edgeNeeds } = this.automaton
    const mask = this.reader.mask(at)
    let only = -1
    for (let e = edgeStart[state] as number; e < (edgeStart[state + 1] as number); e++) {
      const needs = edgeNeeds[e] as number
      if ((needs & mask) !== needs) continue
      if (only >= 0) return MANY
      only = e
    }
    return only
  }

  /** The best edge from a state that leads to the way out at `to`, or -1. */
  private firstAlive(region: Region, state: number, at: number, to: number): number {
    const { edgeStart, edgeTo, edgeNeeds } = this.automaton
    const mask = this.reader.mask(at)
    const closure = region.closure(mask)
    for (let e = edgeStart[state] as number; e < (edgeStart[state + 1] as number); e++) {
      const needs = edgeNeeds[e] as number
      if ((needs & mask) !== needs) continue
      if (this.alive(region, closure, edgeTo[e] as number, at, to)) return e
    }
    return -1
  }

  /** Whether a state leads to the way out at `to`. */
  private alive(region: Region, { rows, out }: Closure, state: number, at: number, to: number): boolean {
    if ((this.automaton.depth[state] as number) < region.depth) return at === to
    const local = region.local(state)
    if (at === to) return out[local] === 1
    const { words } = region
    const { live } = this
    const index = live.index(at)
    for (let w = 0; w < words; w++) {
      if (((rows[local * words + w] as number) & (live.sets[index + w] as number)) !== 0) return true
    }
    return false
  }

  /** Whether a state can but leave the region. */
  private onlyLeaves(region: Region, state: number): boolean {
    const { accept, edgeStart, edgeTo, set } = this.automaton
    let at = state
    while (region.has(at) && at !== accept) {
      const edge = edgeStart[at] as number
      if ((set[at] as number) >= 0 || (edgeStart[at + 1] as number) !== edge + 1) return false
      at = edgeTo[edge] as number
    }
    return true
  }

  /** Where an inner bracket that begins at `at` ends on the best path; -1 if on none. */
  private longest(region: Region, inner: Region, from: number, to: number): number {
    const { reader, brackets } = this
    const exit = brackets.exit[inner.bracket] as number
    const emptyExit = brackets.emptyExit[inner.bracket] as number
    const { words } = inner
    const mask = reader.mask(from)
    const { rows, out } = inner.closure(mask)
    const entry = inner.local(inner.entry)
    const empty =
      out[entry] === 1 && this.alive(region, region.closure(mask), emptyExit, from, to) ? from : -1
    if (from === to) return empty
    if (region.words === 1) {
      return this.ahead(region, inner, rows[entry] as number, exit, from, to) ?? empty
    }
    if (this.set.length < words) {
      this.set = new Int32Array(words)
      this.other = new Int32Array(words)
    }
    this.set.set(rows.subarray(entry * words, (entry + 1) * words))
    return this.aheadInWords(region, inner, exit, from, to) ?? empty
  }

  /** Runs ahead from the states in `set`; the last place at which the inner bracket can be left. */
  private ahead(
    region: Region,
    inner: Region,
    first: number,
    exit: number,
    from: number,
    to: number,
  ): number | undefined {
    const { reader, live } = this
    const { asserts, text, ascii } = reader
    const local = region.local(exit)
    const leaves = (this.automaton.depth[exit] as number) < region.depth
    let closure = inner.closure(reader.mask(to))
    let outer = region.closure(reader.mask(to))
    let best: number | undefined
    let set = first
    let at = from
    let index = live.index(at)
    let { sets, top } = live
    for (; at < to; this.steps++) {
      set &= sets[index] as number
      if (set === 0) break
      // What is alive can consume the character, so it is one.
      const byte = text[at] as number
      const width = byte < ascii ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
      at += width
      index += width
      if (asserts) {
        const mask = reader.mask(at)
        closure = inner.closure(mask)
        outer = region.closure(mask)
      }
      const last = (set & (closure.last[0] as number)) !== 0
      if (at === to) {
        if (last && (leaves || outer.out[local] === 1)) best = at
        this.steps++
        break
      }
      if (at >= top) {
        index = live.index(at)
        ;({ sets, top } = live)
      }
      if (last && !leaves && ((outer.rows[local] as number) & (sets[index] as number)) !== 0) best = at
      const { data } = closure.forward
      set =
        (data[set & 255] as number) |
        (data[256 | ((set >>> 8) & 255)] as number) |
        (data[512 | ((set >>> 16) & 255)] as number) |
        (data[768 | (set >>> 24)] as number)
    }
    return best
  }

  /** The same for sets of many words, from the states in `this.set`. */
  private aheadInWords(
    region: Region,
    inner: Region,
    exit: number,
    from: number,
    to: number,
  ): number | undefined {
    const { reader, live } = this
    const { asserts } = reader
    const { words } = inner
    const shift = inner.firstWord - region.firstWord
    let { set, other } = this
    let closure = inner.closure(reader.mask(to))
    let outer = region.closure(reader.mask(to))
    let best: number | undefined
    for (let at = from; at < to; this.steps++) {
      const index = live.index(at) + shift
      const { sets } = live
      let some = 0
      for (let w = 0; w < words; w++) {
        set[w] = (set[w] as number) & (sets[index + w] as number)
        some |= set[w] as number
      }
      if (some === 0) break
      reader.after(at)
      at += reader.width
      if (asserts) {
        const mask = reader.mask(at)
        closure = inner.closure(mask)
        outer = region.closure(mask)
      }
      let leaves = 0
      for (let w = 0; w < words; w++) leaves |= (set[w] as number) & (closure.last[w] as number)
      if (leaves !== 0 && this.alive(region, outer, exit, at, to)) best = at
      move(closure.forward, set, other)
      ;[set, other] = [other, set]
    }
    this.set = set
    this.other = other
    return best
  }

  /** Notes an action. A new iteration makes what the last one did unimportant. */
  private note(action: number, at: number): void {
    const { forgets } = this.automaton
    if ((action & 3) === FORGET) {
      const { events, brackets } = this
      const first = forgets[2 * (action >> 2)] as number
      const last = forgets[2 * (action >> 2) + 1] as number
      for (let n = this.eventCount - 3; n >= 0; n -= 3) {
        const what = events[n] as number
        const index = what >> 2
        let low = index
        let high = index
        if ((events[n + 2] as number) >= 0) {
          low = brackets.firstGroup[what] as number
          high = brackets.lastGroup[what] as number
        } else if ((what & 3) === FORGET) {
          low = forgets[2 * index] as number
          high = forgets[2 * index + 1] as number
        }
        if (low < first || high > last) break
        this.eventCount = n
      }
    }
    this.push(action, at, -1)
  }

  private push(what: number, at: number, end: number): void {
    const n = this.eventCount
    if (n + 3 > this.events.length) {
      const longer = new Int32Array(2 * this.events.length)
      longer.set(this.events)
      this.events = longer
    }
    this.events[n] = what
    this.events[n + 1] = at
    this.events[n + 2] = end
    this.eventCount = n + 3
  }
}
