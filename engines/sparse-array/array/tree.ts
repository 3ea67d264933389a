/**
 * From an index to its slice: a super directory of blocks, each a directory of up to 2,048 slices.
 *
 *     index    | block number ........ | slot : 11 | offset : 8 to 16 |
 *     super    block numbers, ascending; blocks
 *     block    | refs : 4 | slices : 4 | capacity : 4 | elements : 4 | slices : 4 x capacity | slots : 2 x capacity |
 *
 * Both hold only what exists, so an element far away costs some 100 bytes and nothing for the way to it.
 *
 * A snapshot is a copy of the super directory. Blocks and slices count their holders; who writes first copies what a
 * snapshot holds too: the block's entries (12 KiB at most) and the slice with its text, once for each snapshot. So taking
 * one costs a step a block, and what it shows does not change while others write.
 */
import type { Space } from '../space/space.ts'
import { MOST_REFS, Slices } from './slice.ts'
import { Texts } from './text.ts'
import { encode, word } from './word.ts'

export const SLOT_BITS = 11
const SLOTS = 1 << SLOT_BITS
const HEADER = 16

/** What trees of one slice size share: memory, and blocks that nobody holds any more but that are still to be freed. */
export interface Store {
  readonly space: Space
  readonly slices: Slices
  readonly texts: Texts
  readonly doomed: number[]
  /** Redis's array-sparse-kmax and -kmin: when a slice counts as dense, and when no more. */
  kmax: number
  kmin: number
}

/** Memory for arrays whose slices have 2^bits elements. */
export function createStore(space: Space, bits: number): Store {
  const slices = new Slices(space, bits)
  return { space, slices, texts: new Texts(space, slices), doomed: [], kmax: 10, kmin: 5 }
}

/** More snapshots of one array at a time than its slices can count. */
export class TooManySnapshots extends Error {
  override readonly name = 'TooManySnapshots'
}

export class Tree {
  readonly store: Store
  /** Number of elements. */
  count = 0
  /** Number of slices. */
  sliceCount = 0
  numbers: Float64Array
  blocks: Uint32Array
  blockCount = 0
  private last = 0

  constructor(store: Store) {
    this.store = store
    this.numbers = new Float64Array(1)
    this.blocks = new Uint32Array(1)
  }

  /** Number of the block in which an index lies. */
  blockNumber(hi: number, lo: number): number {
    const shift = this.store.slices.bits + SLOT_BITS
    return hi * 2 ** (32 - shift) + (lo >>> shift)
  }
  slotOf(lo: number): number {
    return (lo >>> this.store.slices.bits) & (SLOTS - 1)
  }
  offsetOf(lo: number): number {
    return lo & (this.store.slices.size - 1)
  }

  /** The slice of an index, 0 when there is none. */
  lookup(hi: number, lo: number): number {
    this.store.space.refresh()
    const at = this.searchBlock(this.blockNumber(hi, lo))
    if (at < 0) return 0
    const block = this.blocks[at]!
    const i = this.searchSlot(block, this.slotOf(lo))
    return i < 0 ? 0 : this.sliceAt(block, i)
  }

  /** Address of the element's word, 0 when there is none. */
  find(hi: number, lo: number): number {
    const slice = this.lookup(hi, lo)
    return slice === 0 ? 0 : this.store.slices.find(slice, this.offsetOf(lo))
  }

  /** Sets an element to bytes[from, to), which lie outside the space; true when there was none. */
  set(hi: number, lo: number, bytes: Uint8Array, from: number, to: number): boolean {
    const { space, slices, texts } = this.store
    space.refresh()
    const at = this.ownBlock(this.blockNumber(hi, lo))
    const slot = this.slotOf(lo)
    let i = this.searchSlot(this.blocks[at]!, slot)
    if (i < 0) i = this.addSlice(at, slot)
    else this.ownSlice(this.blocks[at]!, i)
    const block = this.blocks[at]!
    const old = this.sliceAt(block, i)
    const before = slices.countOf(old)
    const offset = this.offsetOf(lo)
    const slice = slices.place(old, offset)
    if (slice !== old) space.u32[(block + HEADER) / 4 + i] = slice
    const address = slices.at
    const isNew = slices.countOf(slice) > before
    if (isNew) {
      if (before >= this.store.kmax) slices.setWide(slice, true)
      this.count++
      space.u32[(block >> 2) + 3] = space.u32[(block >> 2) + 3]! + 1
    }
    if (encode(bytes, from, to)) {
      texts.drop(slice, address)
      space.u32[address >> 2] = word.lo
      space.u32[(address >> 2) + 1] = word.hi
    } else texts.write(slice, offset, address, bytes, from, to)
    return isNew
  }

