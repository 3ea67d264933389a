/**
 * How a slice changes: elements come and go, and it takes the form that is smallest then (layout.ts says which).
 *
 * Functions that may move a slice return where it is now.
 */
import { DENSE, FIRST_AT, HEADER, KIND_AT, Layout, PACKED, REFS, SPARSE, WIDE } from './layout.ts'
import { EMPTY } from './word.ts'

export class Slices extends Layout {
  /** Where `place` leaves the address of the word. */
  at = 0

  /** An empty slice, held once. */
  create(): number {
    const slice = this.space.allocate(HEADER + 10)
    const at = slice >> 2
    const { u32 } = this.space
    u32[at] = 1 | (SPARSE << KIND_AT)
    u32[at + 1] = 0
    u32[at + 2] = 1
    u32[at + 3] = 0
    return slice
  }

  /** Makes room for an element; its word is at `this.at`, EMPTY when there was none. Returns the slice. */
  place(slice: number, offset: number): number {
    this.space.looks += 1
    const kind = this.kindOf(slice)
    if (kind === DENSE) return this.placeDense(slice, offset)
    return kind === PACKED ? this.placePacked(slice, offset) : this.placeSparse(slice, offset)
  }

  /** Takes out an element that is there. Returns the slice, or 0 when that was its last element and it is freed. */
  remove(slice: number, offset: number): number {
    const { u32 } = this.space
    const at = slice >> 2
    const count = u32[at + 1]! - 1
    if (count === 0) {
      this.space.free(slice)
      return 0
    }
    const kind = this.kindOf(slice)
    if (kind === DENSE) {
      const address = (slice + HEADER + 8 * (offset - (u32[at]! >>> FIRST_AT))) >> 2
      u32[address] = EMPTY
      u32[address + 1] = 0
    } else if (kind === PACKED) {
      this.close(this.wordsOf(slice, PACKED), this.rank(slice, offset), count, 8)
      const bits = at + 4 + (offset >>> 5)
      u32[bits] = u32[bits]! & ~(1 << (offset & 31))
      this.shiftRanks(slice, offset, -1)
    } else {
      const i = this.search(slice, offset)
      this.close(slice + HEADER, i, count, 8)
      this.close(this.sparseOffsets(slice), i, count, 2)
    }
    u32[at + 1] = count
    return this.shrink(slice)
  }

  /** A copy of header and words, held once; its text record is still the other's. */
  copy(slice: number): number {
    const { space } = this
    const bytes = space.capacityOf(slice)
    const copy = space.allocate(bytes)
    space.u8.copyWithin(copy, slice, slice + bytes)
    const { u32 } = space
    u32[copy >> 2] = (u32[copy >> 2]! & ~REFS) | 1
    return copy
  }

  private placeDense(slice: number, offset: number): number {
    const { u32 } = this.space
    const at = slice >> 2
    const first = u32[at]! >>> FIRST_AT
    const capacity = u32[at + 2]!
    const i = offset - first
    if (i >= 0 && i < capacity) {
      this.at = slice + HEADER + 8 * i
      if (u32[this.at >> 2] === EMPTY) u32[at + 1] = u32[at + 1]! + 1
      return slice
    }
    const count = u32[at + 1]! + 1
    const low = Math.min(this.lowest(slice), offset)
    const high = Math.max(this.highest(slice), offset)
    const span = high - low + 1
    if (8 * span <= 1.25 * Math.min(this.packedBytes(count), this.sparseBytes(count))) {
      const slack = 1 + (span >> 3)
      const from = offset < first ? Math.max(0, low - slack) : low
      const to = offset < first ? high + 1 : Math.min(this.size, high + 1 + slack)
      return this.place(this.rebuild(slice, DENSE, to - from, from), offset)
    }
    return this.place(this.rebuild(slice, count > this.sparseMost ? PACKED : SPARSE, grown(count), 0), offset)
  }

  private placePacked(slice: number, offset: number): number {
    const { u32, u8 } = this.space
    const at = slice >> 2
    const bits = at + 4 + (offset >>> 5)
    const i = this.rank(slice, offset)
    const bit = 1 << (offset & 31)
    this.at = this.wordsOf(slice, PACKED) + 8 * i
    if ((u32[bits]! & bit) !== 0) return slice
    const count = u32[at + 1]!
    if (count === u32[at + 2]!) return this.place(this.regrow(slice, offset), offset)
    u8.copyWithin(this.at + 8, this.at, this.at + 8 * (count - i))
    this.space.moved += 8 * (count - i)
    u32[this.at >> 2] = EMPTY
    u32[(this.at >> 2) + 1] = 0
    u32[bits] = u32[bits]! | bit
    this.shiftRanks(slice, offset, 1)
    u32[at + 1] = count + 1
    return slice
  }

