/**
 * From an index to its slice: a super directory of blocks, each a directory of up to 2,048 slices.
 *
 *     index    | block number ........ | slot : 11 | offset : 8 to 16 |
 *     super    block numbers, ascending; blocks, each a directory (directory.ts)
 *
 * Both hold only what exists, so an element far away costs some 100 bytes and nothing for the way to it.
 *
 * A snapshot is a copy of the super directory. Blocks and slices count their holders; who writes first copies what a
 * snapshot holds too: the block's entries (12 KiB at most) and the slice with its text, once for each snapshot. So taking
 * one costs a step a block, and what it shows does not change while others write. COPY is a snapshot that stays: blocks
 * count as many holders as there can be, and of a slice that can count no more each new block gets a copy of its own.
 */
import { SLOT_BITS, SLOTS } from './directory.ts'
import { MOST_REFS } from './layout.ts'
import type { Store } from './store.ts'
import { encode, word } from './word.ts'

/** Nothing is written anew. */
export const COPIES = -1

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
  /** Offsets in a block; blocks in 2^32 indices. Powers are costly, so they are raised once. */
  private readonly shift: number
  private readonly upper: number

  constructor(store: Store) {
    this.store = store
    this.shift = store.slices.bits + SLOT_BITS
    this.upper = 2 ** (32 - this.shift)
    this.numbers = new Float64Array(1)
    this.blocks = new Uint32Array(1)
  }

  /** Number of the block in which an index lies. */
  blockNumber(hi: number, lo: number): number {
    return hi * this.upper + (lo >>> this.shift)
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
    this.store.space.looks += 1
    const at = this.searchBlock(this.blockNumber(hi, lo))
    if (at < 0) return 0
    const block = this.blocks[at]!
    const { directories } = this.store
    const i = directories.find(block, this.slotOf(lo))
    return i < 0 ? 0 : directories.sliceAt(block, i)
  }

  /** Address of the element's word, 0 when there is none. */
  find(hi: number, lo: number): number {
    const slice = this.lookup(hi, lo)
    return slice === 0 ? 0 : this.store.slices.find(slice, this.offsetOf(lo))
  }

  /** Sets an element to bytes[from, to), which lie outside the space; true when there was none. */
  set(hi: number, lo: number, bytes: Uint8Array, from: number, to: number): boolean {
    const { space, directories, slices, texts } = this.store
    space.refresh()
    const at = this.ownBlock(this.blockNumber(hi, lo))
    const slot = this.slotOf(lo)
    let i = directories.find(this.blocks[at]!, slot)
    if (i < 0) i = this.addSlice(at, slot)
    else this.ownSlice(this.blocks[at]!, i)
    const block = this.blocks[at]!
    const old = directories.sliceAt(block, i)
    const before = slices.countOf(old)
    const offset = this.offsetOf(lo)
    const slice = slices.place(old, offset)
    if (slice !== old) directories.setSlice(block, i, slice)
    const address = slices.at
    const isNew = slices.countOf(slice) > before
    if (isNew) {
      if (before >= this.store.kmax) slices.setWide(slice, true)
      this.count++
      directories.addElements(block, 1)
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
    const { slices, directories } = this.store
    const at = this.ownBlock(this.blockNumber(hi, lo))
    const block = this.blocks[at]!
    const i = directories.find(block, this.slotOf(lo))
    this.ownSlice(block, i)
    this.cut(block, i, this.offsetOf(lo))
    directories.addElements(block, -1)
    this.count--
    if (slices.at === 0) this.dropSlice(at, i)
    return true
  }

  /** Deletes the elements from one index to another, both included; returns how many there were. */
  deleteRange(fromHi: number, fromLo: number, toHi: number, toLo: number): number {
    this.store.space.refresh()
    const { directories, doomed } = this.store
    const before = this.count
    const first = this.blockNumber(fromHi, fromLo)
    const last = this.blockNumber(toHi, toLo)
    const size = 2 ** this.shift
    for (let at = this.lowerBound(first); at < this.blockCount && this.numbers[at]! <= last;) {
      const number = this.numbers[at]!
      const low = number === first ? fromLo & (size - 1) : 0
      const high = number === last ? toLo & (size - 1) : size - 1
      if (low === 0 && high === size - 1) {
        // Taken out of the way at once, freed later: what this costs is a step a block.
        const block = this.blocks[at]!
        this.count -= directories.elementsIn(block)
        this.sliceCount -= directories.slicesIn(block)
        doomed.push(block)
        this.removeBlocks(at, 1)
      } else if (!this.deleteInBlock(number, low, high)) at++
    }
    return before - this.count
  }

  /** Length: the highest index plus one, as two halves of 64 bits; 0 when empty. */
  get length(): { readonly hi: number; readonly lo: number } {
    if (this.blockCount === 0) return { hi: 0, lo: 0 }
    this.store.space.refresh()
    const { slices, directories } = this.store
    const at = this.blockCount - 1
    const block = this.blocks[at]!
    const i = directories.slicesIn(block) - 1
    const { hi, lo } = this.baseOf(this.numbers[at]!, directories.slotAt(block, i))
    const highest = lo + slices.highest(directories.sliceAt(block, i)) + 1
    return highest >= 2 ** 32 ? { hi: hi + 1, lo: 0 } : { hi, lo: highest }
  }

  /** What this tree holds now, for as long as it is not released. */
  snapshot(): Tree {
    const { space, directories } = this.store
    space.refresh()
    const copy = new Tree(this.store)
    copy.numbers = this.numbers.slice(0, Math.max(1, this.blockCount))
    copy.blocks = this.blocks.slice(0, Math.max(1, this.blockCount))
    copy.blockCount = this.blockCount
    copy.count = this.count
    copy.sliceCount = this.sliceCount
    for (let at = 0; at < this.blockCount; at++) directories.addRefs(this.blocks[at]!, 1)
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
    const { space, directories, slices, texts } = this.store
    space.refresh()
    let bytes = this.directoryBytes
    for (let at = 0; at < this.blockCount; at++) {
      const block = this.blocks[at]!
      const n = directories.slicesIn(block)
      for (let i = 0; i < n; i++) {
        const slice = directories.sliceAt(block, i)
        bytes += space.sizeOf(slice)
        if (slices.textOf(slice) !== 0) bytes += texts.bytesOf(slice)
      }
    }
    return bytes
  }

  /** Bytes of the super directory and the directories. */
  get directoryBytes(): number {
    const { space } = this.store
    let bytes = this.numbers.byteLength + this.blocks.byteLength
    for (let at = 0; at < this.blockCount; at++) bytes += space.sizeOf(this.blocks[at]!)
    return bytes
  }

  /**
   * Memory that changing elements at `places` neighbouring indices may take beside their values, at most: what is there
   * may have to be copied, as somebody else holds it, or written anew with `more` bytes of values. COPIES: of the former
   * alone. `seen`: blocks and slices that are counted already; a command that changes several places passes one set to
   * all calls.
   */
  roomToChange(hi: number, lo: number, places: number, more: number, seen = new Set<number>()): number {
    const copiesOnly = more === COPIES
    const { space, directories, slices, texts } = this.store
    const { size } = slices
    space.refresh()
    let room = 0
    let [atHi, atLo] = [hi, lo]
    for (let left = places; left > 0;) {
      const at = this.searchBlock(this.blockNumber(atHi, atLo))
      if (at >= 0) {
        const block = this.blocks[at]!
        const isHeld = directories.refsOf(block) > 1
        if (!seen.has(block)) {
          seen.add(block)
          if (isHeld) room += this.roomToOwn(block)
          // It may have to be wider.
          if (!copiesOnly) room += 2 * space.sizeOf(block)
        }
        const i = directories.find(block, this.slotOf(atLo))
        const slice = i < 0 ? 0 : directories.sliceAt(block, i)
        if (slice !== 0 && !seen.has(slice) && (isHeld || !copiesOnly || slices.refsOf(slice) > 1)) {
          seen.add(slice)
          room += 2 * space.sizeOf(slice) + texts.roomToRewrite(slice, more)
        }
      }
      const step = size - this.offsetOf(atLo)
      left -= step
      if (atLo + step >= 2 ** 32) atHi++
      atLo = (atLo + step) >>> 0
    }
    return room
  }

  /** Memory that a block held by others too takes when it is copied, with the slices that are copied with it. */
  private roomToOwn(block: number): number {
    const { space, directories, slices, texts } = this.store
    let room = space.sizeOf(block)
    for (let i = directories.slicesIn(block) - 1; i >= 0; i--) {
      const slice = directories.sliceAt(block, i)
      if (slices.refsOf(slice) >= MOST_REFS)
        room += 2 * space.sizeOf(slice) + texts.roomToRewrite(slice, COPIES)
    }
    return room
  }

  /** Index of the first element that a slice could have. */
  baseOf(number: number, slot: number): { readonly hi: number; readonly lo: number } {
    const hi = Math.floor(number / this.upper)
    return { hi, lo: (number - hi * this.upper) * 2 ** this.shift + slot * this.store.slices.size }
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

  private searchBlock(number: number): number {
    if (this.last < this.blockCount && this.numbers[this.last] === number) return this.last
    const at = this.lowerBound(number)
    if (at === this.blockCount || this.numbers[at] !== number) return -1
    return (this.last = at)
  }

  /** Position of the block with this number, made when there is none, and held by nobody else. */
  private ownBlock(number: number): number {
    const at = this.searchBlock(number)
    if (at < 0) return this.addBlock(number)
    const { space, directories, slices, loose } = this.store
    const block = this.blocks[at]!
    if (directories.refsOf(block) === 1) return at
    const copy = directories.copy(block)
    const n = directories.slicesIn(copy)
    let i = 0
    try {
      for (; i < n; i++) {
        const slice = directories.sliceAt(block, i)
        if (slices.refsOf(slice) < MOST_REFS) slices.addRefs(slice, 1)
        else directories.setSlice(copy, i, this.copySlice(slice))
      }
    } catch (error) {
      while (i > 0) loose.push(directories.sliceAt(copy, --i))
      space.free(copy)
      throw error
    }
    directories.addRefs(block, -1)
    this.blocks[at] = copy
    return at
  }

  private addBlock(number: number): number {
    const block = this.store.directories.create()
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
    const { directories, slices } = this.store
    const block = (this.blocks[at] = directories.widened(this.blocks[at]!))
    const i = directories.lowerSlot(block, slot)
    directories.insert(block, i, slot, slices.create())
    this.sliceCount++
    return i
  }

  /** Takes an empty slice, which is freed already, out of its block, and the block when it was its last. */
  private dropSlice(at: number, i: number): void {
    const { space, directories } = this.store
    const block = this.blocks[at]!
    this.sliceCount--
    directories.remove(block, i)
    if (directories.slicesIn(block) > 0) return
    space.free(block)
    this.removeBlocks(at, 1)
  }

  /** Makes sure that nobody else holds the slice, copying it where needed. */
  private ownSlice(block: number, i: number): void {
    const { directories, slices } = this.store
    const slice = directories.sliceAt(block, i)
    if (slices.refsOf(slice) === 1) return
    const copy = this.copySlice(slice)
    slices.addRefs(slice, -1)
    directories.setSlice(block, i, copy)
  }

  /** A slice with the same elements, held once. */
  private copySlice(slice: number): number {
    const { space, slices, texts } = this.store
    const copy = slices.copy(slice)
    try {
      texts.copy(copy)
    } catch (error) {
      space.free(copy)
      throw error
    }
    return copy
  }

  /** Removes one element that is there from a slice; `slices.at` is 0 when it was the last, and the slice freed. */
  private cut(block: number, i: number, offset: number): void {
    const { directories, slices, texts } = this.store
    let slice = directories.sliceAt(block, i)
    texts.drop(slice, slices.find(slice, offset))
    if (slices.countOf(slice) === 1) texts.free(slice)
    slice = slices.remove(slice, offset)
    directories.setSlice(block, i, slice)
    if (slice !== 0) {
      texts.trim(slice)
      if (slices.countOf(slice) <= this.store.kmin && this.store.kmax > 0) slices.setWide(slice, false)
    }
    slices.at = slice
  }

  /** Deletes what lies in [low, high] of a block, counted from its first index; true when the block is gone. */
  private deleteInBlock(number: number, low: number, high: number): boolean {
    const { space, directories, slices, loose } = this.store
    const { bits, size } = slices
    const found = this.blocks[this.searchBlock(number)]!
    const first = directories.lowerSlot(found, low >>> bits)
    if (first === directories.slicesIn(found) || directories.slotAt(found, first) > high >>> bits)
      return false
    const at = this.ownBlock(number)
    const block = this.blocks[at]!
    const n = directories.slicesIn(block)
    let kept = first
    let gone = 0
    for (let i = first; i < n; i++) {
      const slot = directories.slotAt(block, i)
      const slice = directories.sliceAt(block, i)
      if (slot <= high >>> bits) {
        const from = slot === low >>> bits ? low & (size - 1) : 0
        const to = slot === high >>> bits ? high & (size - 1) : size - 1
        const isWhole = from === 0 && to === size - 1
        const inside = isWhole ? slices.countOf(slice) : slices.elements(slice, from, to)
        gone += inside
        if (inside === slices.countOf(slice)) {
          loose.push(slice)
          this.sliceCount--
          continue
        }
        if (inside > 0) {
          const offsets = slices.offsets.slice(0, inside)
          this.ownSlice(block, i)
          for (const offset of offsets) this.cut(block, i, offset)
        }
      }
      directories.setSlice(block, kept, directories.sliceAt(block, i))
      directories.setSlot(block, kept++, slot)
    }
    directories.truncate(block, kept)
    directories.addElements(block, -gone)
    this.count -= gone
    if (kept > 0) return false
    space.free(block)
    this.removeBlocks(at, 1)
    return true
  }
}
