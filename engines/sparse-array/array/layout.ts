/**
 * A slice: the elements of 4,096 neighbouring indices (256 to 65,536, as the array was made), in one block of memory.
 *
 *     header   | refs : 12, kind : 2, flag, first : 16 | count : 4 | capacity : 4 | text record : 4 |
 *     SPARSE   header | words : 8 x capacity | offsets, ascending : 2 x capacity |
 *     PACKED   header | bitmap : size / 8 | ranks : size / 32 | words : 8 x capacity |
 *     DENSE    header | words of the window first ... first + capacity, holes are EMPTY |
 *
 * A rank is the number of elements before a group of 64 offsets, so an element is found by one look at the bitmap, one
 * at the ranks and a count of bits. Whatever form takes the fewest bytes is chosen, but only when memory has to be
 * asked for or could be given back; n elements never take more than 12 n + 600 bytes:
 *
 * | form | bytes | from | to |
 * | --- | --- | --- | --- |
 * | sparse | 10 an element | first | more than size / 16 elements |
 * | packed | 8 an element + 5/32 an offset | more than that | the window takes no more |
 * | dense | 8 an offset of the window | the window takes no more than the other two | it takes 1.5 times as much, or 1.25 times when it has to grow |
 */
import type { Space } from '../space/space.ts'
import { EMPTY } from './word.ts'

export const SPARSE = 0
export const PACKED = 1
export const DENSE = 2

export const HEADER = 16
export const REFS = 0xfff
export const KIND_AT = 12
export const WIDE = 1 << 14
export const FIRST_AT = 16
/** Holders of a slice: its array, snapshots and copies. Its 12 bits count no more than 4,095. */
export const MOST_REFS = 4_000

/** Where things are in a slice. */
export class Layout {
  readonly bits: number
  readonly size: number
  /** Where `elements` leaves what it found: offsets in the slice and addresses of the words. */
  readonly offsets: Uint32Array
  readonly addresses: Uint32Array
  protected readonly space: Space
  protected readonly sparseMost: number
  protected readonly metaBytes: number
  private readonly rankAt: number

  /** `bits`: 8 to 16, the binary logarithm of the size. */
  constructor(space: Space, bits: number) {
    this.space = space
    this.bits = bits
    this.size = 1 << bits
    this.sparseMost = this.size >> 4
    this.rankAt = HEADER + this.size / 8
    this.metaBytes = this.size / 8 + this.size / 32
    this.offsets = new Uint32Array(this.size)
    this.addresses = new Uint32Array(this.size)
  }

  kindOf(slice: number): number {
    return (this.space.u32[slice >> 2]! >>> KIND_AT) & 3
  }
  countOf(slice: number): number {
    return this.space.u32[(slice >> 2) + 1]!
  }
  capacityOf(slice: number): number {
    return this.space.u32[(slice >> 2) + 2]!
  }
  textOf(slice: number): number {
    return this.space.u32[(slice >> 2) + 3]!
  }
  setText(slice: number, record: number): void {
    this.space.u32[(slice >> 2) + 3] = record
  }
  refsOf(slice: number): number {
    return this.space.u32[slice >> 2]! & REFS
  }
  addRefs(slice: number, by: number): void {
    const { u32 } = this.space
    u32[slice >> 2] = u32[slice >> 2]! + by
  }
  /** Whether the slice counts as dense to Redis: it had more than kmax elements, and not yet kmin or fewer again. */
  isWide(slice: number): boolean {
    return (this.space.u32[slice >> 2]! & WIDE) !== 0
  }
  setWide(slice: number, wide: boolean): void {
    const { u32 } = this.space
    u32[slice >> 2] = wide ? u32[slice >> 2]! | WIDE : u32[slice >> 2]! & ~WIDE
  }

  /** Address of the element's word, 0 when there is none. */
  find(slice: number, offset: number): number {
    const { u32 } = this.space
    const at = slice >> 2
    const head = u32[at]!
    const kind = (head >>> KIND_AT) & 3
    if (kind === DENSE) {
      const i = offset - (head >>> FIRST_AT)
      if (i < 0 || i >= u32[at + 2]!) return 0
      const address = slice + HEADER + 8 * i
      return u32[address >> 2] === EMPTY ? 0 : address
    }
    if (kind === PACKED) {
      const bits = u32[at + 4 + (offset >>> 5)]!
      if ((bits & (1 << (offset & 31))) === 0) return 0
      return this.wordsOf(slice, PACKED) + 8 * this.rank(slice, offset)
    }
    const i = this.search(slice, offset)
    if (i === u32[at + 1]! || this.offsetAt(slice, i) !== offset) return 0
    return slice + HEADER + 8 * i
  }

