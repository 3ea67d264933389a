/**
 * Searches with rows of bits (`rows.ts`): the same questions that `lazy.ts` answers with sets.
 *
 * Worth (`npm run regex:paths`, bits): 40 to 160 times sets for 64 letters of DNA with eight errors.
 */
import { isOpen } from '../foundation/paths.ts'
import { UNIT_SHIFT, UNIT_WIDTH, unitAt, unitBefore } from '../captures/alphabet.ts'
import type { Alphabet } from '../captures/alphabet.ts'
import type { Pattern } from './automaton.ts'
import { CHUNK } from './kernel.ts'
import { RowPlan } from './plan.ts'
import { RowKernel } from './row-kernel.ts'
import { Rows } from './rows.ts'
import type { CostTrail } from './trail.ts'

export class BitSearch {
  /** The last place at which a match of the least cost begins; -1: none. */
  seen = -1
  /** How far `longest` had to read. */
  place = 0
  readonly plan: RowPlan
  /** For walks forward from where a match begins. */
  readonly ahead: Rows
  private readonly alphabet: Alphabet
  private readonly rows: Rows
  private readonly kernel: RowKernel | null
  private readonly places: Int32Array
  /** Of the least cost. */
  private level = 0

  private constructor(pattern: Pattern, plan: RowPlan) {
    this.alphabet = pattern.alphabet
    this.kernel = isOpen('bit kernel') ? RowKernel.build(pattern, plan) : null
    this.places = new Int32Array(this.kernel ? CHUNK : 0)
    this.plan = plan
    this.rows = new Rows(plan, plan.positions.backward, true)
    this.ahead = new Rows(plan, plan.positions.forward, false)
  }

  /** Null where the pattern or its settings are not made for it. */
  static build(pattern: Pattern): BitSearch | null {
    const plan = RowPlan.build(pattern)
    return plan && new BitSearch(pattern, plan)
  }

  /** The cost of the match at `seen`. */
  get cost(): number {
    return this.plan.costs[this.level]!
  }

  /** A new search. */
  begin(): void {
    this.seen = -1
    this.level = this.plan.costs.length - 1
  }

  /**
   * Walks backward from `at` to `from` and leaves in `seen` and `cost` the best of all walks since `begin`; `trail` as
   * in `ApproxDfa`.
   *
   * @param any stop at the first match of any cost
   */
  backward(text: Uint8Array, at: number, from: number, trail: CostTrail | null, any = false): void {
    if (this.kernel) this.byKernel(this.kernel, text, at, from, trail, any)
    else this.byRows(text, at, from, trail, any)
  }

  private note(
    walk: { accepts(level: number): boolean; limit(most: number): void },
    at: number,
    trail: CostTrail | null,
  ): void {
    const before = this.level
    while (this.level > 0 && walk.accepts(this.level - 1)) this.level--
    if (this.level < before) walk.limit(this.level)
    this.seen = at
    trail?.note(at, this.cost)
  }

  private byKernel(
    kernel: RowKernel,
    text: Uint8Array,
    to: number,
    from: number,
    trail: CostTrail | null,
    any: boolean,
  ): void {
    const { alphabet, places } = this
    kernel.limit(this.level)
    kernel.begin()
    const { window } = kernel
    if (kernel.accepts(this.level)) this.note(kernel, to, trail)
    if (any && this.seen >= 0) return
    let at = to
    while (at > from) {
      let count = 0
      while (count < CHUNK && at > from) {
        const unit = unitBefore(alphabet, text, at, from)
        window[count] = (unit >> UNIT_SHIFT) << 4
        at -= unit & UNIT_WIDTH
        places[count++] = at
      }
      for (let read = kernel.next(0, count); read >= 0; read = kernel.next(read, count)) {
        this.note(kernel, places[read - 1]!, trail)
        if (any) return
      }
    }
  }

  private byRows(text: Uint8Array, to: number, from: number, trail: CostTrail | null, any: boolean): void {
    const { rows } = this
    rows.begin(this.level)
    for (let at = to; ;) {
      if (rows.accepts(this.level)) this.note(rows, at, trail)
      if (at <= from || (any && this.seen >= 0)) return
      at = this.back(rows, text, at, from)
    }
  }

  /** The last place where a match ends that begins at `at` and costs no more than `cost`. */
  longest(text: Uint8Array, at: number, cost: number): number {
    const { ahead } = this
    const level = this.plan.levelOf(cost)
    let last = -1
    ahead.begin(level)
    for (;;) {
      if (ahead.accepts(level)) last = at
      this.place = at
      if (at >= text.length || ahead.dead) return last
      at = this.forth(ahead, text, at)
    }
  }

  /** Reads the character that ends at `at`, no byte before `from`, and says where it begins. */
  back(rows: Rows, text: Uint8Array, at: number, from: number): number {
    const unit = unitBefore(this.alphabet, text, at, from)
    rows.step(unit >> UNIT_SHIFT)
    return at - (unit & UNIT_WIDTH)
  }

  /** Reads the character that begins at `at` and says where it ends. */
  forth(rows: Rows, text: Uint8Array, at: number): number {
    const unit = unitAt(this.alphabet, text, at)
    rows.step(unit >> UNIT_SHIFT)
    return at + (unit & UNIT_WIDTH)
  }
}
