/** ARSCAN and ARGETRANGE: elements, or places, of a range in order. */
import { compare } from '../array/index64.ts'
import type { Tree } from '../array/tree.ts'
import { Walk } from '../array/walk.ts'
import type { Job } from '../job.ts'
import { Reply } from '../resp/reply.ts'
import type { Ends } from './search.ts'

const ELEMENT = 64

/** Walks the elements of a range on the live array or a snapshot of it. */
abstract class RangeJob implements Job {
  protected readonly walk: Walk
  protected readonly body = new Reply()
  work = 0
  private snapshot: Tree | null = null

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
      if (!walk.next()) return true
      space.refresh()
      const count = slices.elements(walk.slice, walk.from, walk.to)
      this.work += ELEMENT * count + ELEMENT
      for (let i = 0; i < count; i++) {
        const k = walk.reverse ? count - 1 - i : i
        if (!this.element(walk.baseHi, walk.baseLo + slices.offsets[k]!, slices.addresses[k]!)) return true
      }
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

  /** False when no more elements are wanted. */
  protected abstract element(hi: number, lo: number, address: number): boolean
}

export { RangeJob }

export class ScanJob extends RangeJob {
  private readonly limit: number
  private found = 0

  constructor(tree: Tree, ends: Ends, limit: number, protocol: number) {
    super(tree, ends)
    this.limit = limit
    this.body.protocol = protocol
  }

  reply(out: Reply): void {
    out.array(this.found)
    out.append(this.body)
  }

  protected element(hi: number, lo: number, address: number): boolean {
    this.body.array(2)
    this.body.index(hi, lo)
    this.body.value(this.walk.tree.store.space, address)
    return ++this.found < this.limit
  }
}

/** Every place of a range that is not longer than 2^32, holes as nil. */
export class RangeReplyJob extends RangeJob {
  private readonly places: number
  private readonly ends: Ends
  private written = 0

  constructor(tree: Tree, ends: Ends, places: number, protocol: number) {
    super(tree, ends)
    this.ends = ends
    this.places = places
    this.body.protocol = protocol
  }

  reply(out: Reply): void {
    this.fill(this.places)
    out.array(this.places)
    out.append(this.body)
  }

  protected element(hi: number, lo: number, address: number): boolean {
    const { aHi, aLo } = this.ends
    const distance = Math.abs(compare(hi, lo, aHi, aLo) === 0 ? 0 : (hi - aHi) * 2 ** 32 + (lo - aLo))
    this.fill(distance)
    this.body.value(this.walk.tree.store.space, address)
    this.written++
    return true
  }

  private fill(until: number): void {
    for (; this.written < until; this.written++) this.body.nil()
  }
}
