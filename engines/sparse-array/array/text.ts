/**
 * The text of a slice: where its TEXT words point to.
 *
 *     record   | first extent | last extent | stray extent | used | live | order | large texts | texts |   4 each
 *     extent   | next : 4 | capacity : 4 | used : 4 | first : 4 | bytes ... |
 *     large    | holders : 4 | bytes ... |
 *
 * Texts lie in extents of up to 32 KiB in the order of their indices (`first`: the offset of an extent's first), so that
 * a search reads memory from one end to the other. A text that is written out of order or outgrows its place goes to one more extent, the strays', an eighth of
 * the others in size. When that is full, or an eighth of the text is dead, the slice's text is written anew in order:
 * each byte written is moved about eight times at most. A text of LARGE bytes or more has a block of its own, which
 * is never moved and which copies of the slice share: a copy costs a kilobyte an element at most.
 */
import { SpaceFullError } from '../space/space.ts'
import type { Space } from '../space/space.ts'
import type { Slices } from './slice.ts'
import { SHORT, TAG, TEXT } from './word.ts'

export const LARGE = 1_024
const RECORD = 32
const EXTENT = 16
const LARGE_HEADER = 4
/** What a block may take beside its bytes. */
const BLOCK = 24
/** With the header of its block: 32 KiB. */
const PIECE = 32_768 - EXTENT - 4
/** Below, all is written anew at once: it costs less than keeping books. */
const FEW = 2_048
/** Shorter texts are copied by a loop: a subarray costs as much. */
const LOOP = 96

const FIRST = 0
const LAST = 1
const STRAY = 2
const USED = 3
const LIVE = 4
const ORDER = 5
const LARGES = 6
const TEXTS = 7

export class Texts {
  /** Bytes moved to keep texts in order. */
  moved = 0
  /** Bytes of text written so far. */
  written = 0
  private readonly space: Space
  private readonly slices: Slices
  /** Where `rewrite` leaves the place it made. */
  private made = 0

  constructor(space: Space, slices: Slices) {
    this.space = space
    this.slices = slices
  }

  /** Makes the word at `at`, element `offset` of the slice, a TEXT of bytes[from, to), which lie outside the space. */
  write(slice: number, offset: number, at: number, bytes: Uint8Array, from: number, to: number): void {
    const { u32 } = this.space
    const length = to - from
    const lo = u32[at >> 2]!
    let address = u32[(at >> 2) + 1]!
    const old = lo >>> 3
    const fits = (lo & TAG) === TEXT && length <= old && 2 * length >= old && length >= LARGE === old >= LARGE
    if (fits && (old < LARGE || u32[(address - LARGE_HEADER) >> 2] === 1)) {
      const live = (this.slices.textOf(slice) >> 2) + LIVE
      if (length < LARGE) u32[live] = u32[live]! - (old - length)
    } else {
      this.drop(slice, at)
      // Until it has a place, the element is a value without text.
      u32[at >> 2] = SHORT
      address = this.allocate(slice, offset, length)
      const count = (this.slices.textOf(slice) >> 2) + TEXTS
      this.space.u32[count] = this.space.u32[count]! + 1
    }
    this.written += length
    const { u8, u32: words } = this.space
    if (length <= LOOP) for (let i = 0; i < length; i++) u8[address + i] = bytes[from + i]!
    else u8.set(bytes.subarray(from, to), address)
    words[at >> 2] = ((length << 3) | TEXT) >>> 0
    words[(at >> 2) + 1] = address
  }

  /** The word at `at` is about to be overwritten or removed: its text, if it has one, is dead. */
  drop(slice: number, at: number): void {
    const { u32 } = this.space
    const lo = u32[at >> 2]!
    if ((lo & TAG) !== TEXT) return
    const record = this.slices.textOf(slice) >> 2
    const length = lo >>> 3
    u32[record + TEXTS] = u32[record + TEXTS]! - 1
    if (length >= LARGE) {
      this.releaseLarge(u32[(at >> 2) + 1]!)
      u32[record + LARGES] = u32[record + LARGES]! - 1
    } else u32[record + LIVE] = u32[record + LIVE]! - length
  }