  private placeSparse(slice: number, offset: number): number {
    const { u32, u16, u8 } = this.space
    const at = slice >> 2
    const count = u32[at + 1]!
    const i = this.search(slice, offset)
    this.at = slice + HEADER + 8 * i
    if (i < count && this.offsetAt(slice, i) === offset) return slice
    if (count === u32[at + 2]!) return this.place(this.regrow(slice, offset), offset)
    u8.copyWithin(this.at + 8, this.at, this.at + 8 * (count - i))
    this.space.moved += 10 * (count - i)
    u32[this.at >> 2] = EMPTY
    u32[(this.at >> 2) + 1] = 0
    const offsets = this.sparseOffsets(slice)
    u8.copyWithin(offsets + 2 * i + 2, offsets + 2 * i, offsets + 2 * count)
    u16[(offsets >> 1) + i] = offset
    u32[at + 1] = count + 1
    return slice
  }

  /** The slice with room for one more element at this offset, in the form that suits it. */
  private regrow(slice: number, offset: number): number {
    const count = this.countOf(slice) + 1
    if (count > 1) {
      const low = Math.min(this.lowest(slice), offset)
      const span = Math.max(this.highest(slice), offset) - low + 1
      if (8 * span <= Math.min(this.packedBytes(count), this.sparseBytes(count))) {
        return this.rebuild(slice, DENSE, Math.min(this.size - low, span + (span >> 3)), low)
      }
    }
    return this.rebuild(slice, count > this.sparseMost ? PACKED : SPARSE, grown(count), 0)
  }

  private shrink(slice: number): number {
    const count = this.countOf(slice)
    const capacity = this.capacityOf(slice)
    const kind = this.kindOf(slice)
    const least = Math.min(this.packedBytes(count), this.sparseBytes(count))
    if (kind === DENSE) {
      if (8 * capacity <= 1.5 * least + 64) return slice
      const low = this.lowest(slice)
      const span = this.highest(slice) - low + 1
      if (8 * span <= least) return this.smaller(slice, DENSE, span, low)
    } else if (kind === PACKED ? count > (this.sparseMost * 3) / 4 : true) {
      if (count > capacity * 0.75 - 8) return slice
    }
    const form = count > (this.sparseMost * 3) / 4 && kind !== SPARSE ? PACKED : SPARSE
    return this.smaller(slice, form, count, 0)
  }

  /** Giving back can wait where there is no room to do it. */
  private smaller(slice: number, kind: number, capacity: number, first: number): number {
    if (!this.space.reserve(HEADER + this.payload(kind, capacity))) return slice
    return this.rebuild(slice, kind, capacity, first)
  }

  private rebuild(slice: number, kind: number, capacity: number, first: number): number {
    const { space } = this
    const count = this.elements(slice)
    space.rebuilt += 1
    space.moved += 8 * count
    const made = space.allocate(HEADER + this.payload(kind, capacity))
    const { u32, u16 } = space
    const from = slice >> 2
    const to = made >> 2
    u32[to] = (u32[from]! & (REFS | WIDE)) | (kind << KIND_AT) | (first << FIRST_AT)
    u32[to + 1] = count
    u32[to + 2] = capacity
    u32[to + 3] = u32[from + 3]!
    const words = this.wordsOf(made, kind) >> 2
    if (kind === DENSE) u32.fill(0, words, words + 2 * capacity)
    if (kind === PACKED) u32.fill(0, to + 4, words)
    const { offsets, addresses } = this
    const sparse = this.sparseOffsets(made) >> 1
    for (let i = 0; i < count; i++) {
      const offset = offsets[i]!
      const target = words + 2 * (kind === DENSE ? offset - first : i)
      const source = addresses[i]! >> 2
      u32[target] = u32[source]!
      u32[target + 1] = u32[source + 1]!
      if (kind === SPARSE) u16[sparse + i] = offset
      else if (kind === PACKED) u32[to + 4 + (offset >>> 5)]! |= 1 << (offset & 31)
    }
    if (kind === PACKED) this.rankAll(made)
    space.free(slice)
    return made
  }

  private close(base: number, i: number, left: number, width: number): void {
    this.space.moved += width * (left - i)
    this.space.u8.copyWithin(base + width * i, base + width * (i + 1), base + width * (left + 1))
  }
}

const grown = (count: number): number => count + (count >> 3)
