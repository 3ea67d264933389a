/**
 * The slices of a range, one after the other, in either direction.
 *
 * `tree` may be exchanged for a snapshot of it between two calls, as long as nothing was written before the snapshot
 * was taken: then all places are the same. That is how a long search begins on the live array and goes on over a
 * snapshot only when it has to let others in between.
 */
import { compare } from './index64.ts'
import type { Tree } from './tree.ts'

export class Walk {
  tree: Tree
  readonly reverse: boolean
  /** The current slice, the index of its first place, and which of its offsets lie in the range. */
  slice = 0
  baseHi = 0
  baseLo = 0
  from = 0
  to = 0
  private readonly lowHi: number
  private readonly lowLo: number
  private readonly highHi: number
  private readonly highLo: number
  private block: number
  private i = -1

  /** From one index to another, both included; downwards when the first is the larger. */
  constructor(tree: Tree, aHi: number, aLo: number, bHi: number, bLo: number) {
    this.tree = tree
    const { directories } = tree.store
    this.reverse = compare(aHi, aLo, bHi, bLo) > 0
    this.lowHi = this.reverse ? bHi : aHi
    this.lowLo = this.reverse ? bLo : aLo
    this.highHi = this.reverse ? aHi : bHi
    this.highLo = this.reverse ? aLo : bLo
    const number = tree.blockNumber(aHi, aLo)
    this.block = tree.lowerBound(number)
    const found = this.block < tree.blockCount && tree.numbers[this.block] === number
    if (found) {
      const block = tree.blocks[this.block]!
      const slot = tree.slotOf(aLo)
      this.i = directories.lowerSlot(block, slot)
      if (
        this.reverse &&
        (this.i === directories.slicesIn(block) || directories.slotAt(block, this.i) > slot)
      )
        this.i--
    } else if (this.reverse) this.block--
    if (this.reverse && this.i < 0) {
      if (found) this.block--
      this.i = this.block >= 0 ? directories.slicesIn(tree.blocks[this.block]!) - 1 : -1
    } else if (!this.reverse && this.i < 0) this.i = 0
  }

  /** Goes to the next slice that has elements in the range; false at the end. */
  next(): boolean {
    const { tree } = this
    const { slices, directories } = tree.store
    for (;;) {
      if (this.block < 0 || this.block >= tree.blockCount) return false
      const block = tree.blocks[this.block]!
      if (this.i >= directories.slicesIn(block)) {
        this.block++
        this.i = 0
        continue
      }
      if (this.i < 0) {
        if (--this.block >= 0) this.i = directories.slicesIn(tree.blocks[this.block]!) - 1
        continue
      }
      const { hi, lo } = tree.baseOf(tree.numbers[this.block]!, directories.slotAt(block, this.i))
      const top = lo + slices.size - 1
      if (compare(hi, lo, this.highHi, this.highLo) > 0 && !this.reverse) return false
      if (compare(hi, top, this.lowHi, this.lowLo) < 0 && this.reverse) return false
      this.slice = directories.sliceAt(block, this.i)
      this.baseHi = hi
      this.baseLo = lo
      this.from = compare(hi, lo, this.lowHi, this.lowLo) < 0 ? this.lowLo - lo : 0
      this.to = compare(hi, top, this.highHi, this.highLo) > 0 ? this.highLo - lo : slices.size - 1
      this.i += this.reverse ? -1 : 1
      return true
    }
  }
}
