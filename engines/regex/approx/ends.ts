/**
 * The longest match from every place of a text that one may begin at, in one pass from right to left.
 *
 * Looking for the end of each match by a walk forward reads a stretch many times where walks go on far past their
 * match: `(.*a|b){~1}` on bbbb... walks to the end of the text from every b. Here nothing is read twice. The walk
 * backward that found the beginnings is done once more, and every pair of a set carries the largest end that it can
 * have begun at. Of the pairs that become one the largest end is kept; a pair that another one dominates may be dropped
 * only where that one is cheaper, or has all its ends: the cheapest match counts, and of those the longest.
 *
 * What becomes of which pair depends on the set and the character alone, so it is made once (`EndMove`) and applied to the
 * ends. Cost: O(text x pairs), and no memory but for the matches.
 */
import { float64s, grown } from '../foundation/arrays.ts'
import { UNIT_SHIFT, UNIT_WIDTH, unitBefore } from '../captures/alphabet.ts'
import { ACCEPT } from './automaton.ts'
import type { Pattern } from './automaton.ts'
import { Closure } from './closure.ts'
import type { Pairs } from './closure.ts'
import type { ApproxMeter } from './meter.ts'
import { StateSets } from './sets.ts'

/** Source of a pair that begins here. */
const HERE = -1

interface EndMove {
  /** Number of the set it leads to. */
  readonly to: number
  /** Pairs that each pair of that set comes from: sources[first[i]] to sources[first[i + 1]]. */
  readonly first: Int32Array
  readonly sources: Int32Array
  /** Least cost of a match that begins before the move, or -1, and the pairs that know its ends. */
  readonly cost: number
  readonly accepting: readonly number[]
}

/** A pair that a move leads to. */
interface Target {
  readonly state: number
  readonly label: number
  /** Ascending. */
  readonly sources: number[]
}

export class EndsWalk {
  /** Moves that may still be made before the walk gives up. */
  patience = Infinity
  private readonly pattern: Pattern
  private readonly closure: Closure
  private readonly meter: ApproxMeter
  private readonly cacheBytes: number
  private readonly sets = new StateSets()
  private moves: (EndMove | undefined)[] = []
  private bytes = 0
  private found = new Int32Array(0)
  private count = 0
  /** Number of the set at hand, and the ends of its pairs. */
  private set = 0
  private values = float64s(64)
  private spare = float64s(64)

  /** @param bound what no match costs more than */
  constructor(pattern: Pattern, bound: number, meter: ApproxMeter, cacheBytes: number) {
    this.pattern = pattern
    this.meter = meter
    this.cacheBytes = cacheBytes
    this.closure = new Closure(pattern, pattern.backward, bound, meter)
  }

  /**
   * The ends of the longest of the cheapest matches, for every place not before `from` at which nothing further on
   * begins a cheaper one, from right to left: the places that `ApproxDfa` leaves in its trail. Null: it gave up.
   *
   * @param near, far kinds of what stands at the end of the text and before `from`
   * @param most how many places they are at most
   */
  ends(text: Uint8Array, from: number, near: number, far: number, most: number): Int32Array | null {
    this.found = new Int32Array(most)
    this.count = 0
    let at = text.length
    const { closure, pattern, meter } = this
    const { alphabet, asserts } = pattern
    const { kind, classes } = alphabet
    const pairs = closure.start()
    this.set = this.sets.add(pairs, asserts ? near : 0)
    this.reserve(pairs.length)
    this.values.fill(at, 0, pairs.length >> 1)
    while (at > from) {
      const unit = unitBefore(alphabet, text, at, from)
      const symbol = unit >> UNIT_SHIFT
      at -= unit & UNIT_WIDTH
      let move = this.moves[this.set * classes + symbol]
      if (!move) {
        if (--this.patience < 0) return null
        this.makeRoom()
        const { cost, accepting } = this.accepted(kind[symbol]!)
        this.note(cost, accepting)
        move = this.moves[this.set * classes + symbol] ??= this.make(symbol)
      } else this.note(move.cost, move.accepting)
      this.apply(move, at)
      meter.spend(1)
    }
    const { cost, accepting } = this.accepted(far)
    this.note(cost, accepting)
    return this.found
  }

  /** Notes the end of the match that begins here, if one does, and lowers the bound to its cost. */
  private note(cost: number, accepting: readonly number[]): void {
    if (cost < 0) return
    let end = 0
    for (const i of accepting) end = Math.max(end, this.values[i]!)
    this.found[this.count++] = end
    if (cost < this.closure.bound) this.lower(cost)
  }

