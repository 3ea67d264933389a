/**
 * Approximate matching as a deterministic automaton, made while it is used.
 *
 * The sets of pairs (`closure.ts`) that a text leads to are few and come again, so each is made once and walked by
 * table ever after: the cost of errors is paid per set, not per character. Whether a match ends before a character is
 * known on reading that character, as assertions may ask for it, and is part of the transition.
 *
 * The cache is bounded: when it is full, all is forgotten but the set at hand.
 */
import { float64s, grown, int32s } from '../foundation/arrays.ts'
import { UNIT_SHIFT, UNIT_WIDTH, unitAt, unitBefore } from '../captures/alphabet.ts'
import type { ApproxNfa, Pattern } from './automaton.ts'
import { Closure } from './closure.ts'
import type { Pairs } from './closure.ts'
import type { ApproxMeter } from './meter.ts'
import { StateSets } from './sets.ts'
import type { CostTrail } from './trail.ts'

const UNKNOWN = 0
const BYTES_PER_LABEL = 100
/** So many numbers of a set, as a power of two, take as long as a small transition. */
const PAIRS_PER_TRANSITION = 5
/** Of a transition in both tables. */
const BYTES_PER_ENTRY = 12

export class ApproxDfa {
  /** Where the walk stopped; `place` is the next character boundary to read from. */
  row = 0
  place = 0
  /** The last place at which an acceptance at the bound was seen, or -1. */
  seen = -1
  /** Gets every such place, with the bound; null: nobody asks. */
  trail: CostTrail | null = null
  /** The cost of the acceptance that stopped the walk, below the bound; else -1. */
  cheaper = -1
  readonly bound: number
  /** Small transitions that may still be computed before a walk gives up. */
  patience = Infinity
  private readonly pattern: Pattern
  private readonly inject: boolean
  private readonly closure: Closure
  private readonly meter: ApproxMeter
  private readonly cacheBytes: number
  private readonly classes: number
  /** The set of row r has the number r / classes - 1. */
  private readonly sets = new StateSets()
  /** Cheapest acceptance at the end of a text, by row and kind of what is there, once somebody asks; -1: none. */
  private readonly ends = new Map<number, number>()
  /** By row and class: the next row; negative: after an acceptance; UNKNOWN: not computed. Row 0 is never used. */
  private table: Int32Array<ArrayBuffer>
  /** Cost of that acceptance. */
  private costs: Float64Array<ArrayBuffer>
  /** Rows in which walks begin, by the kind of what stands before. */
  private readonly starts: (number | undefined)[] = []
  /** The row of the empty set, which nothing leads out of; -1: not met yet. */
  private dead = -1

  /** @param inject a match may begin at any place; false: only where the walk begins */
  constructor(
    pattern: Pattern,
    nfa: ApproxNfa,
    inject: boolean,
    bound: number,
    meter: ApproxMeter,
    cacheBytes: number,
  ) {
    this.pattern = pattern
    this.inject = inject
    this.bound = bound
    this.meter = meter
    this.cacheBytes = cacheBytes
    this.closure = new Closure(pattern, nfa, bound, meter)
    this.classes = pattern.alphabet.classes
    this.table = int32s(this.classes * 16)
    this.costs = float64s(this.classes * 16)
  }

  /** Memory that it takes, about. */
  get bytes(): number {
    const { sets, classes } = this
    return (
      sets.bytes + sets.list.length * classes * BYTES_PER_ENTRY + this.closure.labels.size * BYTES_PER_LABEL
    )
  }

  private rowOf(pairs: Pairs, kind: number): number {
    const near = pairs.length === 0 ? 0 : kind
    const row = (this.sets.add(pairs, near) + 1) * this.classes
    if (pairs.length === 0) this.dead = row
    this.table = grown(this.table, row + this.classes)
    this.costs = grown(this.costs, row + this.classes)
    return row
  }

  private pairsAt(row: number): Pairs {
    return this.sets.at(row / this.classes - 1).pairs
  }

  private nearAt(row: number): number {
    return this.sets.at(row / this.classes - 1).near
  }

  /** Empties a full cache, but for one set, whose new row is returned. */
  private makeRoom(row: number): number {
    if (this.bytes <= this.cacheBytes) return row
    this.meter.resets++
    const near = this.nearAt(row)
    const pairs = this.closure.forget(this.pairsAt(row))
    this.sets.clear()
    this.ends.clear()
    this.starts.length = 0
    this.dead = -1
    this.table.fill(UNKNOWN)
    return this.rowOf(pairs, near)
  }

