/**
 * Approximate search with bits: Wu and Manber's rows over the positions of the pattern (Glushkov's automaton).
 *
 * Row j is a word with a bit for every position of the pattern that can be the last one read with at most j errors;
 * bit 0 stands for "nothing read yet". One character takes every row to
 *
 *     row[j]' = follow(row[j]) & positions of the character     matched
 *             | follow(row[j - 1])                              substituted
 *             | row[j - 1]                                      inserted
 *             | follow(row[j - 1]')                             deleted
 *
 * so the work is the same for every text and every set of rows: a few instructions an error allowed. That is slower
 * than a transition of `lazy.ts` and far quicker than making one, so it takes over where too many of those are needed
 * (long patterns, many errors, small alphabets: DNA). It needs unit costs, at most 31 positions, no assertions, and no
 * limits other than on errors of all kinds, or that forbid an operation altogether.
 *
 * Wu and Manber, "Fast text searching allowing errors", CACM 35 (1992); Navarro and Raffinot, "Flexible Pattern
 * Matching in Strings", chapter 5, on Glushkov's automaton with bits.
 */
import { classOf } from '../captures/alphabet.ts'
import { decodeAt } from '../automaton/context.ts'
import { ACCEPT, FORK, STEP } from './automaton.ts'
import type { Pattern } from './automaton.ts'
import { widthBefore } from './characters.ts'
import { COST, DELETE, INSERT, SUBSTITUTE } from './settings.ts'
import type { Region } from './settings.ts'

const MOST_POSITIONS = 31
/** Rows beyond this are not worth it. */
const MOST_ERRORS = 64

/** Positions that may come after a set of positions. */
function after(follow: Int32Array, chain: number, positions: number): number {
  if (chain !== 0) return (positions << 1) & chain
  return (
    (follow[positions & 255] as number) |
    (follow[256 + ((positions >>> 8) & 255)] as number) |
    (follow[512 + ((positions >>> 16) & 255)] as number) |
    (follow[768 + (positions >>> 24)] as number)
  )
}

export class Rows {
  /** The last place at which a match of the least cost begins; -1: none. */
  seen = -1
  cost = -1
  private readonly pattern: Pattern
  private readonly mostErrors: number
  /** All ones where the operation is allowed, else 0. */
  private readonly allow: readonly number[]
  /** Positions that hold a class. */
  private readonly holds: Int32Array
  /** Positions that may come after a set of positions, by the set's four bytes: `[byte index * 256 + byte]`. */
  private readonly follow = new Int32Array(1024)
  private readonly accepting: number
  private readonly rows: Int32Array
  /** All positions, where each is followed by the next one and nothing else: then to follow is to shift. Else 0. */
  private readonly chain: number

  private constructor(pattern: Pattern, mostErrors: number, region: Region, steps: readonly number[]) {
    this.pattern = pattern
    this.mostErrors = mostErrors
    this.rows = new Int32Array(mostErrors + 1)
    this.allow = [INSERT, DELETE, SUBSTITUTE].map((op) => (region.limits[op] === 0 ? 0 : -1))
    const { alphabet, backward: nfa } = pattern
    this.holds = new Int32Array(alphabet.classes)
    const bitOf = new Map(steps.map((state, i) => [state, 1 << (i + 1)]))
    let accepting = 0
    /** Positions that can be reached from a state without reading. */
    const reached = (from: number, own: number): number => {
      let mask = 0
      const seen = new Set([from])
      for (const state of seen) {
        const next = nfa.next[state] as number
        if (nfa.kind[state] === STEP) mask |= bitOf.get(state) as number
        else if (nfa.kind[state] === ACCEPT) accepting |= own
        else if (nfa.kind[state] !== FORK) seen.add(next)
        else for (let k = nfa.value[state] as number; k-- > 0;) seen.add(nfa.forkTo[next + k] as number)
      }
      return mask
    }
    const next = new Int32Array(32)
    next[0] = reached(nfa.start, 1)
    steps.forEach((state, i) => {
      next[i + 1] = reached(nfa.next[state] as number, 1 << (i + 1))
      const set = nfa.value[state] as number
      for (let symbol = 0; symbol < alphabet.classes; symbol++) {
        if (alphabet.members[set * alphabet.classes + symbol] === 1) this.holds[symbol]! |= 1 << (i + 1)
      }
    })
    for (let part = 0; part < 4; part++) {
      for (let byte = 1; byte < 256; byte++) {
        const low = 31 - Math.clz32(byte & -byte)
        this.follow[part * 256 + byte] =
          (this.follow[part * 256 + (byte & (byte - 1))] as number) | (next[part * 8 + low] as number)
      }
    }
    this.accepting = accepting
    const chain = next.every((mask, i) => mask === (i < steps.length ? 1 << (i + 1) : 0))
    this.chain = chain ? next.reduce((all, mask) => all | mask, 0) : 0
  }

  /** Null where the pattern or its settings are not made for it. */
  static build(pattern: Pattern): Rows | null {
    const [region] = pattern.regions
    if (!region || pattern.regions.length > 1 || pattern.asserts || region.costs.some((cost) => cost !== 1))
      return null
    const errors = region.limits[COST] as number
    const free = [INSERT, DELETE, SUBSTITUTE].every((op) =>
      [0, Infinity].includes(region.limits[op] as number),
    )
    if (!free) return null
    const steps: number[] = []
    pattern.backward.kind.forEach((kind, state) => {
      if (kind === STEP) steps.push(state)
    })
    // To delete all of the pattern is always possible, where deletions are.
    const most = region.limits[DELETE] === 0 ? errors : Math.min(errors, steps.length)
    if (steps.length > MOST_POSITIONS || most > MOST_ERRORS) return null
    return new Rows(pattern, most, region, steps)
  }

  /** A new search. */
  begin(): void {
    this.seen = -1
    this.cost = this.mostErrors
  }

  /**
   * Walks backward from `at` to `from` and leaves in `seen` and `cost` the best of all walks since `begin`; `trail` as
   * in `LazyDfa`.
   */
  backward(text: Uint8Array, at: number, from: number, trail: number[] | null): void {
    const { alphabet } = this.pattern
    const { holds, accepting, rows, follow, chain } = this
    const [inserts, deletes, substitutes] = this.allow as [number, number, number]
    const limit = alphabet.bytes ? 256 : 128
    let least = this.cost
    let row = 1
    for (let j = 0; j <= least; j++) {
      rows[j] = row
      row |= after(follow, chain, row) & deletes
    }
    for (;;) {
      if (((rows[least] as number) & accepting) !== 0) {
        while (least > 0 && ((rows[least - 1] as number) & accepting) !== 0) least--
        this.seen = at
        trail?.push(at, least)
      }
      if (at <= from) break
      const byte = text[at - 1] as number
      let symbol = 0
      if (byte < limit) {
        symbol = alphabet.low[byte] as number
        at--
      } else {
        const end = at
        at -= widthBefore(text, at, from)
        symbol = classOf(alphabet, decodeAt(text, at, end))
      }
      const matching = holds[symbol] as number
      let old = rows[0] as number
      let next = after(follow, chain, old)
      let made = (next & matching) | 1
      rows[0] = made
      for (let j = 1; j <= least; j++) {
        made = (old & inserts) | (next & substitutes) | (after(follow, chain, made) & deletes) | 1
        old = rows[j] as number
        next = after(follow, chain, old)
        made |= next & matching
        rows[j] = made
      }
    }
    this.cost = least
  }
}