  delete(hi: number, lo: number): boolean {
    if (this.find(hi, lo) === 0) return false
    const { slices, space } = this.store
    const at = this.ownBlock(this.blockNumber(hi, lo))
    const block = this.blocks[at]!
    const i = this.searchSlot(block, this.slotOf(lo))
    this.ownSlice(block, i)
    this.cut(block, i, this.offsetOf(lo))
    space.u32[(block >> 2) + 3] = space.u32[(block >> 2) + 3]! - 1
    this.count--
    if (slices.at === 0) this.dropSlice(at, i)
    return true
  }

  /** Deletes the elements from one index to another, both included; returns how many there were. */
  deleteRange(fromHi: number, fromLo: number, toHi: number, toLo: number): number {
    this.store.space.refresh()
    const before = this.count
    const first = this.blockNumber(fromHi, fromLo)
    const last = this.blockNumber(toHi, toLo)
    for (let at = this.lowerBound(first); at < this.blockCount && this.numbers[at]! <= last;) {
      const number = this.numbers[at]!
      const low = number === first ? fromLo & (2 ** (this.store.slices.bits + SLOT_BITS) - 1) : 0
      const size = 2 ** (this.store.slices.bits + SLOT_BITS)
      const high = number === last ? toLo & (size - 1) : size - 1
      if (low === 0 && high === size - 1) {
        // Taken out of the way at once, freed later: what this costs is a step a block.
        const { u32 } = this.store.space
        const block = this.blocks[at]!
        this.count -= u32[(block >> 2) + 3]!
        this.sliceCount -= u32[(block >> 2) + 1]!
        this.store.doomed.push(block)
        this.removeBlocks(at, 1)
      } else if (!this.deleteInBlock(number, low, high)) at++
    }
    return before - this.count
  }

  /** Length: the highest index plus one, as two halves of 64 bits; 0 when empty. */
  get length(): { readonly hi: number; readonly lo: number } {
    if (this.blockCount === 0) return { hi: 0, lo: 0 }
    this.store.space.refresh()
    const { slices, space } = this.store
    const at = this.blockCount - 1
    const block = this.blocks[at]!
    const i = space.u32[(block >> 2) + 1]! - 1
    const { hi, lo } = this.baseOf(this.numbers[at]!, this.slotAt(block, i))
    const highest = lo + slices.highest(this.sliceAt(block, i)) + 1
    return highest >= 2 ** 32 ? { hi: hi + 1, lo: 0 } : { hi, lo: highest }
  }

  /** What this tree holds now, for as long as it is not released. Throws TooManySnapshots. */
  snapshot(): Tree {
    this.store.space.refresh()
    const { u32 } = this.store.space
    for (let at = 0; at < this.blockCount; at++) {
      if (u32[this.blocks[at]! >> 2]! >= MOST_REFS) throw new TooManySnapshots('too many snapshots')
    }
    const copy = new Tree(this.store)
    copy.numbers = this.numbers.slice(0, Math.max(1, this.blockCount))
    copy.blocks = this.blocks.slice(0, Math.max(1, this.blockCount))
    copy.blockCount = this.blockCount
    copy.count = this.count
    copy.sliceCount = this.sliceCount
    for (let at = 0; at < this.blockCount; at++) u32[this.blocks[at]! >> 2]!++
    return copy
  }

  /** Lets go of everything; the memory comes back step by step. */
  release(): void {
    for (let at = 0; at < this.blockCount; at++) this.store.doomed.push(this.blocks[at]!)
    this.blockCount = 0
    this.count = 0
    this.sliceCount = 0
  }

  /** Becomes what a snapshot holds, which is then no longer a snapshot. */
  restore(snapshot: Tree): void {
    this.release()
    this.numbers = snapshot.numbers
    this.blocks = snapshot.blocks
    this.blockCount = snapshot.blockCount
    this.count = snapshot.count
    this.sliceCount = snapshot.sliceCount
    this.last = 0
    snapshot.blockCount = 0
  }

  /** Bytes of memory: directories, slices and text. Looks at every slice. */
  get bytes(): number {
    const { space, slices, texts } = this.store
    space.refresh()
    let bytes = this.numbers.byteLength + this.blocks.byteLength
    for (let at = 0; at < this.blockCount; at++) {
      const block = this.blocks[at]!
      bytes += space.sizeOf(block)
      const n = space.u32[(block >> 2) + 1]!
      for (let i = 0; i < n; i++) {
        const slice = this.sliceAt(block, i)
        bytes += space.sizeOf(slice)
        if (slices.textOf(slice) !== 0) bytes += texts.bytesOf(slice)
      }
    }
    return bytes
  }