  /** Gives memory back when an eighth of the text, and a kilobyte, is dead; for after elements were removed. */
  trim(slice: number): void {
    const record = this.slices.textOf(slice)
    if (record === 0) return
    const { u32 } = this.space
    const live = u32[(record >> 2) + LIVE]!
    if (u32[(record >> 2) + USED]! - live > (live >> 3) + 1_024) {
      // Giving back can wait where there is no room to do it.
      if (this.space.reserve(2 * live + PIECE)) this.rewrite(slice, record, -1, 0)
    }
  }

  /** Frees all text of a slice that goes away; returns how many blocks of memory that took. */
  free(slice: number): number {
    const record = this.slices.textOf(slice)
    if (record === 0) return 0
    const { space, slices } = this
    const larges = space.u32[(record >> 2) + LARGES]!
    if (larges > 0) {
      const count = slices.elements(slice)
      for (let i = 0; i < count; i++) this.drop(slice, slices.addresses[i]!)
    }
    const extents = this.freeExtents(record)
    space.free(record)
    slices.setText(slice, 0)
    return larges + extents + 1
  }

  /** Gives a slice that was copied with its words a text of its own. */
  copy(slice: number): void {
    const old = this.slices.textOf(slice)
    if (old === 0) return
    this.slices.setText(slice, 0)
    const record = this.record(slice)
    const { u32 } = this.space
    u32[(record >> 2) + LIVE] = u32[(old >> 2) + LIVE]!
    u32[(record >> 2) + TEXTS] = u32[(old >> 2) + TEXTS]!
    try {
      this.rewrite(slice, record, -1, 0)
    } catch (error) {
      this.space.free(record)
      throw error
    }
    const larges = this.space.u32[(old >> 2) + LARGES]!
    if (larges > 0) this.shareLarge(slice, larges)
  }

  /**
   * Writes begin and end of each stretch that holds the slice's texts to `starts` and `ends`; returns how many. -1 when
   * some elements are elsewhere: values without text, large texts, or more stretches than fit. `firsts`: the offset from
   * which on a stretch holds the texts, -1 for the strays, which come last.
   */
  stretches(slice: number, starts: Uint32Array, ends: Uint32Array, firsts: Int32Array): number {
    const { u32 } = this.space
    const record = this.slices.textOf(slice) >> 2
    if (record === 0 || u32[record + TEXTS] !== this.slices.countOf(slice) || u32[record + LARGES]! > 0)
      return -1
    let n = 0
    for (let extent = u32[record + FIRST]!; extent !== 0; extent = u32[extent >> 2]!) {
      if (n + 1 >= starts.length) return -1
      firsts[n] = u32[(extent >> 2) + 3]!
      starts[n] = extent + EXTENT
      ends[n++] = extent + EXTENT + u32[(extent >> 2) + 2]!
    }
    const stray = u32[record + STRAY]!
    if (stray !== 0) {
      firsts[n] = -1
      starts[n] = stray + EXTENT
      ends[n++] = stray + EXTENT + u32[(stray >> 2) + 2]!
    }
    return n
  }

  /** Whether this address is among the slice's strays. */
  strays(slice: number): { readonly from: number; readonly to: number } {
    const record = this.slices.textOf(slice)
    const { u32 } = this.space
    const stray = record === 0 ? 0 : u32[(record >> 2) + STRAY]!
    return stray === 0 ? NONE : { from: stray, to: stray + EXTENT + u32[(stray >> 2) + 1]! }
  }

  /**
   * Memory that copying the slice's text takes at most, and, unless `more` is -1, writing it anew then with texts of
   * `more` bytes added; beside twice those.
   */
  roomToRewrite(slice: number, more: number): number {
    const record = this.slices.textOf(slice)
    const live = record === 0 ? 0 : this.space.u32[(record >> 2) + LIVE]!
    const copy = record === 0 ? 0 : roomFor(live) + RECORD + 2 * BLOCK
    if (more < 0) return copy
    // Each writing wants one hole, and the places of those before may not be next to one another.
    const hole = roomFor(live + more)
    // In one extent all along, and strays beside it; else extents are made whole.
    if (live + more <= PIECE) return copy + roomFor(live) + hole + (live >> 2) + RECORD + 2 * BLOCK
    return copy + hole + (live >> 2) + 2 * PIECE
  }

