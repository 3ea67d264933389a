/**
 * The longest match from given places, by bits, without reading far past any of them.
 *
 * A walk forward goes on while something could become of it, which may be to the end of the text although nothing does.
 * Laid over the rows of a walk backward, which say what can be read from here to some end, its own rows tell whether
 * another end is still to come: some position that follows what was read at cost c must be one that can be read on from
 * at what is left of the cost. So every walk stops behind its match.
 *
 * The rows backward are kept for a block of the text at a time; a first walk leaves the rows at the end of every block.
 * Blocks are asked for from left to right, so the text is read backward twice in all.
 *
 * Worth (`npm run regex:paths`, live): 13 to 19 times `ends.ts` for a gene and perhaps another behind.
 */
import { Rows } from './rows.ts'
import type { BitSearch } from './bits.ts'
import type { ApproxMeter } from './meter.ts'

/** Bytes of text. */
const BLOCK = 2048

interface Border {
  readonly at: number
  readonly rows: Int32Array
}

/** The rows at the places from `from` to before `to`. */
interface Block {
  readonly from: number
  readonly to: number
  readonly rows: Int32Array
}

export class LiveWalk {
  private readonly bits: BitSearch
  private readonly meter: ApproxMeter
  private readonly text: Uint8Array
  private readonly from: number
  private readonly most: number
  private readonly rows: Rows
  /** By level: `RowPlan.pairs`. */
  private readonly pairs: Int32Array[] = []
  /** From right to left. */
  private readonly borders: Border[] = []
  /** The block at hand and the one before: a walk may read a little into the next one. */
  private block: Block | null = null
  private other: Block | null = null

  /**
   * @param from where the first match to be asked for begins, at the least
   * @param most the highest level that will be asked for
   */
  constructor(bits: BitSearch, text: Uint8Array, from: number, most: number, meter: ApproxMeter) {
    this.bits = bits
    this.text = text
    this.from = from
    this.most = most
    this.meter = meter
    this.rows = new Rows(bits.plan, bits.plan.positions.backward, true)
    this.rows.begin(most)
    for (let at = text.length; ;) {
      const border = { at, rows: new Int32Array(this.rows.size(most)) }
      this.rows.store(border.rows, 0)
      this.borders.push(border)
      if (at <= from) break
      const end = at
      while (at > from && end - at < BLOCK) at = bits.back(this.rows, text, at, from)
      meter.spend(end - at)
    }
  }

  private blockAt(at: number): Block {
    const { block, other } = this
    if (block && block.from <= at && at < block.to) return block
    this.other = block
    if (other && other.from <= at && at < other.to) return (this.block = other)
    let [low, high] = [1, this.borders.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.borders[middle]!.at <= at) high = middle
      else low = middle + 1
    }
    return (this.block = this.fill(this.borders[low - 1]!, this.borders[low]!.at))
  }

  private fill({ at: to, rows: last }: Border, from: number): Block {
    const { rows, meter, most } = this
    const size = rows.size(most)
    const stored = new Int32Array((to - from) * size)
    rows.load(last, most)
    for (let at = to; at > from;) {
      at = this.bits.back(rows, this.text, at, this.from)
      rows.store(stored, (at - from) * size)
    }
    meter.spend(to - from)
    return { from, to, rows: stored }
  }

  /** The last place where a match ends that begins at `at` and costs no more than `cost`. */
  longest(at: number, cost: number): number {
    const { text, bits } = this
    const { ahead } = bits
    const level = bits.plan.levelOf(cost)
    const origin = at
    let last = -1
    ahead.begin(level)
    for (;;) {
      if (ahead.accepts(level)) last = at
      if (at >= text.length || !this.goesOn(at, level)) break
      at = bits.forth(ahead, text, at)
    }
    this.meter.spend(at - origin)
    return last
  }

  /** Whether a match ends here or further on, or at least one ends here. */
  private goesOn(at: number, level: number): boolean {
    const { ahead, plan } = this.bits
    if (ahead.extends(level)) return true
    const { from, rows } = this.blockAt(at)
    const pairs = (this.pairs[level] ??= plan.pairs(level))
    return ahead.meets(rows, (at - from) * this.rows.size(this.most), pairs)
  }
}