  /** Index of the first element that a slice could have. */
  baseOf(number: number, slot: number): { readonly hi: number; readonly lo: number } {
    const shift = this.store.slices.bits + SLOT_BITS
    const upper = 2 ** (32 - shift)
    const hi = Math.floor(number / upper)
    return { hi, lo: (number - hi * upper) * 2 ** shift + slot * this.store.slices.size }
  }

  slicesIn(block: number): number {
    return this.store.space.u32[(block >> 2) + 1]!
  }
  sliceAt(block: number, i: number): number {
    return this.store.space.u32[((block + HEADER) >> 2) + i]!
  }
  slotAt(block: number, i: number): number {
    return this.store.space.u16[(this.slots(block) >> 1) + i]!
  }

  /** Position of the first block with at least this number. */
  lowerBound(number: number): number {
    const { numbers } = this
    let low = 0
    let high = this.blockCount
    if (high > 0 && numbers[high - 1]! < number) return high
    while (low < high) {
      const middle = (low + high) >>> 1
      if (numbers[middle]! < number) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Position in the block of the first slice with at least this slot. */
  lowerSlot(block: number, slot: number): number {
    const { u16 } = this.store.space
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

  private slots(block: number): number {
    return block + HEADER + 4 * this.store.space.u32[(block >> 2) + 2]!
  }

  private searchBlock(number: number): number {
    if (this.last < this.blockCount && this.numbers[this.last] === number) return this.last
    const at = this.lowerBound(number)
    if (at === this.blockCount || this.numbers[at] !== number) return -1
    return (this.last = at)
  }

  private searchSlot(block: number, slot: number): number {
    const i = this.lowerSlot(block, slot)
    return i < this.slicesIn(block) && this.slotAt(block, i) === slot ? i : -1
  }

  /** Position of the block with this number, made when there is none, and held by nobody else. */
  private ownBlock(number: number): number {
    const at = this.searchBlock(number)
    if (at < 0) return this.addBlock(number)
    const { space, slices } = this.store
    const block = this.blocks[at]!
    if (space.u32[block >> 2] === 1) return at
    const bytes = space.capacityOf(block)
    const copy = space.allocate(bytes)
    space.u8.copyWithin(copy, block, block + bytes)
    space.u32[copy >> 2] = 1
    space.u32[block >> 2]!--
    const n = this.slicesIn(copy)
    for (let i = 0; i < n; i++) slices.addRefs(this.sliceAt(copy, i), 1)
    this.blocks[at] = copy
    return at
  }

  private addBlock(number: number): number {
    const { space } = this.store
    const block = space.allocate(HEADER + 6)
    space.u32[block >> 2] = 1
    space.u32[(block >> 2) + 1] = 0
    space.u32[(block >> 2) + 2] = 1
    space.u32[(block >> 2) + 3] = 0
    const at = this.lowerBound(number)
    if (this.blockCount === this.numbers.length) {
      const capacity = this.blockCount + 1 + (this.blockCount >> 3)
      const numbers = new Float64Array(capacity)
      numbers.set(this.numbers)
      this.numbers = numbers
      const blocks = new Uint32Array(capacity)
      blocks.set(this.blocks)
      this.blocks = blocks
    }
    this.numbers.copyWithin(at + 1, at, this.blockCount)
    this.blocks.copyWithin(at + 1, at, this.blockCount)
    this.numbers[at] = number
    this.blocks[at] = block
    this.blockCount++
    this.last = at
    return at
  }

  private removeBlocks(at: number, n: number): void {
    this.numbers.copyWithin(at, at + n, this.blockCount)
    this.blocks.copyWithin(at, at + n, this.blockCount)
    this.blockCount -= n
    this.last = 0
  }

  private addSlice(at: number, slot: number): number {
    const { space, slices } = this.store
    let block = this.blocks[at]!
    const i = this.lowerSlot(block, slot)
    const n = this.slicesIn(block)
    const capacity = space.u32[(block >> 2) + 2]!
    if (n === capacity) {
      const wider = Math.min(SLOTS, n + 1 + (n >> 3))
      const grown = space.allocate(HEADER + 6 * wider)
      const { u8, u32 } = space
      u8.copyWithin(grown, block, block + HEADER + 4 * n)
      const slots = block + HEADER + 4 * n
      u8.copyWithin(grown + HEADER + 4 * wider, slots, slots + 2 * n)
      u32[(grown >> 2) + 2] = wider
      space.free(block)
      block = this.blocks[at] = grown
    }
    const slice = slices.create()
    const { u8, u32, u16 } = space
    const refs = block + HEADER
    u8.copyWithin(refs + 4 * i + 4, refs + 4 * i, refs + 4 * n)
    u32[(refs >> 2) + i] = slice
    const slots = this.slots(block)
    u8.copyWithin(slots + 2 * i + 2, slots + 2 * i, slots + 2 * n)
    u16[(slots >> 1) + i] = slot
    u32[(block >> 2) + 1] = n + 1
    this.sliceCount++
    return i
  }

  /** Takes an empty slice, which is freed already, out of its block, and the block when it was its last. */
  private dropSlice(at: number, i: number): void {
    const { space } = this.store
    const { u8, u32 } = space
    const block = this.blocks[at]!
    const n = this.slicesIn(block) - 1
    this.sliceCount--
    if (n === 0) {
      space.free(block)
      this.removeBlocks(at, 1)
      return
    }
    const refs = block + HEADER
    u8.copyWithin(refs + 4 * i, refs + 4 * i + 4, refs + 4 * n + 4)
    const slots = this.slots(block)
    u8.copyWithin(slots + 2 * i, slots + 2 * i + 2, slots + 2 * n + 2)
    u32[(block >> 2) + 1] = n
  }

  /** Makes sure that nobody else holds the slice, copying it where needed. */
  private ownSlice(block: number, i: number): void {
    const { space, slices, texts } = this.store
    const slice = this.sliceAt(block, i)
    if (slices.refsOf(slice) === 1) return
    const copy = slices.copy(slice)
    texts.copy(copy)
    slices.addRefs(slice, -1)
    space.u32[((block + HEADER) >> 2) + i] = copy
  }

  /** Removes one element that is there from a slice; `slices.at` is 0 when it was the last, and the slice freed. */
  private cut(block: number, i: number, offset: number): void {
    const { space, slices, texts } = this.store
    let slice = this.sliceAt(block, i)
    texts.drop(slice, slices.find(slice, offset))
    if (slices.countOf(slice) === 1) texts.free(slice)
    slice = slices.remove(slice, offset)
    space.u32[((block + HEADER) >> 2) + i] = slice
    if (slice !== 0) {
      texts.trim(slice)
      if (slices.countOf(slice) <= this.store.kmin && this.store.kmax > 0) slices.setWide(slice, false)
    }
    slices.at = slice
  }

  /** Deletes what lies in [low, high] of a block, counted from its first index; true when the block is gone. */
  private deleteInBlock(number: number, low: number, high: number): boolean {
    const { space, slices } = this.store
    const { bits, size } = slices
    const found = this.searchBlock(number)
    const first = this.lowerSlot(this.blocks[found]!, low >>> bits)
    if (first === this.slicesIn(this.blocks[found]!)) return false
    if (this.slotAt(this.blocks[found]!, first) > high >>> bits) return false
    const at = this.ownBlock(number)
    const block = this.blocks[at]!
    const n = this.slicesIn(block)
    let kept = first
    let gone = 0
    for (let i = first; i < n; i++) {
      const slot = this.slotAt(block, i)
      const slice = this.sliceAt(block, i)
      if (slot <= high >>> bits) {
        const from = slot === low >>> bits ? low & (size - 1) : 0
        const to = slot === high >>> bits ? high & (size - 1) : size - 1
        const inside = slices.elements(slice, from, to)
        gone += inside
        if (inside === slices.countOf(slice)) {
          releaseSlice(this.store, slice)
          this.sliceCount--
          continue
        }
        if (inside > 0) {
          const offsets = slices.offsets.slice(0, inside)
          this.ownSlice(block, i)
          for (const offset of offsets) this.cut(block, i, offset)
        }
      }
      space.u32[((block + HEADER) >> 2) + kept] = this.sliceAt(block, i)
      space.u16[(this.slots(block) >> 1) + kept++] = slot
    }
    space.u32[(block >> 2) + 1] = kept
    space.u32[(block >> 2) + 3] = space.u32[(block >> 2) + 3]! - gone
    this.count -= gone
    if (kept > 0) return false
    space.free(block)
    this.removeBlocks(at, 1)
    return true
  }
}

function releaseSlice(store: Store, slice: number): void {
  const { space, slices, texts } = store
  if (slices.refsOf(slice) > 1) {
    slices.addRefs(slice, -1)
    return
  }
  texts.free(slice)
  space.free(slice)
}

/** Frees up to about `steps` slices of what nobody holds any more; false when nothing is left. */
export function bury(store: Store, steps: number): boolean {
  const { space, doomed } = store
  let left = steps
  space.refresh()
  while (doomed.length > 0 && left > 0) {
    const block = doomed.at(-1)!
    const at = block >> 2
    const { u32 } = space
    left--
    if (u32[at]! > 1) {
      u32[at]!--
      doomed.pop()
      continue
    }
    let n = u32[at + 1]!
    for (; n > 0 && left > 0; left--) releaseSlice(store, space.u32[((block + HEADER) >> 2) + --n]!)
    space.u32[at + 1] = n
    if (n > 0) return true
    space.free(block)
    doomed.pop()
  }
  return doomed.length > 0
}
