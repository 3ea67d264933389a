/**
 * The loop around an unanchored search over UTF-8: it passes over whole characters and tells where a match may begin.
 *
 * Its nodes wait beside those of the pattern, so a set of threads knows how far inside a character it is. A byte that
 * no node of the loop can read is either one that begins no character, a unit of its own; or it breaks off the sequence
 * that was begun. In the latter case what stood before the place now counts for nothing: the lead byte was a unit by
 * itself, and up to two places behind it were places between units. No thread of the pattern is alive there, as each
 * waited for the same sequence to go on, so the search simply begins again behind the lead byte.
 */
import { OTHER } from '../automaton/context.ts'
import { MARK, STEP } from '../automaton/nfa.ts'
import type { Nfa } from '../automaton/nfa.ts'

/** What `step` says other than a kind of character. */
export const INSIDE = -1
export const BROKEN_OFF = -2

export class SearchLoop {
  private readonly nfa: Nfa
  /** The nodes that wait between characters. */
  readonly body: number[] = []
  /** Those that wait inside the character that the last step went into. */
  readonly out: number[] = []

  constructor(nfa: Nfa) {
    this.nfa = nfa
    this.collect(nfa.first[nfa.loop]!)
  }

  private collect(node: number): void {
    const { nfa } = this
    if (nfa.kind[node] === STEP) this.body.push(node)
    else {
      const first = nfa.first[node]!
      for (let k = 0; k < nfa.count[node]!; k++) this.collect(nfa.forkTo[first + k]!)
    }
  }

  /** Whether the loop's nodes among a set's items, [from, to), wait inside a character. */
  isInside(items: Int32Array, from: number, to: number): boolean {
    return to > from && !this.body.includes(items[from]!)
  }

  /** Reads a byte: the kind of the character it completes, INSIDE with the nodes in `out`, or BROKEN_OFF. */
  step(items: Int32Array, from: number, to: number, byte: number): number {
    const { nfa, out } = this
    out.length = 0
    let kind = INSIDE
    for (let i = from; i < to; i++) {
      const node = items[i]!
      const end = nfa.first[node]! + nfa.count[node]!
      for (let e = nfa.first[node]!; e < end; e++) {
        if (byte < nfa.edgeLow[e]! || byte > nfa.edgeHigh[e]!) continue
        const next = nfa.edgeTo[e]!
        if (nfa.kind[next] === MARK) kind = nfa.count[next]!
        else out.push(next)
      }
    }
    if (kind !== INSIDE || out.length > 0) return kind
    return this.isInside(items, from, to) ? BROKEN_OFF : OTHER
  }
}
