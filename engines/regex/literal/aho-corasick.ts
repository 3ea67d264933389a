/**
 * Many literals at once, in one walk over the text: the automaton of Aho and Corasick (1975), made deterministic.
 *
 * A state is the longest suffix of the text read so far that is a prefix of some literal. One table look-up takes a
 * byte, so the time does not depend on how many literals there are or how they overlap, only the table does:
 * states x byte classes x 4 bytes. Bytes that no literal contains share a class, so a row is as wide as the alphabet.
 *
 * Leftmost-longest: an occurrence that has ended is kept until the state's own start has moved behind it, since until
 * then a longer literal from the same start, or one from further left, may still end.
 */
import { IDENTITY } from './fold.ts'
import type { LinearSearch } from './search.ts'

export class AhoCorasick implements LinearSearch {
  private readonly classes: Uint8Array
  private readonly width: number
  /** next[state * width + class], premultiplied: holds the row's index. */
  private readonly next: Int32Array
  /** By state: its depth, and the longest literal that ends in it, or -1. */
  private readonly depth: Int32Array
  private readonly out: Int32Array
  /** Rows from here on end a literal. */
  private readonly loud: number
  private readonly lengths: readonly number[]
  end = -1
  which = -1

  /** Literals that are folded already; `fold` is applied to the text. */
  constructor(folded: readonly Uint8Array[], fold: Readonly<Uint8Array>) {
    const { classes, width } = alphabet(folded, fold)
    const states = countStates(folded)
    const next = new Int32Array(states * width).fill(-1)
    const depth = new Int32Array(states)
    const out = new Int32Array(states).fill(-1)
    let used = 1
    for (const [which, literal] of folded.entries()) {
      let state = 0
      for (const byte of literal) {
        const slot = state * width + classes[byte]!
        if (next[slot] === -1) {
          depth[used] = depth[state]! + 1
          next[slot] = used++
        }
        state = next[slot]!
      }
      if (out[state] === -1) out[state] = which
    }
    complete(next, width, out, states)
    const order = quietFirst(out)
    this.classes = classes
    this.width = width
    this.next = renumber(next, width, order)
    this.depth = depth.map((_, state) => depth[order.old[state]!]!)
    this.out = out.map((_, state) => out[order.old[state]!]!)
    this.loud = order.quiet * width
    this.lengths = folded.map((literal) => literal.length)
  }

  find(text: Uint8Array, from: number, to: number): number {
    const classes = this.classes
    const width = this.width
    const next = this.next
    const depth = this.depth
    const out = this.out
    const lengths = this.lengths
    const loud = this.loud
    let row = 0
    let best = -1
    for (let at = from; at < to; at++) {
      row = next[row + classes[text[at]!]!]!
      if (row < loud && best < 0) continue
      const state = row / width
      if (best >= 0 && at + 1 - depth[state]! > best) return best
      const which = out[state]!
      if (which < 0) continue
      const start = at + 1 - lengths[which]!
      if (best < 0 || start <= best) {
        best = start
        this.end = at + 1
        this.which = which
      }
    }
    return best
  }
}

/** Bytes that the automaton of these literals takes. */
export function automatonBytes(folded: readonly Uint8Array[]): number {
  return countStates(folded) * (alphabet(folded, IDENTITY).width + 2) * 4
}

/** Class 0 for bytes of no literal, then one class for each byte that folds to another letter. */
function alphabet(literals: readonly Uint8Array[], fold: Readonly<Uint8Array>) {
  const byFolded = new Uint8Array(256)
  let width = 1
  for (const literal of literals) {
    for (const byte of literal) {
      if (byFolded[byte] === 0) byFolded[byte] = width === 256 ? 0 : width++
    }
  }
  // All 256 bytes used: no class is left for "other", and none is needed.
  const classes = width === 256 ? Uint8Array.from(fold) : Uint8Array.from(fold, (byte) => byFolded[byte]!)
  return { classes, width }
}

/** Number of nodes of the literals' trie: each adds what it does not share with its neighbour in sorted order. */
function countStates(literals: readonly Uint8Array[]): number {
  const sorted = literals.toSorted((a, b) => Buffer.compare(a, b))
  let states = 1
  for (const [index, literal] of sorted.entries()) {
    const before = sorted[index - 1] ?? new Uint8Array()
    let shared = 0
    while (shared < literal.length && literal[shared] === before[shared]) shared++
    states += literal.length - shared
  }
  return states
}

interface Order {
  /** Old number by new, and new by old. */
  readonly old: Int32Array
  readonly now: Int32Array
  /** How many states end no literal. */
  readonly quiet: number
}

/** States that end no literal first, so that a search tells them by one comparison; the root stays 0. */
function quietFirst(out: Int32Array): Order {
  const old = new Int32Array(out.length)
  const now = new Int32Array(out.length)
  let used = 0
  let quiet = 0
  for (const loud of [false, true]) {
    for (let state = 0; state < out.length; state++) {
      if (out[state]! >= 0 !== loud) continue
      now[state] = used
      old[used++] = state
    }
    if (!loud) quiet = used
  }
  return { old, now, quiet }
}

/** The rows in this order, their entries premultiplied: each holds a row's index. */
function renumber(next: Int32Array, width: number, { old, now }: Order): Int32Array {
  return next.map((_, slot) => {
    const column = slot % width
    const state = (slot - column) / width
    return now[next[old[state]! * width + column]!]! * width
  })
}

/** Breadth first: a missing edge goes where the failure state's edge goes. */
function complete(next: Int32Array, width: number, out: Int32Array, states: number): void {
  const fail = new Int32Array(states)
  const queue = new Int32Array(states)
  let tail = 0
  let head = 0
  for (let symbol = 0; symbol < width; symbol++) {
    const child = next[symbol]!
    if (child === -1) next[symbol] = 0
    else queue[tail++] = child
  }
  while (head < tail) {
    const state = queue[head++]!
    const failure = fail[state]!
    if (out[state] === -1) out[state] = out[failure]!
    for (let symbol = 0; symbol < width; symbol++) {
      const child = next[state * width + symbol]!
      const after = next[failure * width + symbol]!
      if (child === -1) next[state * width + symbol] = after
      else {
        fail[child] = after
        queue[tail++] = child
      }
    }
  }
}
