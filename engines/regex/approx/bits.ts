/** Searches with rows of bits (`rows.ts`): the same questions that `lazy.ts` answers with sets. */
// oxlint-disable typescript/no-non-null-assertion -- indices bounded by construction
import { decodeAt } from '../automaton/context.ts'
import { classOf, widthOf } from '../captures/alphabet.ts'
import type { Alphabet } from '../captures/alphabet.ts'
import type { Pattern } from './automaton.ts'
import { widthBefore } from './characters.ts'
import { CHUNK, RowKernel } from './kernel.ts'
import { Positions } from './positions.ts'
import { Rows } from './rows.ts'
import type { RowSettings } from './rows.ts'
import { COST, DELETE, ERRORS, INSERT, SUBSTITUTE } from './settings.ts'

const MOST_POSITIONS = 255
/** More rows are not worth it. */
const MOST_COST = 64

export class BitSearch {
  /** The last place at which a match of the least cost begins; -1: none. */
  seen = -1
  cost = -1
  /** How far `longest` had to read. */
  place = 0
  readonly settings: RowSettings
  /** For walks forward from where a match begins. */
  readonly ahead: Rows
  private readonly alphabet: Alphabet
  private readonly rows: Rows
  private readonly kernel: RowKernel | null
  private readonly places: Int32Array

  private constructor(pattern: Pattern, settings: RowSettings) {
    this.alphabet = pattern.alphabet
    this.kernel = RowKernel.build(pattern, settings)
    this.places = new Int32Array(this.kernel ? CHUNK : 0)
    this.settings = settings
    this.rows = new Rows(settings, settings.positions.backward, true)
    this.ahead = new Rows(settings, settings.positions.forward, false)
  }

  /** Null where the pattern or its settings are not made for it. */
  static build(pattern: Pattern): BitSearch | null {
    const [region] = pattern.regions
    if (!region || !region.open || pattern.regions.length > 1 || pattern.asserts) return null
    const { limits } = region
    const allowed = [INSERT, DELETE, SUBSTITUTE].filter((op) => limits[op] !== 0)
    if (allowed.some((op) => region.costs[op] === 0) || limits[ERRORS] !== Infinity) return null
    // A limit that the one on the cost makes superfluous is none.
    if (allowed.some((op) => limits[op]! < Math.floor(limits[COST]! / region.costs[op]!))) return null
    const positions = Positions.build(pattern, MOST_POSITIONS)
    if (!positions) return null
    const costs = region.costs.map((cost, op) => (allowed.includes(op) ? cost : Infinity))
    // To delete all of the pattern is always possible, where deletions are.
    const all = positions.count * costs[DELETE]!
    const most = Math.min(limits[COST]!, Number.isNaN(all) ? 0 : all)
    return most > MOST_COST ? null : new BitSearch(pattern, { positions, most, costs })
  }

  /** A new search. */
  begin(): void {
    this.seen = -1
    this.cost = this.settings.most
  }

  /**
   * Walks backward from `at` to `from` and leaves in `seen` and `cost` the best of all walks since `begin`; `trail` as
   * in `LazyDfa`.
   *
   * @param any stop at the first match of any cost
   */
  backward(text: Uint8Array, at: number, from: number, trail: number[] | null, any = false): void {
    if (this.kernel) this.byKernel(this.kernel, text, at, from, trail, any)
    else this.byRows(text, at, from, trail, any)
  }

  private note(
    walk: { accepts(cost: number): boolean; limit(most: number): void },
    at: number,
    trail: number[] | null,
  ): void {
    if (this.cost > 0 && walk.accepts(this.cost - 1)) {
      while (this.cost > 0 && walk.accepts(this.cost - 1)) this.cost--
      walk.limit(this.cost)
    }
    this.seen = at
    trail?.push(at, this.cost)
  }

  private byKernel(
    kernel: RowKernel,
    text: Uint8Array,
    to: number,
    from: number,
    trail: number[] | null,
    any: boolean,
  ): void {
    const { alphabet, places } = this
    const limit = alphabet.bytes ? 256 : 128
    kernel.limit(this.cost)
    kernel.begin()
    const { window } = kernel
    if (kernel.accepts(this.cost)) this.note(kernel, to, trail)
    if (any && this.seen >= 0) return
    let at = to
    while (at > from) {
      let count = 0
      while (count < CHUNK && at > from) {
        const byte = text[at - 1]!
        if (byte < limit) {
          window[count] = alphabet.low[byte]! << 4
          at--
        } else {
          const end = at
          at -= widthBefore(text, at, from)
          window[count] = classOf(alphabet, decodeAt(text, at, end)) << 4
        }
        places[count++] = at
      }
      for (let read = kernel.next(0, count); read >= 0; read = kernel.next(read, count)) {
        this.note(kernel, places[read - 1]!, trail)
        if (any) return
      }
    }
  }

  private byRows(text: Uint8Array, to: number, from: number, trail: number[] | null, any: boolean): void {
    const { rows } = this
    rows.begin(this.cost)
    for (let at = to; ;) {
      if (rows.accepts(this.cost)) this.note(rows, at, trail)
      if (at <= from || (any && this.seen >= 0)) return
      at = this.back(rows, text, at, from)
    }
  }

  /** The last place where a match ends that begins at `at` and costs no more than `cost`. */
  longest(text: Uint8Array, at: number, cost: number): number {
    const { ahead } = this
    let last = -1
    ahead.begin(cost)
    for (;;) {
      if (ahead.accepts(cost)) last = at
      this.place = at
      if (at >= text.length || ahead.dead) return last
      at = this.forth(ahead, text, at)
    }
  }

  /** Reads the character that ends at `at`, no byte before `from`, and says where it begins. */
  back(rows: Rows, text: Uint8Array, at: number, from: number): number {
    const { alphabet } = this
    const byte = text[at - 1]!
    if (byte < (alphabet.bytes ? 256 : 128)) {
      rows.step(alphabet.low[byte]!)
      return at - 1
    }
    const start = at - widthBefore(text, at, from)
    rows.step(classOf(alphabet, decodeAt(text, start, at)))
    return start
  }

  /** Reads the character that begins at `at` and says where it ends. */
  forth(rows: Rows, text: Uint8Array, at: number): number {
    const { alphabet } = this
    if (alphabet.bytes) {
      rows.step(alphabet.low[text[at]!]!)
      return at + 1
    }
    const code = decodeAt(text, at, text.length)
    rows.step(classOf(alphabet, code))
    return at + widthOf(code)
  }
}
