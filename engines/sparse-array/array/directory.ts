/**
 * A directory: which of 2,048 neighbouring slices there are, and where.
 *
 *     block    | refs : 4 | slices : 4 | capacity : 4 | elements : 4 | slices : 4 x capacity | slots : 2 x capacity |
 *
 * It holds only slices that exist, ascending by slot. `elements` is the sum of what its slices hold, so that a whole
 * directory can be dropped without looking into it.
 */
import type { Space } from '../space/space.ts'

export const SLOT_BITS = 11
export const SLOTS = 1 << SLOT_BITS
const HEADER = 16
const COUNT = 1
const CAPACITY = 2
const ELEMENTS = 3

export class Directories {
  private readonly space: Space

  constructor(space: Space) {
    this.space = space
  }

  /** An empty directory, held once. */
  create(): number {
    const block = this.space.allocate(HEADER + 6)
    const at = block >> 2
    const { u32 } = this.space
    u32[at] = 1
    u32[at + COUNT] = 0
    u32[at + CAPACITY] = 1
    u32[at + ELEMENTS] = 0
    return block
  }

  /** A copy, held once; its slices are the other's. */
  copy(block: number): number {
    const { space } = this
    const bytes = space.capacityOf(block)
    const copy = space.allocate(bytes)
    space.u8.copyWithin(copy, block, block + bytes)
    space.u32[copy >> 2] = 1
    return copy
  }

  refsOf(block: number): number {
    return this.space.u32[block >> 2]!
  }
  addRefs(block: number, by: number): void {
    const { u32 } = this.space
    u32[block >> 2] = u32[block >> 2]! + by
  }
  slicesIn(block: number): number {
    return this.space.u32[(block >> 2) + COUNT]!
  }
  /** Cuts the directory off behind its first `count` slices. */
  truncate(block: number, count: number): void {
    this.space.u32[(block >> 2) + COUNT] = count
  }
  elementsIn(block: number): number {
    return this.space.u32[(block >> 2) + ELEMENTS]!
  }
  addElements(block: number, by: number): void {
    const { u32 } = this.space
    u32[(block >> 2) + ELEMENTS] = u32[(block >> 2) + ELEMENTS]! + by
  }
  sliceAt(block: number, i: number): number {
    return this.space.u32[((block + HEADER) >> 2) + i]!
  }
  setSlice(block: number, i: number, slice: number): void {
    this.space.u32[((block + HEADER) >> 2) + i] = slice
  }
  slotAt(block: number, i: number): number {
    return this.space.u16[(this.slots(block) >> 1) + i]!
  }
  setSlot(block: number, i: number, slot: number): void {
    this.space.u16[(this.slots(block) >> 1) + i] = slot
  }

  /** Position of the first slice with at least this slot. */
  lowerSlot(block: number, slot: number): number {
    const { u16 } = this.space
    const base = this.slots(block) >> 1
    let low = 0
    let high = this.slicesIn(block)
    if (high === 0 || u16[base + high - 1]! < slot) return high
    // Neighbours without holes are the common case.
    const guess = slot - u16[base]!
    if (guess >= 0 && guess < high && u16[base + guess] === slot) return guess
    while (low < high) {
      const middle = (low + high) >>> 1
      if (u16[base + middle]! < slot) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Position of the slice with this slot, -1 when there is none. */
  find(block: number, slot: number): number {
    const i = this.lowerSlot(block, slot)
    return i < this.slicesIn(block) && this.slotAt(block, i) === slot ? i : -1
  }

  /** The directory with room for one slice more: itself, or a wider one in its place. */
  widened(block: number): number {
    const { space } = this
    const n = this.slicesIn(block)
    if (n < space.u32[(block >> 2) + CAPACITY]!) return block
    const capacity = Math.min(SLOTS, n + 1 + (n >> 3))
    const wider = space.allocate(HEADER + 6 * capacity)
    const { u8, u32 } = space
    u8.copyWithin(wider, block, block + HEADER + 4 * n)
    const slots = block + HEADER + 4 * n
    u8.copyWithin(wider + HEADER + 4 * capacity, slots, slots + 2 * n)
    u32[(wider >> 2) + CAPACITY] = capacity
    space.free(block)
    return wider
  }

  /** Puts a slice at position i; there is room. */
  insert(block: number, i: number, slot: number, slice: number): void {
    const { u8 } = this.space
    const n = this.slicesIn(block)
    const slices = block + HEADER
    u8.copyWithin(slices + 4 * i + 4, slices + 4 * i, slices + 4 * n)
    const slots = this.slots(block)
    u8.copyWithin(slots + 2 * i + 2, slots + 2 * i, slots + 2 * n)
    this.truncate(block, n + 1)
    this.setSlice(block, i, slice)
    this.setSlot(block, i, slot)
  }

  /** Takes the slice at position i out. */
  remove(block: number, i: number): void {
    const { u8 } = this.space
    const n = this.slicesIn(block) - 1
    const slices = block + HEADER
    u8.copyWithin(slices + 4 * i, slices + 4 * i + 4, slices + 4 * n + 4)
    const slots = this.slots(block)
    u8.copyWithin(slots + 2 * i, slots + 2 * i + 2, slots + 2 * n + 2)
    this.truncate(block, n)
  }

  private slots(block: number): number {
    return block + HEADER + 4 * this.space.u32[(block >> 2) + CAPACITY]!
  }
}