  /** Drops what costs more than a new bound. */
  private lower(bound: number): void {
    const { sets, closure } = this
    const { pairs, near } = sets.at(this.set)
    closure.bound = bound
    const kept: number[] = []
    for (let i = 0; i < pairs.length; i += 2) {
      if (closure.labels.costs[pairs[i + 1]!]! > bound) continue
      this.values[kept.length >> 1] = this.values[i >> 1]!
      kept.push(pairs[i]!, pairs[i + 1]!)
    }
    this.restart(Int32Array.from(kept), near)
  }

  private makeRoom(): void {
    if (this.sets.bytes + this.bytes <= this.cacheBytes) return
    this.meter.resets++
    const { pairs, near } = this.sets.at(this.set)
    this.restart(this.closure.forget(pairs), near)
  }

  /** Forgets all sets and moves but for one set. */
  private restart(pairs: Pairs, near: number): void {
    this.sets.clear()
    this.moves = []
    this.bytes = 0
    this.set = this.sets.add(pairs, near)
  }

  /** The cheapest match that begins at the place at hand, before a character of kind `far`, and the pairs it may be. */
  private accepted(far: number): { cost: number; accepting: readonly number[] } {
    const { closure, pattern } = this
    const { pairs, near } = this.sets.at(this.set)
    let best = -1
    let accepting: number[] = []
    for (let i = 0; i < pairs.length; i += 2) {
      if (!pattern.asserts && pattern.backward.kind[pairs[i]!] !== ACCEPT) continue
      const cost = closure.accepted(closure.resolved(pairs.subarray(i, i + 2), near, far))
      if (cost < 0 || (best >= 0 && cost > best)) continue
      if (cost !== best) accepting = []
      best = cost
      accepting.push(i >> 1)
    }
    return { cost: best, accepting }
  }

  /** What a character makes of the set at hand. */
  private make(symbol: number): EndMove {
    const { closure, sets, pattern } = this
    const { pairs, near } = sets.at(this.set)
    const far = pattern.alphabet.kind[symbol]!
    const { cost, accepting } = this.accepted(far)
    const targets = new Map<number, Target[]>()
    const add = (made: Pairs, source: number): void => {
      for (let i = 0; i < made.length; i += 2) {
        const [state, label] = [made[i]!, made[i + 1]!]
        const here = targets.get(state) ?? []
        if (here.length === 0) targets.set(state, here)
        const known = here.find((target) => target.label === label)
        if (known) known.sources.push(source)
        else here.push({ state, label, sources: [source] })
      }
    }
    for (let i = 0; i < pairs.length; i += 2) {
      add(closure.after(closure.resolved(pairs.subarray(i, i + 2), near, far), symbol, false), i >> 1)
    }
    add(closure.start(), HERE)
    const kept = [...targets.keys()]
      .sort((a, b) => a - b)
      .flatMap((state) => this.worthKeeping(targets.get(state)!))
    const first = [0]
    for (const { sources } of kept) first.push(first.at(-1)! + sources.length)
    const move = {
      to: sets.add(Int32Array.from(kept.flatMap(({ state, label }) => [state, label])), far),
      first: Int32Array.from(first),
      sources: Int32Array.from(kept.flatMap(({ sources }) => sources)),
      cost,
      accepting,
    }
    this.bytes += 200 + (move.first.length + move.sources.length + accepting.length) * 4
    return move
  }

  private worthKeeping(here: readonly Target[]): Target[] {
    const { labels } = this.closure
    this.meter.spend(here.length * here.length)
    const covers = (a: Target, b: Target): boolean =>
      a !== b &&
      labels.dominates(a.label, b.label) &&
      (labels.costs[a.label]! < labels.costs[b.label]! ||
        b.sources.every((source) => source === HERE || a.sources.includes(source)))
    return here.filter((b) => !here.some((a) => covers(a, b))).sort((a, b) => a.label - b.label)
  }

  private reserve(length: number): void {
    this.values = grown(this.values, length)
    this.spare = grown(this.spare, length)
  }

  private apply({ to, first, sources }: EndMove, at: number): void {
    this.reserve(first.length)
    const { values, spare } = this
    for (let i = 0; i + 1 < first.length; i++) {
      let end = 0
      for (let k = first[i]!; k < first[i + 1]!; k++) {
        const source = sources[k]!
        end = Math.max(end, source === HERE ? at : values[source]!)
      }
      spare[i] = end
    }
    this.values = spare
    this.spare = values
    this.set = to
  }
}
