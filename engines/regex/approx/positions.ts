/**
 * The positions of a pattern as bits: Glushkov's automaton, in words of 32 positions.
 *
 * A position is a place of the pattern that reads a character. They are numbered in the order in which a text is read
 * backward, from 1; position 0 stands for "nothing read yet". Both directions have the same positions, so what has been
 * read from one side and what from the other can be laid over each other.
 *
 * Most positions are followed by the next number (forward: the one before) and by nothing else. To follow them is to
 * shift; only the others need tables, one for every eight positions among which there is such a one.
 *
 * Navarro and Raffinot, "Flexible Pattern Matching in Strings" (2002), chapter 5.
 */
import { classesIn } from '../captures/alphabet.ts'
import { ACCEPT, FORK, STEP } from './automaton.ts'
import type { ApproxNfa, Pattern } from './automaton.ts'

/** Positions that may come after others, in one direction. */
export class Follow {
  private readonly words: number
  /** Positions that may be the last ones of a match. */
  readonly accepting: Int32Array
  private readonly down: boolean
  /** Positions that are followed by the next one, or the one before. */
  private readonly chain: Int32Array
  /** The eights of positions of which some are followed by others: number of the eight, and those of its bits. */
  private readonly eights: Int32Array
  /** What else follows: [(index of the eight * 256 + its bits) * words]. */
  private readonly others: Int32Array

  /**
   * @param next the positions after each one; 0 among them: a match may end there
   * @param down whether numbers mostly fall
   */
  constructor(words: number, next: readonly ReadonlySet<number>[], down: boolean) {
    this.words = words
    this.down = down
    this.accepting = new Int32Array(words)
    this.chain = new Int32Array(words)
    const others = next.map((set) => new Int32Array(set.size === 0 ? 0 : words))
    const eights = new Map<number, number>()
    next.forEach((set, from) => {
      const bit = 1 << (from & 31)
      for (const to of set) {
        if (to === 0) this.accepting[from >> 5]! |= bit
        else if (to === (down ? from - 1 : from + 1)) this.chain[from >> 5]! |= bit
        else {
          others[from]![to >> 5]! |= 1 << (to & 31)
          eights.set(from >> 3, (eights.get(from >> 3) ?? 0) | (1 << (from & 7)))
        }
      }
    })
    this.eights = Int32Array.from([...eights].sort(([a], [b]) => a - b).flat())
    this.others = new Int32Array((this.eights.length / 2) * 256 * words)
    for (let i = 0; i < this.eights.length; i += 2) {
      for (let bits = 1; bits < 256; bits++) {
        const at = ((i / 2) * 256 + bits) * words
        const rest = ((i / 2) * 256 + (bits & (bits - 1))) * words
        const lowest = others[this.eights[i]! * 8 + 31 - Math.clz32(bits & -bits)]
        for (let w = 0; w < words; w++) this.others[at + w] = this.others[rest + w]! | (lowest?.[w] ?? 0)
      }
    }
  }

  /** Writes to `to[at..]` what follows the positions in `from[at..]`. */
  of(from: Int32Array, to: Int32Array, at: number): void {
    const { chain, down, eights, others, words } = this
    let carry = 0
    if (down) {
      for (let w = words; w-- > 0;) {
        const moved = from[at + w]! & chain[w]!
        to[at + w] = (moved >>> 1) | carry
        carry = moved << 31
      }
    } else {
      for (let w = 0; w < words; w++) {
        const moved = from[at + w]! & chain[w]!
        to[at + w] = (moved << 1) | carry
        carry = moved >>> 31
      }
    }
    for (let i = 0; i < eights.length; i += 2) {
      const eight = eights[i]!
      const bits = (from[at + (eight >> 2)]! >>> ((eight & 3) << 3)) & eights[i + 1]!
      if (bits === 0) continue
      const row = ((i << 7) + bits) * words
      for (let w = 0; w < words; w++) to[at + w]! |= others[row + w]!
    }
  }
}

export class Positions {
  /** Words that hold them. */
  readonly words: number
  readonly count: number
  /** Positions that read a class of characters: [class * words]. */
  readonly holds: Int32Array
  readonly backward: Follow
  /** What comes after each position, reading backward; 0: a match may begin there. */
  readonly next: readonly ReadonlySet<number>[]
  private forwardMade: Follow | undefined

  private constructor(pattern: Pattern, steps: readonly number[]) {
    const { alphabet, backward: nfa } = pattern
    const numbers = new Map(steps.map((state, i) => [state, i + 1]))
    this.count = steps.length
    this.words = (steps.length >> 5) + 1
    this.holds = new Int32Array(alphabet.classes * this.words)
    steps.forEach((state, i) => {
      for (const symbol of classesIn(alphabet, nfa.value[state]!))
        this.holds[symbol * this.words + ((i + 1) >> 5)]! |= 1 << ((i + 1) & 31)
    })
    const from = [nfa.start, ...steps.map((state) => nfa.next[state]!)]
    this.next = from.map((state) => reached(nfa, state, numbers))
    this.backward = new Follow(this.words, this.next, false)
  }

  /** Null where they would be more than `most`. A pattern with assertions or regions is none for positions. */
  static build(pattern: Pattern, most: number): Positions | null {
    const steps: number[] = []
    pattern.backward.kind.forEach((kind, state) => {
      if (kind === STEP) steps.push(state)
    })
    // A state is made after the one that it leads to.
    return steps.length > most ? null : new Positions(pattern, steps.reverse())
  }

  /** The other way round: what comes before each position. */
  get forward(): Follow {
    if (!this.forwardMade) {
      const before = this.next.map(() => new Set<number>())
      this.next.forEach((set, from) => {
        for (const to of set) before[to]!.add(from)
      })
      this.forwardMade = new Follow(this.words, before, true)
    }
    return this.forwardMade
  }
}

/** Positions that can be reached from a state without reading; 0 for the end. */
function reached(nfa: ApproxNfa, from: number, numbers: ReadonlyMap<number, number>): ReadonlySet<number> {
  const found = new Set<number>()
  const seen = new Set([from])
  for (const state of seen) {
    const next = nfa.next[state]!
    if (nfa.kind[state] === STEP) found.add(numbers.get(state)!)
    else if (nfa.kind[state] === ACCEPT) found.add(0)
    else if (nfa.kind[state] !== FORK) seen.add(next)
    else for (let k = nfa.value[state]!; k-- > 0;) seen.add(nfa.forkTo[next + k]!)
  }
  return found
}
