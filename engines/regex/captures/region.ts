/**
 * The part of the automaton inside one bracket, as sets of its states in machine words.
 *
 * A state that consumes a character is a bit. Bits are numbered in the order in which the states were made, so those of
 * an inner bracket are a stretch of the outer one's words, in the same places. Epsilon edges are followed in advance,
 * and only inside the bracket: `rows` has, for each state, the bits that are reached, and `out` whether the way out is.
 *
 * A set is moved along an edge of the automaton by joining the rows of its members, in one of two ways. Eight members are
 * joined by one look-up in a table of 256 entries for every eight bits (the four Russians' way), which is best for one
 * word. Or most members lead to their neighbour and are shifted, and only the others are joined one by one (as in
 * Hyperscan's LimEx), which is best for long patterns.
 */
import type { Brackets } from './brackets.ts'

/** Words of a set up to which tables for eight bits are made; beyond, a row for each bit. */
const MAX_TABLED = 8
/** Bits of the hash of recent sets. */
const RECENT_BITS = 5

/** What a set's members lead to, joined: see `move`. */
export interface Union {
  readonly words: number
  /** Tabled: `data[((word * 4 + byte) * 256 + bits) * words]` on is what eight bits lead to. */
  readonly tabled: boolean
  /** Not tabled: `data[bit * words]` on is what a bit leads to. */
  readonly data: Int32Array
  /** Not tabled: the bits that lead to the next bit, or the one before, and nowhere else. */
  readonly shifted: Int32Array
  readonly ahead: boolean
  /** Not tabled: sets of the other bits met lately, and what each leads to, by a hash. */
  readonly recent: Int32Array
}

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
    this.depth = bracket < 0 ? 0 : (brackets.automaton.bracketDepth[bracket] as number)
    ;[this.from, this.to] = brackets.placesIn(bracket)
    const firstBit = brackets.bitsBefore(this.from)
    const endBit = brackets.bitsBefore(this.to)
    this.firstWord = firstBit >> 5
    this.words = Math.max(1, ((endBit + 31) >> 5) - this.firstWord)
  }

  /** The first state inside: every path into the bracket enters there. */
  get entry(): number {
    return this.brackets.automaton.made[this.from] as number
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
    return (this.brackets.automaton.depth[state] as number) < this.depth
  }

  /** Whether a state is inside. */
  has(state: number): boolean {
    const place = this.brackets.place[state] as number
    return place >= this.from && place < this.to
  }

  /** Place of a state in `rows` and `out`. */
  local(state: number): number {
    return (this.brackets.place[state] as number) - this.from
  }

  private findMembers(): Int32Array {
    const { brackets, words, from, to } = this
    const { alphabet, made, set } = brackets.automaton
    const { classes, members } = alphabet
    brackets.take(4 * classes * words)
    const found = new Int32Array(classes * words)
    for (let p = from; p < to; p++) {
      const state = made[p] as number
      const consumed = set[state] as number
      if (consumed < 0) continue
      for (let symbol = 0; symbol < classes; symbol++) {
        if (members[consumed * classes + symbol]) this.add(found, symbol, state)
      }
    }
    return found
  }

  private add(sets: Int32Array, index: number, state: number): void {
    const bit = this.brackets.bit[state] as number
    const word = index * this.words + (bit >> 5) - this.firstWord
    sets[word] = (sets[word] as number) | (1 << (bit & 31))
  }

  private follow(mask: number): Closure {
    const { words, from, to, brackets } = this
    const { made, set, next, edgeStart, edgeTo, edgeNeeds, accept } = brackets.automaton
    const union = words <= MAX_TABLED ? 1024 * words * words : 32 * words * words
    brackets.take(4 * (words * (to - from) + 2 * union))
    const rows = new Int32Array((to - from) * words)
    const out = new Uint8Array(to - from)
    // Edges lead to higher states, so from the highest down every target is done.
    const states = made.slice(from, to).sort()
    for (let i = states.length - 1; i >= 0; i--) {
      const state = states[i] as number
      const local = this.local(state)
      if ((set[state] as number) >= 0) this.add(rows, local, state)
      if (state === accept) out[local] = 1
      for (let e = edgeStart[state] as number; e < (edgeStart[state + 1] as number); e++) {
        const needs = edgeNeeds[e] as number
        if ((needs & mask) !== needs) continue
        const target = edgeTo[e] as number
        const place = this.local(target)
        if (!this.has(target) || out[place]) out[local] = 1
        if (this.has(target)) join(rows, local * words, rows, place * words, words)
      }
    }
    const last = new Int32Array(words)
    const ahead = new Int32Array(32 * words * words)
    const back = new Int32Array(32 * words * words)
    for (const state of states) {
      if ((set[state] as number) < 0) continue
      const bit = (brackets.bit[state] as number) - 32 * this.firstWord
      const after = this.local(next[state] as number)
      if (out[after]) this.add(last, 0, state)
      join(ahead, bit * words, rows, after * words, words)
      for (let w = 0; w < words; w++) {
        for (let left = rows[after * words + w] as number; left !== 0; left &= left - 1) {
          this.add(back, 32 * w + 31 - Math.clz32(left & -left), state)
        }
      }
    }
    return { rows, out, last, forward: unionOf(ahead, words, true), backward: unionOf(back, words, false) }
  }
}

