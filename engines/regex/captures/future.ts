/**
 * From which states the end can still be reached, at every place of a text.
 *
 * A search for a minimal repetition's match does not know when it is done: a better path than the one that has ended
 * may be under way, and may yet come to nothing. `x.*?y|x` on x's reads to the end of the text for each x. Knowing what
 * every state has before it settles that at once: while a better path is alive it will be the match, and when none is,
 * the match is known. So a search that asks here reads its match and one character more, and begins only where there is
 * one: all searches together are linear in the text.
 *
 * What is alive at a place follows from what is alive behind the next character, so it is computed from right to left:
 * sets of states, determinised as they are met. The text is cut into stretches, of each only the set at its start is
 * kept, and the sets of one stretch at a time are at hand: memory is one stretch and a set for each, time two passes.
 */
import { EDGE, KINDS } from '../automaton/context.ts'
import type { Meter } from '../dfa/meter.ts'
import { holds, UNIT_SHIFT, UNIT_WIDTH, unitBefore } from './alphabet.ts'
import type { RankedNfa } from './automaton.ts'
import { MASKS } from './context.ts'

/** Bytes of text in a stretch. */
const STRETCH = 4096
/** Rough size in memory of a set, apart from its bits and its row. */
const SET_OVERHEAD = 200
/** In place of a symbol: the text ends here. */
const AT_END = -1

interface LiveSet {
  /** The states alive. */
  readonly bits: Int32Array
  /** Whether a match begins here. */
  readonly starts: boolean
  /** The set one character further left, by that character's class and, where it matters, the kind before it. */
  row: (LiveSet | undefined)[]
}

interface Mark {
  readonly at: number
  readonly set: LiveSet
}

const isIn = (bits: Int32Array, state: number): boolean => ((bits[state >> 5]! >>> (state & 31)) & 1) === 1

/** The sets met so far; forgotten when they take too much. */
export class LiveSets {
  readonly automaton: RankedNfa
  private readonly maxBytes: number
  private readonly known = new Map<string, LiveSet>()
  private bytes = 0

  constructor(automaton: RankedNfa, maxBytes: number) {
    this.automaton = automaton
    this.maxBytes = maxBytes
  }

  /** What is alive at the end of the text, behind a character of this kind. */
  last(kind: number, meter: Meter): LiveSet {
    return this.make(null, MASKS[kind * KINDS + EDGE]!, AT_END, meter)
  }

  /** What is alive before a character of class `symbol`, itself behind one of this kind. */
  before(behind: LiveSet, kind: number, symbol: number, meter: Meter): LiveSet {
    const { alphabet, hasAssertions } = this.automaton
    const place = hasAssertions ? kind * alphabet.classes + symbol : symbol
    return (behind.row[place] ??= this.make(
      behind.bits,
      MASKS[kind * KINDS + alphabet.kind[symbol]!]!,
      symbol,
      meter,
    ))
  }

  private make(behind: Int32Array | null, mask: number, symbol: number, meter: Meter): LiveSet {
    const { automaton } = this
    const { states, start, accept, set, next, edgeStart, edgeTo, edgeNeeds, alphabet } = automaton
    const { classes } = alphabet
    const bits = new Int32Array((states + 31) >> 5)
    // Epsilon edges lead to higher states, so one sweep is enough.
    for (let state = states - 1; state >= 0; state--) {
      const consumed = set[state]!
      let alive = state === accept
      if (behind !== null && consumed >= 0 && holds(alphabet, consumed, symbol)) {
        alive = isIn(behind, next[state]!)
      }
      for (let e = edgeStart[state]!; !alive && e < edgeStart[state + 1]!; e++) {
        const needs = edgeNeeds[e]!
        alive = (needs & mask) === needs && isIn(bits, edgeTo[e]!)
      }
      if (alive) bits[state >> 5] = bits[state >> 5]! | (1 << (state & 31))
    }
    meter.tally.built += states + edgeTo.length
    meter.check()
    const key = bits.join()
    let made = this.known.get(key)
    if (!made) {
      this.bytes += SET_OVERHEAD + key.length * 2 + bits.length * 4 + classes * 8
      if (this.bytes > this.maxBytes) this.forget()
      made = { bits, starts: isIn(bits, start), row: [] }
      this.known.set(key, made)
      meter.tally.states++
    }
    return made
  }

  private forget(): void {
    for (const set of this.known.values()) set.row = []
    this.known.clear()
    this.bytes = 0
  }
}

export class Future {
  private readonly sets: LiveSets
  private readonly text: Uint8Array
  private readonly from: number
  private readonly meter: Meter
  /** Of each stretch: the first place in it that is between characters, and the set there. */
  private readonly marks: Mark[] = []
  private readonly ahead: (LiveSet | undefined)[]
  /** The stretch at hand. */
  private stretch = -1
  private width = 1

  /** @param from nothing will be asked about places before it */
  constructor(sets: LiveSets, text: Uint8Array, from: number, meter: Meter) {
    this.sets = sets
    this.text = text
    this.from = from
    this.meter = meter
    this.ahead = Array.from({ length: Math.min(STRETCH, text.length - from + 1) })
    for (let stretch = Math.floor((text.length - from) / STRETCH); stretch >= 0; stretch--) this.load(stretch)
  }

  /** The first place at or after `at` where a match begins, or -1. */
  nextStart(at: number): number {
    for (let place = at; place <= this.text.length; place++) if (this.setAt(place)?.starts) return place
    return -1
  }

  /** Whether one of the first `count` of these states can still reach the end, from a place between characters. */
  isAlive(states: Int32Array, count: number, at: number): boolean {
    const { bits } = this.setAt(at) as LiveSet
    for (let i = 0; i < count; i++) if (isIn(bits, states[i]!)) return true
    return false
  }

  /** Undefined inside a character. */
  private setAt(at: number): LiveSet | undefined {
    const stretch = Math.floor((at - this.from) / STRETCH)
    if (stretch !== this.stretch) {
      // A search looks one character ahead: for that the stretch at hand need not be given up.
      const mark = this.marks[stretch] as Mark
      if (mark.at === at && stretch === this.stretch + 1) return mark.set
      this.load(stretch)
    }
    return this.ahead[at - this.from - stretch * STRETCH]
  }

  /** Computes the sets of a stretch from the one behind it. */
  private load(stretch: number): void {
    const { sets, text, from, meter, ahead, marks } = this
    const { alphabet, surroundings } = sets.automaton
    const base = from + stretch * STRETCH
    const mark = marks[stretch + 1]
    let at = mark?.at ?? text.length
    let set = mark?.set ?? sets.last(surroundings.before(text, at, EDGE), meter)
    meter.tally.steps += at
    ahead.fill(undefined)
    if (at < base + STRETCH) ahead[at - base] = set
    let symbol = this.symbolBefore(at)
    let { width } = this
    while (at - width >= base) {
      at -= width
      const behind = this.symbolBefore(at)
      set = sets.before(set, at > 0 ? alphabet.kind[behind]! : EDGE, symbol, meter)
      ahead[at - base] = set
      symbol = behind
      ;({ width } = this)
    }
    meter.tally.steps -= at
    meter.check()
    marks[stretch] = { at, set }
    this.stretch = stretch
  }

  /** Class of the character that ends at `at`; its bytes in `width`. */
  private symbolBefore(at: number): number {
    const { alphabet } = this.sets.automaton
    this.width = 1
    if (at === 0) return 0
    const unit = unitBefore(alphabet, this.text, at, 0)
    this.width = unit & UNIT_WIDTH
    return unit >> UNIT_SHIFT
  }
}
