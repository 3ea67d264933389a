/**
 * What a set of pairs (state, label) becomes: by reading a character, and by everything that needs no text.
 *
 * A path through the automaton with errors is a pair: where it is and what it has spent. A pair is not worth keeping if
 * another one at the same state dominates it, or if it costs more than the bound.
 *
 * Sets are kept closed under forks, deletions and region borders. Assertions wait, since they ask for the next
 * character; the set knows the kind of the last one (`near`), and `resolved` lets through those that hold before a
 * character of a kind (`far`).
 */
import { holds } from '../captures/alphabet.ts'
import { RegexBudgetError } from '../types.ts'
import { ACCEPT, ASSERT, ENTER, EXIT, FORK, STEP } from './automaton.ts'
import type { ApproxNfa, Pattern } from './automaton.ts'
import { Labels } from './labels.ts'
import type { ApproxMeter } from './meter.ts'
import { DELETE, INSERT, SUBSTITUTE } from './settings.ts'

/** Pairs as [state, label, state, label, ...], sorted by state, then label. */
export type Pairs = Int32Array

/** Pairs in one set; more would be hundreds of microseconds a character. */
const MOST_PAIRS = 100_000
/** So many comparisons may go by before the budget is asked. */
const COMPARED_AT_ONCE = 1 << 16

export class Closure {
  readonly pattern: Pattern
  readonly labels: Labels
  /** What costs more is dropped. */
  bound: number
  private readonly nfa: ApproxNfa
  private readonly meter: ApproxMeter
  /** Pairs being collected: the labels of each state. */
  private readonly found: number[][]
  /** Where a label is no more than a cost, a state has but one: its label and cost. */
  private readonly scalar: boolean
  private readonly least: Int32Array
  private readonly leastCost: Float64Array
  private readonly work: number[] = []
  private buffer = new Int32Array(256)
  private count = 0
  /** Labels compared since the meter was told. */
  private compared = 0

  constructor(pattern: Pattern, nfa: ApproxNfa, bound: number, meter: ApproxMeter) {
    this.pattern = pattern
    this.nfa = nfa
    this.bound = bound
    this.meter = meter
    this.labels = new Labels(pattern.regions)
    this.scalar = this.labels.scalar
    this.found = Array.from(nfa.kind, () => [])
    this.least = new Int32Array(nfa.kind.length)
    this.leastCost = new Float64Array(nfa.kind.length).fill(Infinity)
  }

  private add(state: number, label: number): void {
    const { labels } = this
    if (label < 0) return
    const cost = labels.costs[label]!
    if (cost > this.bound) return
    if (this.scalar) {
      if (cost >= this.leastCost[state]!) return
      this.leastCost[state] = cost
      this.least[state] = label
      this.work.push(state, label)
      return
    }
    const list = this.found[state]!
    this.compared += list.length
    if (list.length > 0) {
      for (const other of list) if (labels.dominates(other, label)) return
      let kept = 0
      for (const other of list) if (!labels.dominates(label, other)) list[kept++] = other
      this.count -= list.length - kept
      list.length = kept
    }
    list.push(label)
    if (++this.count > MOST_PAIRS) throw new RegexBudgetError('states', this.count, MOST_PAIRS)
    this.work.push(state, label)
  }

  /** Follows everything that needs no text. `far`: the kind of the next character, or -1: assertions wait. */
  private close(near: number, far: number): void {
    const { nfa, labels, work } = this
    let steps = 0
    while (work.length > 0) {
      const label = work.pop() as number
      const state = work.pop() as number
      if (this.scalar && this.least[state] !== label) continue
      const next = nfa.next[state]!
      steps++
      if (this.compared > COMPARED_AT_ONCE) this.spend(0)
      switch (nfa.kind[state]) {
        case STEP:
          this.add(next, labels.after(label, nfa.region[state]!, DELETE))
          break
        case FORK:
          for (let k = nfa.value[state]!; k-- > 0;) this.add(nfa.forkTo[next + k]!, label)
          break
        case ASSERT:
          if (far >= 0 && (nfa.masks[nfa.value[state]!] as Uint8Array)[near]! & (1 << far)) {
            this.add(next, label)
          }
          break
        case ENTER:
          this.add(next, label)
          break
        case EXIT: {
          const region = this.pattern.regions[nfa.value[state]!]
          this.add(next, labels.leave(label, region?.depth as number))
          break
        }
        default:
      }
    }
    this.spend(steps)
  }

