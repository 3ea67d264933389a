/**
 * Texts full of matches, walked without a branch that depends on where they are.
 *
 * `\w+` ends a match every few bytes, and each time a processor guesses wrong twice: where the word begins and where it
 * ends. So where a match ends, the transition goes on to where the next search leads: the state left accepts and dies
 * with this byte, the search begins again before it, and the transition is that of the search's first state on the same
 * byte, with a mark END. Where a match begins it has a mark START. Places are written down at every byte, and the marks
 * move the pen: three bytes in a row cost the same whether a match ends in them or not (measured: 2 to 3 times as quick
 * as a walk with branches where matches are every 6 bytes, a third slower where they are rare).
 *
 * Everything else (an end that is not the last byte read, a start that is not known, a character of several bytes to be
 * looked at whole) is no transition of this table: the walk with branches takes over for one match.
 *
 * Worth (`npm run regex:paths`, dense): 2 to 5 times walking with branches for `[a-z]+` in the novel.
 */
import { grown, int32s } from '../foundation/arrays.ts'
import { NEWLINE, OTHER, WORD } from '../automaton/context.ts'
import { ACCEPTED, BORN, DEAD, STATE, UNBUILT } from './lazy.ts'
import type { LazyDfa } from './lazy.ts'
import type { Tally } from './tally.ts'

const START = 1 << 24
const END = 1 << 25
/** Not a transition of this table. */
const LEAVE = UNBUILT | (1 << 24)
/** A table of so many transitions has states enough for any text where this pays. */
const MOST_ENTRIES = 1 << 16
/** The table is made anew after so many bytes at the soonest: a cache that is emptied all the time is no place to build on. */
const LEAST_STEPS = 1 << 16

export class DenseWalk {
  /** After `run`: the state reached, twice the number of spans in all, and how often a match was begun. */
  state = 0
  used = 0
  starts = 0
  /** After `count`: how many matches have ended, and where the last one did. */
  ends = 0
  end = -1
  private readonly dfa: LazyDfa
  private readonly tally: Tally
  private table = int32s(0)
  private resets = -1
  private soonest = 0
  /** The first state of a search behind a match, for each kind of character that the match may end with. */
  private readonly homes: number[] = []

  constructor(dfa: LazyDfa, tally: Tally) {
    this.dfa = dfa
    this.tally = tally
  }

  /** Makes ready; no state obtained before is valid behind this. False where it cannot be. */
  prepare(): boolean {
    const { dfa, homes } = this
    if (dfa.table.length > MOST_ENTRIES) return false
    if (this.resets !== dfa.resets) {
      if (this.tally.steps < this.soonest) return false
      this.soonest = this.tally.steps + LEAST_STEPS
      this.resets = dfa.resets
      this.table.fill(UNBUILT)
      homes.length = 0
      const { words, lines } = dfa.nfa.use
      homes.push(dfa.initial(OTHER, true))
      if (words) homes.push(dfa.initial(WORD, true))
      if (lines) homes.push(dfa.initial(NEWLINE, true))
      this.buildHomes()
    }
    return this.ready
  }

  /** Whether states obtained since `prepare` are still valid. */
  get ready(): boolean {
    return this.resets === this.dfa.resets
  }

  /** Their transitions: a walk that passes over what begins nothing makes few, and of several homes only one's. */
  private buildHomes(): void {
    const { dfa, homes } = this
    const seen = new Set<number>()
    const bytes = dfa.nfa.bytes ? 0x100 : 0x80
    for (let byte = 0; byte < bytes; byte++) {
      const column = dfa.classes[byte]!
      if (seen.has(column)) continue
      seen.add(column)
      for (const home of homes) {
        if (this.resets === dfa.resets && dfa.table[home + column] === UNBUILT) dfa.build(home, byte)
      }
    }
  }

