/**
 * Approximate matching as a deterministic automaton, made while it is used.
 *
 * A path through the automaton with errors is a pair (state, label): where it is and what it has spent. All pairs that
 * are worth keeping after some text are one set, and the sets that a text leads to are few and come again, so each is
 * made once and walked by table ever after: the cost of errors is paid per set, not per character. A pair is not worth
 * keeping if another one at the same state dominates it, or if it costs more than the bound.
 *
 * A set is kept closed under everything that needs no text: forks, deletions, region borders. Assertions wait, since
 * they ask for the next character; the set knows the kind of the last one. Whether a match ends before a character is
 * therefore known on reading that character, and is part of the transition.
 *
 * The cache is bounded: when it is full, all is forgotten but the set at hand.
 */
import { classOf, widthOf } from '../captures/alphabet.ts'
import { decodeAt } from '../automaton/context.ts'
import { RegexBudgetError } from '../types.ts'
import { ACCEPT, ASSERT, ENTER, EXIT, FORK, STEP } from './automaton.ts'
import type { Automaton, Pattern } from './automaton.ts'
import { widthBefore } from './characters.ts'
import { Labels } from './labels.ts'
import type { Meter } from './meter.ts'
import { DELETE, INSERT, SUBSTITUTE } from './settings.ts'

/** Pairs as [state, label, state, label, ...], sorted by state, then label. */
type Pairs = Int32Array

interface StateSet {
  readonly pairs: Pairs
  /** Kind of the character read last. */
  readonly near: number
  /** Cheapest acceptance by the kind of what comes next, once somebody asks; -1: none. */
  ends: Map<number, number> | null
}

function samePairs(a: Pairs, b: Pairs): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

const UNKNOWN = 0
/** Pairs in one set; more would be hundreds of microseconds a character. */
const MOST_PAIRS = 100_000
/** So many comparisons may go by before the budget is asked. */
const COMPARED_AT_ONCE = 1 << 16
/** A set's object, its array and its slot. */
const BYTES_PER_SET = 200
const BYTES_PER_LABEL = 100

export class LazyDfa {
  /** Where the walk stopped; `place` is the next character boundary to read from. */
  row = 0
  place = 0
  /** The last place at which an acceptance at the bound was seen, or -1. */
  seen = -1
  /** Every such place, with the bound, as [place, cost, ...]; null: nobody asks. */
  trail: number[] | null = null
  /** The cost of the acceptance that stopped the walk, below the bound; else -1. */
  cheaper = -1
  readonly bound: number
  /** Transitions that may still be computed before `backward` gives up. */
  patience = Infinity
  /** Memory that the sets take, about. */
  bytes = 0
  private readonly pattern: Pattern
  private readonly nfa: Automaton
  private readonly inject: boolean
  private readonly labels: Labels
  private readonly meter: Meter
  private readonly cacheBytes: number
  private readonly classes: number
  private readonly sets: StateSet[] = []
  /** Open addressing: numbers of sets plus 1, by their hash; at most half full. */
  private slots = new Int32Array(64)
  /** By row and class: the next row; negative: after an acceptance; UNKNOWN: not computed. Row 0 is never used. */
  private table: Int32Array
  /** Cost of that acceptance. */
  private costs: Float64Array
  /** Pairs being collected: the labels of each state. */
  private readonly found: number[][]
  /** Where a label is no more than a cost, a state has but one: its label and cost. */
  private readonly scalar: boolean
  private readonly least: Int32Array
  private readonly leastCost: Float64Array
  private readonly work: number[] = []
  private readonly buffer: number[] = []
  private count = 0
  /** Labels compared since the meter was told. */
  private compared = 0
  /** The row of the empty set, which nothing leads out of; -1: not met yet. */
  private dead = -1

  /** @param inject a match may begin at any place; false: only where the walk begins */
  constructor(
    pattern: Pattern,
    nfa: Automaton,
    inject: boolean,
    bound: number,
    meter: Meter,
    cacheBytes: number,
  ) {
    this.pattern = pattern
    this.nfa = nfa
    this.inject = inject
    this.bound = bound
    this.meter = meter
    this.cacheBytes = cacheBytes
    this.labels = new Labels(pattern.regions)
    this.classes = pattern.alphabet.classes
    this.table = new Int32Array(this.classes * 16)
    this.costs = new Float64Array(this.classes * 16)
    this.scalar = this.labels.scalar
    this.found = Array.from(nfa.kind, () => [])
    this.least = new Int32Array(nfa.kind.length)
    this.leastCost = new Float64Array(nfa.kind.length).fill(Infinity)
  }

  // Collecting a set.

