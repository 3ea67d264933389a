/**
 * The part of the automaton inside one bracket, as sets of its states in machine words.
 *
 * A state that consumes a character is a bit. Bits are numbered in the order in which the states were made, so those of
 * an inner bracket are a stretch of the outer one's words, in the same places. Epsilon edges are followed in advance,
 * and only inside the bracket: `rows` has, for each state, the bits that are reached, and `out` whether the way out is.
 */
import type { Brackets } from './brackets.ts'
import { join, unionBytes, unionOf } from './union.ts'
import type { Union } from './union.ts'

/** Epsilon edges followed, where certain assertions hold. */
export interface Closure {
  /** Bits that state `local` reaches: `rows[local * words]` on. */
  readonly rows: Int32Array
  /** Whether it reaches the way out. */
  readonly out: Uint8Array
  /** From the bits that consume a character to the bits that may consume the next. */
  readonly forward: Union
  readonly backward: Union
  /** Bits after which the way out is reached. */
  readonly last: Int32Array
}

/** A path along epsilon edges: where it stops, and the actions on it. */
export interface Way {
  readonly stop: number
  readonly actions: readonly number[]
  /** It begins a new iteration, and does nothing that the next one would not forget. */
  readonly repeatable: boolean
  /** The better branch was taken at a fork without knowing that it is alive. */
  readonly hoped: boolean
}

/** A way, and what it depends on. */
export interface KnownWay extends Way {
  readonly state: number
  readonly mask: number
  /** What is alive of the bits that the state reaches. */
  readonly alive: Int32Array
}

/** Bits of the hash: ways remembered by a region. */
export const WAY_BITS = 8

/** What is inside one bracket, or for bracket -1 the whole automaton. */
export class Region {
  readonly bracket: number
  /** Words of a set, and the first of them in the numbering of all bits. */
  readonly words: number
  readonly firstWord: number
  /** Depth of the states that are in no inner bracket. */
  readonly depth: number
  private readonly brackets: Brackets
  private readonly from: number
  private readonly to: number
  private known: Int32Array | undefined
  /** Ways found, by a hash of what they depend on. */
  readonly ways: (KnownWay | undefined)[] = []
  private readonly closures: (Closure | undefined)[] = []

  constructor(brackets: Brackets, bracket: number) {
    this.brackets = brackets
    this.bracket = bracket
    this.depth = bracket < 0 ? 0 : brackets.automaton.bracketDepth[bracket]!
    ;[this.from, this.to] = brackets.placesIn(bracket)
    const firstBit = brackets.bitsBefore(this.from)
    const endBit = brackets.bitsBefore(this.to)
    this.firstWord = firstBit >> 5
    this.words = Math.max(1, ((endBit + 31) >> 5) - this.firstWord)
  }

  /** The first state inside: every path into the bracket enters there. */
  get entry(): number {
    return this.brackets.automaton.made[this.from]!
  }

  /** Bits that consume a class: `members[class * words]` on. */
  get members(): Int32Array {
    return (this.known ??= this.findMembers())
  }

  /**
   * Where the assertions in `mask` hold.
   *
   * @throws RegexBudgetError `cacheBytes`
   */
  closure(mask: number): Closure {
    return (this.closures[mask] ??= this.follow(mask))
  }

  /** Whether a state that an edge from the region leads to is behind its way out. */
  isOutside(state: number): boolean {
    return this.brackets.automaton.depth[state]! < this.depth
  }

  /** Whether a state is inside. */
  has(state: number): boolean {
    const place = this.brackets.place[state]!
    return place >= this.from && place < this.to
  }

  /** Place of a state in `rows` and `out`. */
  local(state: number): number {
    return this.brackets.place[state]! - this.from
  }

  private findMembers(): Int32Array {
    const { brackets, words, from, to } = this
    const { alphabet, made, set } = brackets.automaton
    const { classes, members } = alphabet
    brackets.take(4 * classes * words)
    const found = new Int32Array(classes * words)
    for (let p = from; p < to; p++) {
      const state = made[p]!
      const consumed = set[state]!
      if (consumed < 0) continue
      for (let symbol = 0; symbol < classes; symbol++) {
        if (members[consumed * classes + symbol]) this.add(found, symbol, state)
      }
    }
    return found
  }

  private add(sets: Int32Array, index: number, state: number): void {
    const bit = this.brackets.bit[state]!
    const word = index * this.words + (bit >> 5) - this.firstWord
    sets[word] = sets[word]! | (1 << (bit & 31))
  }

  private follow(mask: number): Closure {
    const { words, from, to, brackets } = this
    const { made, set, next, edgeStart, edgeTo, edgeNeeds, accept } = brackets.automaton
    brackets.take(4 * words * (to - from) + 2 * unionBytes(words))
    const rows = new Int32Array((to - from) * words)
    const out = new Uint8Array(to - from)
    // Edges lead to higher states, so from the highest down every target is done.
    const states = made.slice(from, to).sort()
    for (let i = states.length - 1; i >= 0; i--) {
      const state = states[i]!
      const local = this.local(state)
      if (set[state]! >= 0) this.add(rows, local, state)
      if (state === accept) out[local] = 1
      for (let e = edgeStart[state]!; e < edgeStart[state + 1]!; e++) {
        const needs = edgeNeeds[e]!
        if ((needs & mask) !== needs) continue
        const target = edgeTo[e]!
        const place = this.local(target)
        if (!this.has(target) || out[place]) out[local] = 1
        if (this.has(target)) join(rows, local * words, rows, place * words, words)
      }
    }
    const last = new Int32Array(words)
    const ahead = new Int32Array(32 * words * words)
    const back = new Int32Array(32 * words * words)
    for (const state of states) {
      if (set[state]! < 0) continue
      const bit = brackets.bit[state]! - 32 * this.firstWord
      const after = this.local(next[state]!)
      if (out[after]) this.add(last, 0, state)
      join(ahead, bit * words, rows, after * words, words)
      for (let w = 0; w < words; w++) {
        for (let left = rows[after * words + w]!; left !== 0; left &= left - 1) {
          this.add(back, 32 * w + 31 - Math.clz32(left & -left), state)
        }
      }
    }
    return { rows, out, last, forward: unionOf(ahead, words, true), backward: unionOf(back, words, false) }
  }
}