  /**
   * Walks text[from..to) from `state`. Writes to `spans`, from index `used` on, which holds the start of the match
   * begun, if one is; there must be room for a span a byte and one more.
   * @returns the first byte not walked over
   */
  run(text: Uint8Array, from: number, to: number, initial: number, spans: Int32Array, used: number): number {
    const { classes } = this.dfa
    const table = this.tableOf(this.dfa.table.length)
    let at = from
    let state = initial
    let k = used
    let starts = 0
    for (;;) {
      let t = 0
      while (at + 2 <= to) {
        const a = table[state + classes[text[at]!]!]!
        if (a < 0) {
          t = a
          break
        }
        const b = table[(a & STATE) + classes[text[at + 1]!]!]!
        // END is the bit that moves on by a span, START the one that moves from its end to its start.
        const first = a >>> 24
        spans[k + 1] = at
        k += first & 2
        spans[k + 1 - (first & 1)] = at
        at++
        if (b < 0) {
          starts += first & 1
          state = a & STATE
          t = b
          break
        }
        const second = b >>> 24
        spans[k + 1] = at
        k += second & 2
        spans[k + 1 - (second & 1)] = at
        at++
        starts += (first & 1) + (second & 1)
        state = b & STATE
      }
      if (t !== UNBUILT || this.fuse(state, text[at]!) < 0) break
    }
    this.state = state
    this.used = k
    this.starts = starts
    return at
  }

  /** As `run`, but only counts: half the time again. */
  count(text: Uint8Array, from: number, to: number, initial: number): number {
    const { classes } = this.dfa
    const table = this.tableOf(this.dfa.table.length)
    let at = from
    let state = initial
    let starts = 0
    let ends = 0
    // The last four bytes in which a match ended, and the state before them.
    let last = -1
    let lastState = 0
    for (;;) {
      while (at + 4 <= to) {
        const a = table[state + classes[text[at]!]!]!
        const b = table[(a & STATE) + classes[text[at + 1]!]!]!
        const c = table[(b & STATE) + classes[text[at + 2]!]!]!
        const d = table[(c & STATE) + classes[text[at + 3]!]!]!
        const all = a | b | c | d
        if (all < 0) break
        ends += (a >>> 25) + (b >>> 25) + (c >>> 25) + (d >>> 25)
        starts += ((a >>> 24) & 1) + ((b >>> 24) & 1) + ((c >>> 24) & 1) + ((d >>> 24) & 1)
        const ended = -(all >>> 25)
        last += (at - last) & ended
        lastState += (state - lastState) & ended
        state = d & STATE
        at += 4
      }
      let t = 0
      while (at < to) {
        t = table[state + classes[text[at]!]!]!
        if (t < 0) break
        if (t >= END) {
          ends++
          last = at
          lastState = state
        }
        starts += (t >>> 24) & 1
        state = t & STATE
        at++
      }
      if (t !== UNBUILT || this.fuse(state, text[at]!) < 0) break
    }
    this.state = state
    this.starts = starts
    this.ends = ends
    if (last >= 0) this.end = this.lastEnd(text, last, Math.min(last + 4, at), lastState)
    return at
  }

  /** The last place in text[from..to) where a match ends, walked from `state`. */
  private lastEnd(text: Uint8Array, from: number, to: number, state: number): number {
    let end = -1
    for (let at = from, s = state; at < to; at++) {
      const t = this.table[s + this.dfa.classes[text[at]!]!]!
      if (t >= END) end = at
      s = t & STATE
    }
    return end
  }

  /** The table with an entry for each of the automaton's. */
  private tableOf(length: number): Int32Array {
    const known = this.table.length
    this.table = grown(this.table, length)
    this.table.fill(UNBUILT, known)
    return this.table
  }

  /** Makes this table's transition; UNBUILT where the automaton's own is not made yet. */
  private fuse(state: number, byte: number): number {
    const { dfa, homes } = this
    const column = dfa.classes[byte]!
    let t = dfa.table[state + column]!
    let ends = 0
    if (t < 0 && t !== UNBUILT && (t & ~STATE) === (UNBUILT | ACCEPTED | DEAD)) {
      ends = END
      t = dfa.table[homes[0]! + column]!
      for (const home of homes) if (dfa.table[home + column] !== t) t = LEAVE
    }
    if (t === UNBUILT) return t
    if (t < 0) t = (t & ~STATE) === (UNBUILT | BORN) ? (t & STATE) | START : LEAVE
    if (t >= 0) t |= ends
    this.table[state + column] = t
    return t
  }
}
