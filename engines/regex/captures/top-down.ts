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
 * The determinised rankings of `multipass.ts` are several times as quick as long as texts lead to few of them, but texts
 * can be made that lead to a new one at every character. Memory is one stretch of sets, a byte for each of the span, and
 * the tables of the regions.
 *
 * Not for patterns with a minimal repetition, nor for loops under TRE's rules, whose last iteration is the first to wish.
 */
import type { Meter } from '../dfa/meter.ts'
import { apply, FORGET, groupsOf } from './actions.ts'
import { Ahead } from './ahead.ts'
import type { Automaton } from './automaton.ts'
import { Brackets } from './brackets.ts'
import { Events } from './events.ts'
import { Live } from './live.ts'
import { Reader } from './reader.ts'
import type { KnownWay, Way } from './region.ts'
import { Region, WAY_BITS } from './region.ts'
import type { Edges } from '../automaton/context.ts'
import { unsetSpans } from './spans.ts'

/** In place of an edge: there is more than one. */
const MANY = -2
const NO_WAY: Way = { stop: -1, actions: [], repeatable: false, hoped: false }

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
  private readonly ahead: Ahead
  private readonly events: Events

  constructor(automaton: Automaton, cacheBytes: number) {
    this.automaton = automaton
    this.brackets = new Brackets(automaton, cacheBytes)
    this.reader = new Reader(automaton)
    this.live = new Live(this.reader)
    this.ahead = new Ahead(this.brackets, this.reader, this.live)
    this.events = new Events(this.brackets)
  }

  /**
   * The captures of the best parse of [start, end), null if there is none.
   *
   * @throws RegexBudgetError `stepsPerCall`; `cacheBytes` where the tables of the pattern would not fit.
   */
  run(text: Uint8Array, start: number, end: number, edges: Edges, meter: Meter): Int32Array | null {
    this.reader.begin(text, start, end, edges)
    const spans = unsetSpans(this.automaton.groups)
    if (!this.level(-1, start, end, spans, meter)) return null
    spans[0] = start
    spans[1] = end
    return spans
  }

  /** Writes the captures inside a bracket of a known span. False: there is no parse. */
  private level(bracket: number, from: number, to: number, spans: Int32Array, meter: Meter): boolean {
    const { reader } = this
    this.events.clear()
    if (!this.walk(this.region(bracket), from, to)) return false
    meter.spend(reader.steps)
    reader.steps = 0
    const events = this.events.all()
    for (let i = 0; i < events.length; i += 3) {
      const [what, at, end] = [events[i]!, events[i + 1]!, events[i + 2]!]
      if (end < 0) apply([what], at, spans, 0, this.automaton.forgets)
      else if (!this.level(what, at, end, spans, meter)) return false
    }
    return true
  }

  private region(bracket: number): Region {
    return (this.regions[bracket + 1] ??= new Region(this.brackets, bracket))
  }

  /** Follows the best path through a region, past inner brackets, and notes what happens. */
  private walk(region: Region, from: number, to: number): boolean {
    const { reader, brackets, events } = this
    const { accept, set: sets, next, bracket, depth, alphabet } = this.automaton
    const { members, classes } = alphabet
    const level = region.depth
    this.lit = false
    let state = region.entry
    for (let at = from; ;) {
      const set = sets[state]!
      if (set >= 0) {
        if (at === to || members[set * classes + reader.after(at)] === 0) return false
        at += reader.width
        state = next[state]!
        reader.steps++
      }
      const known = this.lit && at < to ? this.onward(region, state, at, to) : null
      let way = known ?? this.findWay(region, state, at, to)
      if (known?.repeatable === true && next[known.stop] === state)
        at = this.lastRepeat(region, known, at, to)
      let end = this.endOf(region, way, at, to)
      if (end < 0 && way.hoped) {
        way = this.findWay(region, state, at, to)
        end = this.endOf(region, way, at, to)
      }
      const { stop, actions } = way
      for (let i = 0; i < actions.length; i++) events.note(actions[i]!, at)
      if (stop < 0 || end < 0) return false
      state = stop
      if (state === accept || depth[state]! < level) return at === to
      if (depth[state] === level) continue
      const inner = bracket[state]!
      state = (at === end ? brackets.emptyExit : brackets.exit)[inner]!
      if (brackets.firstGroup[inner]! <= brackets.lastGroup[inner]!) events.push(inner, at, end)
      at = end
    }
  }

  /** Where the inner bracket ends that a way leads into; -1 if nowhere. Of any other way, `at`. */
  private endOf(region: Region, { stop, hoped }: Way, at: number, to: number): number {
    const { depth, bracket } = this.automaton
    if (stop < 0 || depth[stop]! <= region.depth) return at
    const inner = bracket[stop]!
    const { exit, emptyExit } = this.brackets
    if (!hoped && exit[inner] === emptyExit[inner] && this.onlyLeaves(region, exit[inner]!)) return to
    if (this.lit || at === to) {
      this.light(region, at, to)
      return this.ahead.longest(region, this.region(inner), at, to)
    }
    this.lit = true
    return this.ahead.first(region, this.region(inner), at, to)
  }

  /** Finds out what is alive from `at` on, unless that is known for this level. */
  private light(region: Region, at: number, to: number): void {
    if (this.lit) return
    this.live.begin(region, at, to)
    this.live.descend(at)
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
      hash = Math.imul(hash ^ (rows[row + w]! & live.sets[index + w]!), 0x9e3779b1)
    }
    const place = hash >>> (32 - WAY_BITS)
    const known = region.ways[place]
    if (known?.state === state && known.mask === mask && this.isSame(region, known, rows, at)) return known
    const alive = Int32Array.from({ length: words }, (_, w) => rows[row + w]! & live.sets[index + w]!)
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
      if ((rows[row + w]! & live.sets[index + w]!) !== alive[w]) return false
    }
    return true
  }

  /** Where the last of many repetitions of a way begins that comes back to its state after each character. */
  private lastRepeat(region: Region, way: KnownWay, from: number, to: number): number {
    const { reader } = this
    const { rows } = region.closure(way.mask)
    for (let at = from; ; reader.steps++) {
      reader.after(at)
      const next = at + reader.width
      if (next >= to || (reader.asserts && reader.mask(next) !== way.mask)) return at
      if (!this.isSame(region, way, rows, next)) return at
      at = next
    }
  }

  private findWay(region: Region, from: number, at: number, to: number): Way {
    const { depth } = this.automaton
    if (!this.lit && at < to) {
      const way = this.follow(region, from, at)
      if (!way.hoped || (way.stop >= 0 && depth[way.stop]! > region.depth)) return way
    }
    this.light(region, at, to)
    return this.follow(region, from, at)
  }

  /** Follows epsilon edges: at a fork the best branch that is alive, or where that is not known the best. */
  private follow(region: Region, from: number, at: number): Way {
    const { set, depth, accept, edgeTo, edgeAction } = this.automaton
    const actions: number[] = []
    let hoped = false
    let state = from
    while (set[state]! < 0 && state !== accept && depth[state] === region.depth) {
      let edge = this.onlyEdge(state, at)
      if (edge === MANY) {
        hoped ||= !this.lit
        edge = this.bestEdge(region, state, at)
      }
      if (edge < 0) return { ...NO_WAY, hoped }
      if (edgeAction[edge] !== 0) actions.push(edgeAction[edge]!)
      state = edgeTo[edge]!
    }
    return { stop: state, actions, repeatable: this.isRepeatable(actions), hoped }
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
    for (let e = edgeStart[state]!; e < edgeStart[state + 1]!; e++) {
      const needs = edgeNeeds[e]!
      if ((needs & mask) !== needs) continue
      if (only >= 0) return MANY
      only = e
    }
    return only
  }

  /** The best edge from a state; where it is known what is alive, of those that lead to the way out. -1: none. */
  private bestEdge(region: Region, state: number, at: number): number {
    const { edgeStart, edgeTo, edgeNeeds } = this.automaton
    const mask = this.reader.mask(at)
    for (let e = edgeStart[state]!; e < edgeStart[state + 1]!; e++) {
      const needs = edgeNeeds[e]!
      if ((needs & mask) !== needs) continue
      if (!this.lit || this.live.reaches(region.closure(mask), edgeTo[e]!, at)) return e
    }
    return -1
  }

  /** Whether a state can but leave the region. */
  private onlyLeaves(region: Region, state: number): boolean {
    const { accept, edgeStart, edgeTo, set } = this.automaton
    let at = state
    while (region.has(at) && at !== accept) {
      const edge = edgeStart[at]!
      if (set[at]! >= 0 || edgeStart[at + 1]! !== edge + 1) return false
      at = edgeTo[edge]!
    }
    return true
  }
}