  /** How many of the slice's texts have a block of their own. */
  largesIn(slice: number): number {
    const record = this.slices.textOf(slice)
    return record === 0 ? 0 : this.space.u32[(record >> 2) + LARGES]!
  }

  /** Bytes that the slice's text takes, blocks' headers included. */
  bytesOf(slice: number): number {
    const record = this.slices.textOf(slice)
    if (record === 0) return 0
    const { space, slices } = this
    const { u32 } = space
    let bytes = space.sizeOf(record)
    for (let extent = u32[(record >> 2) + FIRST]!; extent !== 0; extent = u32[extent >> 2]!) {
      bytes += space.sizeOf(extent)
    }
    const stray = u32[(record >> 2) + STRAY]!
    if (stray !== 0) bytes += space.sizeOf(stray)
    if (u32[(record >> 2) + LARGES] === 0) return bytes
    const count = slices.elements(slice)
    for (let i = 0; i < count; i++) {
      const at = slices.addresses[i]! >> 2
      if ((u32[at]! & TAG) === TEXT && u32[at]! >>> 3 >= LARGE)
        bytes += space.sizeOf(u32[at + 1]! - LARGE_HEADER)
    }
    return bytes
  }

  private record(slice: number): number {
    const old = this.slices.textOf(slice)
    if (old !== 0) return old
    const record = this.space.allocate(RECORD)
    this.space.u32.fill(0, record >> 2, (record + RECORD) >> 2)
    this.slices.setText(slice, record)
    return record
  }

  /** A place for `length` bytes of the element at `offset`. */
  private allocate(slice: number, offset: number, length: number): number {
    const { space } = this
    const record = this.record(slice)
    const at = record >> 2
    if (length >= LARGE) {
      const block = space.allocate(LARGE_HEADER + length)
      space.u32[block >> 2] = 1
      space.u32[at + LARGES] = space.u32[at + LARGES]! + 1
      return block + LARGE_HEADER
    }
    const { u32 } = space
    const inOrder = offset >= u32[at + ORDER]!
    let extent = inOrder ? u32[at + LAST]! : u32[at + STRAY]!
    if (extent !== 0) {
      const address = this.bump(record, extent, length, offset)
      if (address !== 0) {
        if (inOrder) u32[at + ORDER] = offset + 1
        return address
      }
    }
    const used = u32[at + USED]!
    const dead = used - u32[at + LIVE]!
    if (inOrder) {
      const one = u32[at + FIRST] === u32[at + LAST]
      const small = one && (extent === 0 || u32[(extent >> 2) + 1]! < PIECE)
      if (small || dead > (used >> 3) + FEW) return this.rewrite(slice, record, offset, length)
      extent = this.extend(record, PIECE)
      space.u32[at + ORDER] = offset + 1
      return this.bump(record, extent, length, offset)
    }
    if (extent !== 0 || used < FEW || length > used >> 3) {
      return this.rewrite(slice, record, offset, length)
    }
    extent = this.extent(used >> 3)
    space.u32[at + STRAY] = extent
    return this.bump(record, extent, length, offset)
  }

  /** The next `length` bytes of an extent; 0 when it has no room. */
  private bump(record: number, extent: number, length: number, offset: number): number {
    const { u32 } = this.space
    const at = extent >> 2
    const used = u32[at + 2]!
    if (used + length > u32[at + 1]!) return 0
    u32[at + 2] = used + length
    if (used === 0) u32[at + 3] = offset
    u32[(record >> 2) + USED] = u32[(record >> 2) + USED]! + length
    u32[(record >> 2) + LIVE] = u32[(record >> 2) + LIVE]! + length
    return extent + EXTENT + used
  }

  private extent(capacity: number): number {
    const extent = this.space.allocate(EXTENT + capacity)
    const { u32 } = this.space
    u32[extent >> 2] = 0
    u32[(extent >> 2) + 1] = capacity
    u32[(extent >> 2) + 2] = 0
    return extent
  }

  private extend(record: number, capacity: number): number {
    const extent = this.extent(capacity)
    const { u32 } = this.space
    const at = record >> 2
    const last = u32[at + LAST]!
    if (last === 0) u32[at + FIRST] = extent
    else u32[last >> 2] = extent
    u32[at + LAST] = extent
    return extent
  }