function join(into: Int32Array, at: number, from: Int32Array, source: number, words: number): void {
  for (let w = 0; w < words; w++) into[at + w] = (into[at + w] as number) | (from[source + w] as number)
}

function unionOf(rows: Int32Array, words: number, ahead: boolean): Union {
  const shifted = new Int32Array(words)
  let others = 0
  for (let bit = 0; bit < 32 * words; bit++) {
    const target = ahead ? bit + 1 : bit - 1
    let members = 0
    let found = false
    for (let w = 0; w < words; w++) {
      for (let left = rows[bit * words + w] as number; left !== 0; left &= left - 1) {
        members++
        if (32 * w + 31 - Math.clz32(left & -left) === target) found = true
      }
    }
    if (members === 1 && found) shifted[bit >> 5] = (shifted[bit >> 5] as number) | (1 << (bit & 31))
    else if (members > 0) others++
  }
  const tabled = words <= 2 || (words <= MAX_TABLED && others > 4 * words)
  const recent = new Int32Array(tabled ? 0 : (2 * words) << RECENT_BITS)
  return { words, tabled, ahead, shifted, recent, data: tabled ? tableOf(rows, words) : rows }
}

function tableOf(rows: Int32Array, words: number): Int32Array {
  const data = new Int32Array(1024 * words * words)
  for (let byte = 0; byte < 4 * words; byte++) {
    for (let bits = 1; bits < 256; bits++) {
      const at = (byte * 256 + bits) * words
      join(data, at, data, (byte * 256 + (bits & (bits - 1))) * words, words)
      join(data, at, rows, (byte * 8 + 31 - Math.clz32(bits & -bits)) * words, words)
    }
  }
  return data
}

/** Writes to `into` what the members of `set` lead to. */
export function move(union: Union, set: Int32Array, into: Int32Array): void {
  if (union.tabled) moveByTable(union, set, into)
  else moveByShift(union, set, into)
}

// Loops written out: these functions are most of the time of a long pattern, and calls in them half of it.

function moveByTable({ words, data }: Union, set: Int32Array, into: Int32Array): void {
  if (words === 2) {
    moveTwoWords(data, set, into)
    return
  }
  for (let w = 0; w < words; w++) into[w] = 0
  for (let w = 0; w < words; w++) {
    let left = set[w] as number
    for (let row = w * 1024; left !== 0; left >>>= 8, row += 256) {
      if ((left & 255) === 0) continue
      const from = (row + (left & 255)) * words
      for (let v = 0; v < words; v++) into[v] = (into[v] as number) | (data[from + v] as number)
    }
  }
}

function moveTwoWords(data: Int32Array, set: Int32Array, into: Int32Array): void {
  let first = 0
  let second = 0
  for (let w = 0; w < 2; w++) {
    const bits = set[w] as number
    const base = w << 11
    const a = base | ((bits & 255) << 1)
    const b = base | 512 | (((bits >>> 8) & 255) << 1)
    const c = base | 1024 | (((bits >>> 16) & 255) << 1)
    const d = base | 1536 | ((bits >>> 24) << 1)
    first |= (data[a] as number) | (data[b] as number) | (data[c] as number) | (data[d] as number)
    second |=
      (data[a + 1] as number) | (data[b + 1] as number) | (data[c + 1] as number) | (data[d + 1] as number)
  }
  into[0] = first
  into[1] = second
}

function moveByShift(union: Union, set: Int32Array, into: Int32Array): void {
  const { words, shifted, ahead, recent } = union
  let hash = 0
  let carried = 0
  if (ahead) {
    for (let w = 0; w < words; w++) {
      const bits = (set[w] as number) & (shifted[w] as number)
      hash = Math.imul(hash ^ (set[w] as number) ^ bits, 0x9e3779b1)
      into[w] = (bits << 1) | carried
      carried = bits >>> 31
    }
  } else {
    for (let w = words - 1; w >= 0; w--) {
      const bits = (set[w] as number) & (shifted[w] as number)
      hash = Math.imul(hash ^ (set[w] as number) ^ bits, 0x9e3779b1)
      into[w] = (bits >>> 1) | carried
      carried = bits << 31
    }
  }
  const slot = (hash >>> (32 - RECENT_BITS)) * 2 * words
  for (let w = 0; w < words; w++) {
    if (recent[slot + w] !== ((set[w] as number) & ~(shifted[w] as number))) {
      remember(union, set, slot)
      break
    }
  }
  for (let w = 0; w < words; w++) into[w] = (into[w] as number) | (recent[slot + words + w] as number)
}

/** Joins what the members that are not shifted lead to: few, and often the same as a moment ago. */
function remember({ words, data, shifted, recent }: Union, set: Int32Array, slot: number): void {
  recent.fill(0, slot, slot + 2 * words)
  for (let w = 0; w < words; w++) {
    const others = (set[w] as number) & ~(shifted[w] as number)
    recent[slot + w] = others
    for (let left = others; left !== 0; left &= left - 1) {
      join(recent, slot + words, data, (32 * w + 31 - Math.clz32(left & -left)) * words, words)
    }
  }
}
