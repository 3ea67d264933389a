/**
 * An array of values at indices 0 to 2^64-2, with Redis's append cursor. Usable alone: indices are pairs of 32-bit
 * halves, values are bytes that lie outside the engine's memory.
 *
 *     const array = new SparseArray(createStore(new Space(), 12))
 *     array.set(0, 7, bytes, 0, bytes.length)
 *     array.tree.find(0, 7) // the address of its word
 */
import { compare, fromBig, parsed, toBig } from './index64.ts'
import type { Store } from './store.ts'
import { Tree } from './tree.ts'
import { render, TAG, TEXT } from './word.ts'

export const LAST_INDEX = 2n ** 64n - 2n

export class SparseArray {
  readonly tree: Tree
  /** Where the next append goes; 2^64-1 when nowhere. */
  nextHi = 0
  nextLo = 0

  constructor(store: Store) {
    this.tree = new Tree(store)
  }

  get count(): number {
    return this.tree.count
  }
  get length(): bigint {
    const { hi, lo } = this.tree.length
    return toBig(hi, lo)
  }
  get next(): bigint {
    return toBig(this.nextHi, this.nextLo)
  }
  set next(value: bigint) {
    fromBig(value)
    this.nextHi = parsed.hi
    this.nextLo = parsed.lo
  }

  /** Sets one element; true when there was none. Throws SpaceFullError. */
  set(hi: number, lo: number, bytes: Uint8Array, from: number, to: number): boolean {
    return this.tree.set(hi, lo, bytes, from, to)
  }

  /** The element's bytes, copied; for the cold paths. */
  get(hi: number, lo: number): Uint8Array | null {
    const address = this.tree.find(hi, lo)
    return address === 0 ? null : valueAt(this.tree.store, address)
  }

  /** Sets the cursor behind an append at this index. */
  appended(hi: number, lo: number): void {
    this.nextLo = (lo + 1) >>> 0
    this.nextHi = this.nextLo === 0 ? hi + 1 : hi
  }

  /** Whether elements would have to move for the array to be a ring of `size` places. */
  isMovedBy(size: bigint): boolean {
    const { length, next } = this
    return length > 0n && (size < length || (size > length && next > 0n && next < length))
  }

  /**
   * Makes the array a ring of `size` places: when it is longer, or has wrapped and may grow, its newest elements, back
   * to the first hole, move to 0, 1, ...; Redis's rule.
   */
  ring(size: bigint): void {
    const { length, next } = this
    if (!this.isMovedBy(size)) return
    const anchor = next === 0n || next > length ? length - 1n : next - 1n
    const most = size < length ? size : length
    const kept: Uint8Array[] = []
    for (let at = anchor; BigInt(kept.length) < most; at = at === 0n ? length - 1n : at - 1n) {
      fromBig(at)
      const value = this.get(parsed.hi, parsed.lo)
      if (value === null) break
      kept.push(value)
    }
    this.tree.release()
    kept.reverse().forEach((value, i) => this.set(0, i, value, 0, value.length))
    this.next = BigInt(kept.length)
  }

  /** Where the walk back over the last `count` places begins and how many places it has. */
  lastPlaces(count: bigint): { readonly anchor: bigint; readonly places: bigint; readonly length: bigint } {
    const { length, next } = this
    const anchor = next === 0n || next > length ? length - 1n : next - 1n
    return { anchor, places: count < length ? count : length, length }
  }

  /** Deletes a range, its ends in either order; returns how many elements there were. */
  deleteRange(aHi: number, aLo: number, bHi: number, bLo: number): number {
    return compare(aHi, aLo, bHi, bLo) <= 0
      ? this.tree.deleteRange(aHi, aLo, bHi, bLo)
      : this.tree.deleteRange(bHi, bLo, aHi, aLo)
  }

  /** Bytes that the array takes: its memory and what JavaScript needs for the object. */
  get bytes(): number {
    return this.tree.bytes + OBJECT_BYTES
  }
  /** The same without the slices and their text. */
  get ownBytes(): number {
    return this.tree.directoryBytes + OBJECT_BYTES
  }
}

/** Two objects, two typed arrays and their buffers. */
const OBJECT_BYTES = 400

const scratch = new Uint8Array(32)

/** The bytes of the word at an address, copied. */
export function valueAt({ space }: Store, address: number): Uint8Array {
  const lo = space.u32[address >> 2]!
  const hi = space.u32[(address >> 2) + 1]!
  if ((lo & TAG) === TEXT) return space.u8.slice(hi, hi + (lo >>> 3))
  return scratch.slice(0, render(lo, hi, scratch, 0))
}