  /** Fills `offsets` and `addresses` with the elements of [from, to]; returns how many. */
  elements(slice: number, from = 0, to = this.size - 1): number {
    const { u32 } = this.space
    const { offsets, addresses } = this
    const at = slice >> 2
    const kind = this.kindOf(slice)
    let n = 0
    if (kind === DENSE) {
      const first = u32[at]! >>> FIRST_AT
      const end = Math.min(to + 1 - first, u32[at + 2]!)
      for (let i = Math.max(0, from - first), address = slice + HEADER + 8 * i; i < end; i++, address += 8) {
        if (u32[address >> 2] === EMPTY) continue
        offsets[n] = first + i
        addresses[n++] = address
      }
      return n
    }
    if (kind === PACKED) {
      let address = this.wordsOf(slice, PACKED) + 8 * this.rank(slice, from)
      for (let group = from >>> 5; group <= to >>> 5; group++) {
        let bits = u32[at + 4 + group]!
        if (group === from >>> 5) bits &= -1 << (from & 31)
        if (group === to >>> 5 && (to & 31) < 31) bits &= (1 << ((to & 31) + 1)) - 1
        for (; bits !== 0; bits &= bits - 1) {
          offsets[n] = (group << 5) + 31 - Math.clz32(bits & -bits)
          addresses[n++] = address
          address += 8
        }
      }
      return n
    }
    const count = u32[at + 1]!
    for (let i = this.search(slice, from); i < count; i++) {
      const offset = this.offsetAt(slice, i)
      if (offset > to) break
      offsets[n] = offset
      addresses[n++] = slice + HEADER + 8 * i
    }
    return n
  }

  lowest(slice: number): number {
    const { u32 } = this.space
    const kind = this.kindOf(slice)
    if (kind === SPARSE) return this.offsetAt(slice, 0)
    if (kind === PACKED) {
      let group = 0
      while (u32[(slice >> 2) + 4 + group] === 0) group++
      const bits = u32[(slice >> 2) + 4 + group]!
      return (group << 5) + 31 - Math.clz32(bits & -bits)
    }
    let i = 0
    while (u32[(slice + HEADER + 8 * i) >> 2] === EMPTY) i++
    return (u32[slice >> 2]! >>> FIRST_AT) + i
  }

  highest(slice: number): number {
    const { u32 } = this.space
    const kind = this.kindOf(slice)
    if (kind === SPARSE) return this.offsetAt(slice, this.countOf(slice) - 1)
    if (kind === PACKED) {
      let group = (this.size >> 5) - 1
      while (u32[(slice >> 2) + 4 + group] === 0) group--
      return (group << 5) + 31 - Math.clz32(u32[(slice >> 2) + 4 + group]!)
    }
    let i = this.capacityOf(slice) - 1
    while (u32[(slice + HEADER + 8 * i) >> 2] === EMPTY) i--
    return (u32[slice >> 2]! >>> FIRST_AT) + i
  }

  protected payload(kind: number, capacity: number): number {
    return kind === DENSE ? 8 * capacity : kind === SPARSE ? 10 * capacity : this.metaBytes + 8 * capacity
  }
  protected packedBytes(count: number): number {
    return this.metaBytes + 8 * count
  }
  protected sparseBytes(count: number): number {
    return count > this.sparseMost ? Infinity : 10 * count
  }
  protected wordsOf(slice: number, kind: number): number {
    return slice + HEADER + (kind === PACKED ? this.metaBytes : 0)
  }
  protected sparseOffsets(slice: number): number {
    return slice + HEADER + 8 * this.capacityOf(slice)
  }
  protected offsetAt(slice: number, i: number): number {
    return this.space.u16[(this.sparseOffsets(slice) >> 1) + i]!
  }

  /** Number of a sparse slice's elements before this offset. */
  protected search(slice: number, offset: number): number {
    const { u16 } = this.space
    const base = this.sparseOffsets(slice) >> 1
    let low = 0
    let high = this.countOf(slice)
    // The next after the last is what an append asks for.
    if (high > 0 && u16[base + high - 1]! < offset) return high
    while (low < high) {
      const middle = (low + high) >>> 1
      if (u16[base + middle]! < offset) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Number of a packed slice's elements before this offset. */
  protected rank(slice: number, offset: number): number {
    const { u32, u16 } = this.space
    const group = offset >>> 6
    const bits = (slice >> 2) + 4 + 2 * group
    const before = u16[((slice + this.rankAt) >> 1) + group]!
    const mask = (1 << (offset & 31)) - 1
    if ((offset & 32) === 0) return before + popcount(u32[bits]! & mask)
    return before + popcount(u32[bits]!) + popcount(u32[bits + 1]! & mask)
  }

  protected shiftRanks(slice: number, offset: number, by: number): void {
    const { u16 } = this.space
    const base = (slice + this.rankAt) >> 1
    const groups = this.size >> 6
    for (let group = (offset >>> 6) + 1; group < groups; group++) u16[base + group]! += by
  }

  protected rankAll(slice: number): void {
    const { u32, u16 } = this.space
    const base = (slice + this.rankAt) >> 1
    const groups = this.size >> 6
    let before = 0
    for (let group = 0; group < groups; group++) {
      u16[base + group] = before
      const bits = (slice >> 2) + 4 + 2 * group
      before += popcount(u32[bits]!) + popcount(u32[bits + 1]!)
    }
  }
}

function popcount(bits: number): number {
  let n = bits - ((bits >>> 1) & 0x5555_5555)
  n = (n & 0x3333_3333) + ((n >>> 2) & 0x3333_3333)
  return Math.imul((n + (n >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24
}
