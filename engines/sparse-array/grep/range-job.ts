/** Work that walks the elements of a range in order and may stop at any of them. */
import type { Tree } from '../array/tree.ts'
import { Walk } from '../array/walk.ts'
import { Reply } from '../resp/reply.ts'
import type { Ends } from './search.ts'
import { WalkJob } from './walk-job.ts'

/** What looking at an element costs, and at a slice. */
const ELEMENT = 64

/** Looks at the elements of a range. */
export abstract class RangeJob extends WalkJob {
  protected readonly body = new Reply()
  /** Which offsets of the slice are still to be looked at: none. */
  private from = 1
  private to = 0

  constructor(tree: Tree, { aHi, aLo, bHi, bLo }: Ends) {
    super(new Walk(tree, aHi, aLo, bHi, bLo))
  }

  get pending(): number {
    return this.body.length
  }

  step(units: number): boolean {
    const { walk } = this
    const { slices, space } = walk.tree.store
    const until = this.work + units
    while (this.work < until) {
      if (this.from > this.to) {
        if (!walk.next()) return true
        this.from = walk.from
        this.to = walk.to
        this.work += ELEMENT
      }
      space.refresh()
      const { offsets, addresses } = slices
      const count = slices.elements(walk.slice, this.from, this.to)
      let i = 0
      for (; i < count && this.work < until; i++) {
        const k = walk.reverse ? count - 1 - i : i
        const units = this.element(walk.baseHi, walk.baseLo + offsets[k]!, addresses[k]!)
        if (units < 0) return true
        this.work += ELEMENT + units
      }
      if (i === count) this.from = this.to + 1
      else if (walk.reverse) this.to = offsets[count - 1 - i]!
      else this.from = offsets[i]!
    }
    return false
  }

  /** Deals with an element; returns what it cost beside looking at it, -1 when no more elements are wanted. */
  protected abstract element(hi: number, lo: number, address: number): number
}
