/** Work that walks the elements of a range in order and may stop at any of them. */
import type { Tree } from '../array/tree.ts'
import { Walk } from '../array/walk.ts'
import type { Job } from '../job.ts'
import { Reply } from '../resp/reply.ts'
import type { Ends } from './search.ts'

/** What looking at an element costs, and at a slice. */
const ELEMENT = 64

/** Walks the elements of a range on the live array or a snapshot of it. */
export abstract class RangeJob implements Job {
  work = 0
  protected readonly walk: Walk
  protected readonly body = new Reply()
  private snapshot: Tree | null = null
  /** Which offsets of the slice are still to be looked at: none. */
  private from = 1
  private to = 0

  constructor(tree: Tree, { aHi, aLo, bHi, bLo }: Ends) {
    this.walk = new Walk(tree, aHi, aLo, bHi, bLo)
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

  detach(): void {
    this.snapshot ??= this.walk.tree = this.walk.tree.snapshot()
  }

  close(): void {
    this.snapshot?.release()
    this.snapshot = null
  }

  abstract reply(out: Reply): void

  /** Deals with an element; returns what it cost beside looking at it, -1 when no more elements are wanted. */
  protected abstract element(hi: number, lo: number, address: number): number
}