  /** A transition of a row is to be computed: whether patience is over. */
  private loses(row: number): boolean {
    this.patience -= 1 + (this.pairsAt(row).length >> PAIRS_PER_TRANSITION)
    return this.patience < 0
  }

  /** The transition of a row on a class, computed. */
  private fill(row: number, symbol: number): number {
    const { closure } = this
    const { kind } = this.pattern.alphabet
    const far = kind[symbol]!
    const pairs = closure.resolved(this.pairsAt(row), this.nearAt(row), far)
    const cost = closure.accepted(pairs)
    const next = this.rowOf(closure.after(pairs, symbol, this.inject), far)
    this.table[row + symbol] = cost < 0 ? next : -next
    this.costs[row + symbol] = cost
    return this.table[row + symbol]!
  }

  /** The cheapest acceptance where the text ends, `far` being the kind of what stands there; -1: none. */
  private endCost(row: number, far: number): number {
    const { closure, ends } = this
    const key = row * 8 + far
    let cost = ends.get(key)
    if (cost === undefined) {
      cost = closure.accepted(closure.resolved(this.pairsAt(row), this.nearAt(row), far))
      ends.set(key, cost)
    }
    return cost
  }

  /** The row in which a walk begins, after a character of kind `near`. */
  begin(near: number): number {
    const kind = this.pattern.asserts ? near : 0
    return (this.starts[kind] ??= this.rowOf(this.closure.start(), kind))
  }

  /** This automaton's row for a set of another one with a higher bound. */
  beginAs(other: ApproxDfa): number {
    const pairs = this.closure.adopted(other.pairsAt(other.row), other.closure.labels)
    return this.rowOf(pairs, other.nearAt(other.row))
  }

  /**
   * Walks backward from `at` in `row`, noting in `seen` every place where a match at the bound begins, until one
   * begins for less (false: `cheaper` and `place` tell), or to `from` (true). Places are UTF-8 boundaries. It stops
   * sooner (true, `row` and `place` tell) when `patience` falls below 0.
   *
   * @param far kind of what stands before `from`
   */
  backward(text: Uint8Array, at: number, from: number, row: number, far: number): boolean {
    const { alphabet } = this.pattern
    const { low, bytes } = alphabet
    const limit = bytes ? 256 : 128
    let { table } = this
    while (at > from) {
      const byte = text[at - 1]!
      let symbol: number
      let width = 1
      if (byte < limit) symbol = low[byte]!
      else {
        const unit = unitBefore(alphabet, text, at, from)
        symbol = unit >> UNIT_SHIFT
        width = unit & UNIT_WIDTH
      }
      let next = table[row + symbol]!
      if (next <= 0) {
        if (next === UNKNOWN) {
          if (this.loses(row)) {
            this.row = row
            this.place = at
            return true
          }
          row = this.makeRoom(row)
          next = this.fill(row, symbol)
          ;({ table } = this)
        }
        if (next < 0) {
          next = -next
          if (this.costs[row + symbol]! < this.bound) {
            this.cheaper = this.costs[row + symbol]!
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
    this.trail?.note(at, this.bound)
  }

  /**
   * Walks forward from `at` in `row` and returns the last place where a match ends, or -1; `place` is how far it had to
   * read. It gives up when `patience` falls below 0.
   *
   * @param first stop at the first such place
   * @param far kind of what stands at `to`
   */
  forward(text: Uint8Array, at: number, to: number, row: number, far: number, first: boolean): number {
    const { alphabet } = this.pattern
    const { low, bytes } = alphabet
    const limit = bytes ? 256 : 128
    const origin = at
    let { table } = this
    let last = -1
    while (at < to) {
      const byte = text[at]!
      let symbol: number
      let width = 1
      if (byte < limit) symbol = low[byte]!
      else {
        const unit = unitAt(alphabet, text, at, to)
        symbol = unit >> UNIT_SHIFT
        width = unit & UNIT_WIDTH
      }
      let next = table[row + symbol]!
      if (next <= 0) {
        if (next === UNKNOWN) {
          if (this.loses(row)) break
          row = this.makeRoom(row)
          next = this.fill(row, symbol)
          ;({ table } = this)
        }
        if (next < 0) {
          next = -next
          last = at
          if (first) break
        }
      }
      row = next
      if (row === this.dead) break
      at += width
    }
    this.place = at
    this.meter.spend(at - origin)
    if (at >= to && this.endCost(row, far) >= 0) last = at
    return last
  }
}