  private spend(steps: number): void {
    const { compared } = this
    this.compared = 0
    this.meter.spend(steps + compared)
  }

  /** The collected pairs in which something waits. */
  private take(): Pairs {
    const { nfa, found, least, leastCost, scalar } = this
    const most = 2 * (scalar ? nfa.kind.length : this.count)
    if (most > this.buffer.length) this.buffer = new Int32Array(most * 2)
    const { buffer } = this
    let length = 0
    for (let state = 0; state < nfa.kind.length; state++) {
      const waits = nfa.kind[state] !== FORK
      if (scalar) {
        if (leastCost[state] === Infinity) continue
        leastCost[state] = Infinity
        if (!waits) continue
        buffer[length++] = state
        buffer[length++] = least[state]!
        continue
      }
      const list = found[state]!
      if (list.length === 0) continue
      if (list.length > 1) list.sort((a, b) => a - b)
      if (waits) {
        for (const label of list) {
          buffer[length++] = state
          buffer[length++] = label
        }
      }
      list.length = 0
    }
    this.count = 0
    return buffer.slice(0, length)
  }

  /** Where a match begins. */
  start(): Pairs {
    this.add(this.nfa.start, this.labels.none)
    this.close(0, -1)
    return this.take()
  }

  /** The pairs once the kind of the next character is known. */
  resolved(pairs: Pairs, near: number, far: number): Pairs {
    if (!this.pattern.asserts) return pairs
    for (let i = 0; i < pairs.length; i += 2) this.add(pairs[i]!, pairs[i + 1]!)
    this.close(near, far)
    return this.take()
  }

  /** The pairs after a character, and where a match begins, if `inject`. */
  after(pairs: Pairs, symbol: number, inject: boolean): Pairs {
    const { nfa, labels } = this
    const { alphabet } = this.pattern
    for (let i = 0; i < pairs.length; i += 2) {
      const state = pairs[i]!
      const label = pairs[i + 1]!
      const region = nfa.region[state]!
      if (nfa.kind[state] === STEP) {
        const matches = holds(alphabet, nfa.value[state]!, symbol)
        this.add(nfa.next[state]!, matches ? label : labels.after(label, region, SUBSTITUTE))
      }
      this.add(state, labels.after(label, region, INSERT))
    }
    if (inject) this.add(nfa.start, labels.none)
    this.meter.spend(pairs.length >> 1)
    this.close(0, -1)
    return this.take()
  }

  /** The pairs of a closed set that are within the bound; their labels are those of `from`. */
  adopted(pairs: Pairs, from: Labels): Pairs {
    for (let i = 0; i < pairs.length; i += 2) {
      const label = this.labels.intern(from.vectors[pairs[i + 1]!] as readonly number[])
      this.add(pairs[i]!, label)
    }
    // They are closed already.
    this.work.length = 0
    return this.take()
  }

  /** Forgets all labels but those of these pairs, which are returned with their new labels, in the same order. */
  forget(pairs: Pairs): Pairs {
    const { labels } = this
    const vectors = Array.from(pairs, (value, i) => (i % 2 === 1 ? labels.vectors[value] : undefined))
    labels.reset()
    return Int32Array.from(pairs, (value, i) =>
      i % 2 === 1 ? labels.intern(vectors[i] as readonly number[]) : value,
    )
  }

  /** The cheapest acceptance; -1: none. */
  accepted(pairs: Pairs): number {
    let best = -1
    for (let i = 0; i < pairs.length; i += 2) {
      if (this.nfa.kind[pairs[i]!] !== ACCEPT) continue
      const cost = this.labels.costs[pairs[i + 1]!]!
      if (best < 0 || cost < best) best = cost
    }
    return best
  }
}