  private add(state: number, label: number): void {
    const { labels } = this
    if (label < 0) return
    const cost = labels.costs[label] as number
    if (cost > this.bound) return
    if (this.scalar) {
      if (cost >= (this.leastCost[state] as number)) return
      this.leastCost[state] = cost
      this.least[state] = label
      this.work.push(state, label)
      return
    }
    const list = this.found[state] as number[]
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
      const next = nfa.next[state] as number
      steps++
      if (this.compared > COMPARED_AT_ONCE) this.spend(0)
      switch (nfa.kind[state]) {
        case STEP:
          this.add(next, labels.after(label, nfa.region[state] as number, DELETE))
          break
        case FORK:
          for (let k = nfa.value[state] as number; k-- > 0;) this.add(nfa.forkTo[next + k] as number, label)
          break
        case ASSERT:
          if (
            far >= 0 &&
            ((nfa.masks[nfa.value[state] as number] as Uint8Array)[near] as number) & (1 << far)
          ) {
            this.add(next, label)
          }
          break
        case ENTER:
          this.add(next, label)
          break
        case EXIT: {
          const region = this.pattern.regions[nfa.value[state] as number]
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
    const { nfa, found, leastCost, buffer } = this
    buffer.length = 0
    for (let state = 0; state < nfa.kind.length; state++) {
      const waits = nfa.kind[state] !== FORK
      if (this.scalar) {
        if (leastCost[state] === Infinity) continue
        if (waits) buffer.push(state, this.least[state] as number)
        leastCost[state] = Infinity
        continue
      }
      const list = found[state] as number[]
      if (list.length === 0) continue
      if (list.length > 1) list.sort((a, b) => a - b)
      if (waits) for (const label of list) buffer.push(state, label)
      list.length = 0
    }
    this.count = 0
    return Int32Array.from(buffer)
  }

  /** The pairs once the kind of the next character is known. */
  private resolved({ pairs, near }: StateSet, far: number): Pairs {
    if (!this.pattern.asserts) return pairs
    for (let i = 0; i < pairs.length; i += 2) this.add(pairs[i] as number, pairs[i + 1] as number)
    this.close(near, far)
    return this.take()
  }

  private after(pairs: Pairs, symbol: number): Pairs {
    const { nfa, labels } = this
    const { members, classes } = this.pattern.alphabet
    for (let i = 0; i < pairs.length; i += 2) {
      const state = pairs[i] as number
      const label = pairs[i + 1] as number
      const region = nfa.region[state] as number
      if (nfa.kind[state] === STEP) {
        const matches = members[(nfa.value[state] as number) * classes + symbol] === 1
        this.add(nfa.next[state] as number, matches ? label : labels.after(label, region, SUBSTITUTE))
      }
      this.add(state, labels.after(label, region, INSERT))
    }
    if (this.inject) this.add(nfa.start, labels.none)
    this.meter.spend(pairs.length >> 1)
    this.close(0, -1)
    return this.take()
  }

  private accepted(pairs: Pairs): number {
    let best = -1
    for (let i = 0; i < pairs.length; i += 2) {
      if (this.nfa.kind[pairs[i] as number] !== ACCEPT) continue
      const cost = this.labels.costs[pairs[i + 1] as number] as number
      if (best < 0 || cost < best) best = cost
    }
    return best
  }

  // The sets as rows of a table.

  private rowOf(pairs: Pairs, kind: number): number {
    const near = pairs.length === 0 ? 0 : kind
    const slot = this.slotOf(pairs, near)
    const known = this.slots[slot] as number
    if (known !== 0) return known * this.classes
    const id = this.sets.push({ pairs, near, ends: null })
    this.slots[slot] = id
    const row = id * this.classes
    if (pairs.length === 0) this.dead = row
    this.bytes += BYTES_PER_SET + pairs.length * 4 + this.classes * 12
    if (row + this.classes > this.table.length) {
      const table = new Int32Array((row + this.classes) * 2)
      table.set(this.table)
      this.table = table
      const costs = new Float64Array((row + this.classes) * 2)
      costs.set(this.costs)
      this.costs = costs
    }
    if (id * 2 > this.slots.length) {
      this.slots = new Int32Array(this.slots.length * 2)
      this.sets.forEach((set, i) => {
        this.slots[this.slotOf(set.pairs, set.near)] = i + 1
      })
    }
    return row
  }

  /** Where a set is in `slots`, or where it has to go. */
  private slotOf(pairs: Pairs, near: number): number {
    const { slots, sets } = this
    let hash = near
    for (let i = 0; i < pairs.length; i++)
      hash = Math.imul(hash ^ (pairs[i] as number), 0x01000193) + (hash >>> 15)
    for (let slot = hash & (slots.length - 1); ; slot = (slot + 1) & (slots.length - 1)) {
      const id = slots[slot] as number
      if (id === 0) return slot
      const set = sets[id - 1] as StateSet
      if (set.near === near && samePairs(set.pairs, pairs)) return slot
    }
  }

  private setAt(row: number): StateSet {
    return this.sets[row / this.classes - 1] as StateSet
  }

  /** Empties a full cache, but for one set, whose new row is returned. */
  private makeRoom(row: number): number {
    const { labels } = this
    if (this.bytes + labels.size * BYTES_PER_LABEL <= this.cacheBytes) return row
    this.meter.resets++
    const { pairs, near } = this.setAt(row)
    const vectors = Array.from(pairs, (value, i) => (i % 2 === 1 ? labels.vectors[value] : undefined))
    this.sets.length = 0
    this.dead = -1
    this.slots.fill(0)
    this.table.fill(UNKNOWN)
    this.bytes = 0
    labels.reset()
    return this.rowOf(
      Int32Array.from(pairs, (value, i) =>
        i % 2 === 1 ? labels.intern(vectors[i] as readonly number[]) : value,
      ),
      near,
    )
  }

  /** The transition of a row on a class, computed. */
  private fill(row: number, symbol: number): number {
    const set = this.setAt(row)
    const { kind } = this.pattern.alphabet
    const far = kind[symbol] as number
    const pairs = this.resolved(set, far)
    const cost = this.accepted(pairs)
    const next = this.rowOf(this.after(pairs, symbol), far)
    this.table[row + symbol] = cost < 0 ? next : -next
    this.costs[row + symbol] = cost
    return this.table[row + symbol] as number
  }

  /** The cheapest acceptance where the text ends, `far` being the kind of what stands there; -1: none. */
  private endCost(row: number, far: number): number {
    const set = this.setAt(row)
    set.ends ??= new Map()
    let cost = set.ends.get(far)
    if (cost === undefined) set.ends.set(far, (cost = this.accepted(this.resolved(set, far))))
    return cost
  }

  // Walking.

  /** The row in which a walk begins, after a character of kind `near`. */
  begin(near: number): number {
    this.add(this.nfa.start, this.labels.none)
    this.close(near, -1)
    return this.rowOf(this.take(), this.pattern.asserts ? near : 0)
  }

  /** This automaton's row for a set of another one with a higher bound. */
  beginAs(other: LazyDfa): number {
    const { pairs, near } = other.setAt(other.row)
    for (let i = 0; i < pairs.length; i += 2) {
      this.add(
        pairs[i] as number,
        this.labels.intern(other.labels.vectors[pairs[i + 1] as number] as readonly number[]),
      )
    }
    // They are closed already.
    this.work.length = 0
    return this.rowOf(this.take(), near)
  }

  private classAt(text: Uint8Array, at: number, to: number): number {
    return classOf(this.pattern.alphabet, decodeAt(text, at, to))
  }

  /**
   * Walks backward from `at` in `row`, noting in `seen` every place where a match at the bound begins, until one
   * begins for less (false: `cheaper` and `place` tell), or to `from` (true). Places are UTF-8 boundaries. It gives up
   * (true) when `patience` falls below 0.
   *
   * @param far kind of what stands before `from`
   */
  backward(text: Uint8Array, at: number, from: number, row: number, far: number): boolean {
    const { low, bytes } = this.pattern.alphabet
    const limit = bytes ? 256 : 128
    let { table } = this
    while (at > from) {
      const byte = text[at - 1] as number
      let symbol: number
      let width = 1
      if (byte < limit) symbol = low[byte] as number
      else {
        width = widthBefore(text, at, from)
        symbol = this.classAt(text, at - width, at)
      }
      let next = table[row + symbol] as number
      if (next <= 0) {
        if (next === UNKNOWN) {
          if (--this.patience < 0) return true
          row = this.makeRoom(row)
          next = this.fill(row, symbol)
          ;({ table } = this)
        }
        if (next < 0) {
          next = -next
          if ((this.costs[row + symbol] as number) < this.bound) {
            this.cheaper = this.costs[row + symbol] as number
            this.row = row
            this.place = at
            return false
          }
          this.note(at)
        }
      }
      row = next
      at -= width
    }
    this.row = row
    this.place = at
    const cost = this.endCost(row, far)
    if (cost >= 0 && cost < this.bound) {
      this.cheaper = cost
      return false
    }
    if (cost >= 0) this.note(at)
    return true
  }

  private note(at: number): void {
    this.seen = at
    this.trail?.push(at, this.bound)
  }

  /**
   * Walks forward from `at` in `row` and returns the last place where a match ends, or -1.
   *
   * @param first stop at the first such place
   * @param far kind of what stands at the end of the text
   */
  forward(text: Uint8Array, at: number, row: number, far: number, first: boolean): number {
    const { low, bytes } = this.pattern.alphabet
    const limit = bytes ? 256 : 128
    const to = text.length
    const origin = at
    let { table } = this
    let last = -1
    while (at < to) {
      const byte = text[at] as number
      let symbol: number
      let width = 1
      if (byte < limit) symbol = low[byte] as number
      else {
        const code = decodeAt(text, at, to)
        symbol = classOf(this.pattern.alphabet, code)
        width = widthOf(code)
      }
      let next = table[row + symbol] as number
      if (next <= 0) {
        if (next === UNKNOWN) {
          row = this.makeRoom(row)
          next = this.fill(row, symbol)
          ;({ table } = this)
        }
        if (next < 0) {
          next = -next
          last = at
          if (first) break
        }
        if (this.setAt(next).pairs.length === 0) {
          this.meter.spend(at - origin)
          return last
        }
      }
      row = next
      at += width
    }
    this.meter.spend(at - origin)
    if (at >= to && row !== this.dead && this.endCost(row, far) >= 0) last = at
    return last
  }
}
