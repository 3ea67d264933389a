/**
 * The end of the longest match from every place of a text, in one pass from right to left.
 *
 * Finding all matches by searching again after each one reads a stretch many times if a long attempt fails:
 * `.*a|b` on bbbb... tries `.*a` to the end of the text at every b. Here nothing is read twice. Going left, a thread
 * of the backward automaton carries the end it began at; among threads in the same node only the one with the
 * largest end matters, and a thread that begins later (further left) has a smaller one. So threads stand in groups
 * ordered by when they began, as in the forward search, but acceptance drops no group: it says that a match begins
 * here, and the first group that accepts knows the longest. (RE#'s hardened search does the same work forward.)
 *
 * Steps are cached like an automaton's: which groups live on depends on the set and the byte alone, the ends move
 * along in an array. Nothing but numbers is written for a byte: V8 begins to mark its heap when megabytes are allocated,
 * as they are here, ends that only when the loop does, and until then each object put into a field costs some 10 ns (on
 * ten million characters, half of all the time). Cost: O(text x nodes) at worst, 4 bytes for every byte of text.
 */
import { grown, int32s } from '../foundation/arrays.ts'
import { EDGE, OTHER } from '../automaton/context.ts'
import type { Surroundings } from '../automaton/context.ts'
import { acceptingGroup } from './items.ts'
import type { LazyDfa } from './lazy.ts'
import type { Meter } from './meter.ts'
import { isBoundary } from '../foundation/utf8.ts'

/** What a step does to the groups: where each comes from (-1: begins here), and the set it leads to. */
interface Move {
  readonly state: number
  readonly origins: Int32Array
  /** The move changes no end but adds one at the back. */
  readonly appends: boolean
  /** The first group of that set that accepts behind a character of no kind, or -1. */
  readonly accepts: number
}

export class Hardener {
  private readonly dfa: LazyDfa
  private readonly surroundings: Surroundings
  private readonly meter: Meter
  /** Places inside characters must be told apart. */
  private readonly exact: boolean
  /** Number of the move, plus one, by state, class of byte and kind; 0 where it is not made yet. */
  private index = int32s(1024)
  private moves: Move[] = []
  private known = 0
  private values = int32s(16)

  /** @param dfa backward, anchored, keepAll */
  constructor(dfa: LazyDfa, surroundings: Surroundings, meter: Meter, exact: boolean) {
    this.dfa = dfa
    this.surroundings = surroundings
    this.meter = meter
    this.exact = exact
  }

  /** For each i: the end of the longest match that begins at from + i, or -1. */
  ends(text: Uint8Array, from: number, to: number, bol: number, eol: number): Int32Array {
    const { dfa, surroundings, meter, exact } = this
    const ends = new Int32Array(to - from + 1)
    const { words, lines } = dfa.nfa.use
    // Without a word or line assertion all characters are alike to the pattern.
    const alike = !words && !lines && !exact
    let state = dfa.initial(eol, false)
    this.values[0] = to
    let at = to
    for (;;) {
      ends[at - from] = this.valueOf(this.firstAccepting(state, surroundings.before(text, at, bol)))
      if (alike) {
        while (at > from + 1) {
          at--
          const move = this.move(state, text[at]!, OTHER)
          this.apply(move, at)
          state = move.state
          ends[at - from] = this.valueOf(move.accepts)
          meter.tally.steps++
          if ((at & 255) === 0) meter.check()
        }
      }
      if (at === from) return ends
      at--
      const byte = text[at]!
      const kind = !exact || isBoundary(text, at) ? surroundings.after(text, at, to, EDGE) : -1
      const move = this.move(state, byte, kind)
      this.apply(move, at)
      state = move.state
      meter.tally.steps++
      if ((at & 255) === 0) meter.check()
    }
  }

  private firstAccepting(state: number, kind: number): number {
    const items = this.dfa.itemsOf(state)
    return acceptingGroup(items, items.length, kind)
  }

  private valueOf(group: number): number {
    return group < 0 ? -1 : this.values[group]!
  }

  private move(state: number, byte: number, kind: number): Move {
    const { dfa } = this
    if (dfa.resets !== this.known) {
      this.known = dfa.resets
      this.moves = []
      this.index.fill(0)
    }
    const key = (state + dfa.classes[byte]!) * 6 + kind + 1
    if (key >= this.index.length) this.index = grown(this.index, key + 1)
    const number = this.index[key]!
    if (number > 0) return this.moves[number - 1]!
    const items = dfa.itemsOf(state)
    dfa.step(items, items.length, byte, 0)
    if (kind >= 0) dfa.addStart(kind)
    const origins = dfa.origins.slice(0, dfa.groups)
    const next = dfa.intern()
    let appends = true
    for (let i = 0; i < origins.length; i++) {
      if (origins[i] !== (i === origins.length - 1 && origins[i] === -1 ? -1 : i)) appends = false
    }
    const move = { state: next, origins, appends, accepts: this.firstAccepting(next, OTHER) }
    if (dfa.resets === this.known) this.index[key] = this.moves.push(move)
    return move
  }

  private apply(move: Move, at: number): void {
    const { origins } = move
    const { length } = origins
    if (length > this.values.length) this.values = grown(this.values, length)
    const { values } = this
    if (move.appends) {
      if (length > 0 && origins[length - 1] === -1) values[length - 1] = at
      return
    }
    // Groups keep their order, so none comes from a place that has been written to.
    for (let i = 0; i < length; i++) values[i] = origins[i]! < 0 ? at : values[origins[i]!]!
  }
}