  private releaseLarge(address: number): void {
    const { u32 } = this.space
    const block = address - LARGE_HEADER
    if (u32[block >> 2] === 1) this.space.free(block)
    else u32[block >> 2] = u32[block >> 2]! - 1
  }

  /** Returns how many there were. */
  private freeExtents(record: number): number {
    const { space } = this
    const { u32 } = space
    const at = record >> 2
    let count = 0
    for (let extent = u32[at + FIRST]!; extent !== 0;) {
      const next = u32[extent >> 2]!
      space.free(extent)
      extent = next
      count++
    }
    if (u32[at + STRAY] !== 0) space.free(u32[at + STRAY]!)
    u32.fill(0, at, at + LARGES)
    return count + 1
  }

  /**
   * Writes the slice's text anew in order, with room for one more text of `length` bytes where `offset` belongs, unless
   * it is -1. Returns the address of that room. Texts may lie in extents of another record (a copied slice's).
   */
  private rewrite(slice: number, record: number, offset: number, length: number): number {
    const { space, slices } = this
    const count = slices.elements(slice)
    const at = record >> 2
    let left = space.u32[at + LIVE]! + length
    const appends = offset >= space.u32[at + ORDER]!
    const larges = space.u32[at + LARGES]!
    const texts = space.u32[at + TEXTS]!
    // Once begun, it must come to its end.
    if (!space.reserve(roomFor(left))) throw new SpaceFullError(left)
    // A record to fill; the old extents are freed when all is copied.
    const fresh = space.allocate(RECORD)
    space.u32.fill(0, fresh >> 2, (fresh + RECORD) >> 2)
    this.made = 0
    let extent = 0
    const place = (bytes: number, own: number): number => {
      const old = extent === 0 ? 0 : this.bump(fresh, extent, bytes, own)
      if (old !== 0) {
        left -= bytes
        return old
      }
      const capacity = left + (appends ? left >> 3 : 0)
      extent = this.extend(fresh, Math.max(bytes, Math.min(PIECE, capacity)))
      left -= bytes
      return this.bump(fresh, extent, bytes, own)
    }
    let order = 0
    for (let i = 0; i < count; i++) {
      const own = slices.offsets[i]!
      const lo = space.u32[slices.addresses[i]! >> 2]!
      const bytes = lo >>> 3
      if (own === offset) {
        this.made = place(length, own)
        order = own + 1
        continue
      }
      if ((lo & TAG) !== TEXT || bytes >= LARGE) continue
      const to = place(bytes, own)
      const word = (slices.addresses[i]! >> 2) + 1
      const { u8, u32 } = space
      const from = u32[word]!
      if (bytes <= LOOP) for (let b = 0; b < bytes; b++) u8[to + b] = u8[from + b]!
      else u8.copyWithin(to, from, from + bytes)
      u32[word] = to
      order = own + 1
      this.moved += bytes
    }
    this.freeExtents(record)
    const { u32 } = space
    u32.copyWithin(at, fresh >> 2, (fresh >> 2) + LARGES)
    u32[at + ORDER] = order
    u32[at + LARGES] = larges
    u32[at + TEXTS] = texts
    space.free(fresh)
    return this.made
  }

  /** A slice's copy becomes one more holder of its large texts. */
  private shareLarge(slice: number, larges: number): void {
    const { space, slices } = this
    const { u32 } = space
    const count = slices.elements(slice)
    for (let i = 0; i < count; i++) {
      const at = slices.addresses[i]! >> 2
      if ((u32[at]! & TAG) !== TEXT || u32[at]! >>> 3 < LARGE) continue
      const block = (u32[at + 1]! - LARGE_HEADER) >> 2
      u32[block] = u32[block]! + 1
    }
    u32[(slices.textOf(slice) >> 2) + LARGES] = larges
  }
}

/** What text of so many bytes takes at most that is written anew: a record, and one extent if it fits into one. */
function roomFor(bytes: number): number {
  const room = bytes + (bytes >> 3) + RECORD
  return bytes <= PIECE ? room + EXTENT + 3 * BLOCK : room + PIECE
}

const NONE = { from: 0, to: 0 } as const
