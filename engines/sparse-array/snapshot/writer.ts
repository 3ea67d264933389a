/**
 * A snapshot of everything, written bit by bit while others write.
 *
 *     "FBARRAY1" | entry ... | end : 0xff | checksum : 4
 *     entry      database : 1 | kind : 1 | expiry : 8 (0: never) | key | string
 *                                                              | slice bits : 1 | cursor : 8 | elements : 8 | element ...
 *     element    distance from the last index : varint | value
 *     key, string, value    length : varint | bytes
 *
 * It stores elements, not layout. What it shows is the instant at which it was made: keys are walked in the order of
 * their making, and one that is about to change or go before its turn is written (a string) or held (an array) first.
 */
import type { SparseArray } from '../array/sparse-array.ts'
import type { Tree } from '../array/tree.ts'
import { Walk } from '../array/walk.ts'
import { MAX_RENDERED, render, TAG, TEXT } from '../array/word.ts'
import { ARRAY, STRING } from '../keyspace/keyspace.ts'
import type { Keyspace } from '../keyspace/keyspace.ts'
import type { Engine } from '../server/engine.ts'

export const MAGIC = new TextEncoder().encode('FBARRAY1')
export const END = 0xff
const PIECE = 1 << 16
const ELEMENT = 32
/** Shorter values are copied by a loop: a subarray takes as long, and each is work for the collector. */
const LOOP = 256
/** The next slice is still to be gone to. */
const NO_SLICE = -1

/** Continues a checksum (0 to begin with) over more bytes. */
export type Checksum = (bytes: Uint8Array, sum: number) => number

/** An array that waits to be written, or is being written. */
interface Held {
  readonly db: number
  readonly expiry: number
  readonly key: Uint8Array
  readonly tree: Tree
  readonly next: bigint
}

export class SnapshotWriter {
  /** Bytes written. */
  length = 0
  private readonly keyspaces: Keyspace[]
  private readonly ends: number[]
  private readonly checksum: Checksum
  private readonly sink: (bytes: Uint8Array) => void
  private readonly engine: Engine
  /** Which database is walked, and up to which key. */
  private db = 0
  private sequence = 0
  /** Keys that were written or held before their turn. */
  private readonly early: Set<number>[]
  private readonly held: Held[] = []
  /** Strings that were changed while an array was being written. */
  private readonly strings: ReturnType<typeof copyOf>[] = []
  private current: { readonly held: Held; readonly walk: Walk; last: bigint; from: number } | null = null
  private bytes = new Uint8Array(PIECE + 4_096)
  private at = 0
  private sum = 0

  /** `sink` is lent pieces until it returns. Copies of all of them would have the collector at work again and again. */
  constructor(engine: Engine, checksum: Checksum, sink: (bytes: Uint8Array) => void) {
    this.engine = engine
    this.checksum = checksum
    this.sink = sink
    this.keyspaces = [...engine.keyspaces]
    this.ends = this.keyspaces.map(({ upcoming }) => upcoming)
    this.early = this.keyspaces.map(() => new Set())
    for (const keyspace of this.keyspaces) {
      keyspace.beforeChange = (_, record) => this.beforeChange(keyspace, record)
    }
    this.put(MAGIC, 0, MAGIC.length)
  }

  /** Writes for about so many units; true when the last byte is written. */
  step(units: number): boolean {
    this.engine.space.refresh()
    for (let left = units; left > 0;) {
      if (this.current !== null) left -= this.elements(left)
      else if (this.held.length > 0) this.begin(this.held.pop()!)
      else if (this.db === this.keyspaces.length) {
        this.finish()
        return true
      } else left -= this.nextKey()
    }
    return false
  }

  /** Lets go of everything it holds; after the last step, or instead of it. */
  close(): void {
    for (const keyspace of this.keyspaces) {
      keyspace.beforeChange = null
      this.engine.release(keyspace)
    }
    for (const { tree } of this.held) tree.release()
    this.current?.held.tree.release()
    this.current = null
    this.held.length = 0
  }

  private beforeChange(keyspace: Keyspace, record: number): void {
    const { index } = keyspace
    const sequence = keyspace.sequenceOf(record)
    const isPast = index < this.db || (index === this.db && sequence <= this.sequence)
    if (isPast || sequence >= this.ends[index]! || this.early[index]!.has(sequence)) return
    this.early[index]!.add(sequence)
    if (keyspace.kindOf(record) === ARRAY) this.held.push(hold(keyspace, record))
    // An array that is being written cannot be interrupted by a string.
    else if (this.current === null) this.string(keyspace, record)
    else this.strings.push(copyOf(keyspace, record))
  }

  private nextKey(): number {
    const keyspace = this.keyspaces[this.db]!
    const record = keyspace.after(this.sequence)
    if (record === 0 || keyspace.sequenceOf(record) >= this.ends[this.db]!) {
      this.db++
      this.sequence = 0
      return 1
    }
    this.sequence = keyspace.sequenceOf(record)
    if (this.early[this.db]!.has(this.sequence)) return 1
    if (keyspace.kindOf(record) === ARRAY) {
      this.begin(hold(keyspace, record))
      return ELEMENT
    }
    this.string(keyspace, record)
    return ELEMENT + keyspace.stringLength(record)
  }

  private string(keyspace: Keyspace, record: number): void {
    const { db, expiry, key, value } = copyOf(keyspace, record)
    this.entry(db, STRING, expiry, key)
    this.sized(value, 0, value.length)
  }

  private begin(held: Held): void {
    const { tree, next } = held
    this.entry(held.db, ARRAY, held.expiry, held.key)
    this.byte(tree.store.slices.bits)
    this.u64(next)
    this.u64(BigInt(tree.count))
    this.current = { held, walk: new Walk(tree, 0, 0, 0xffff_ffff, 0xffff_fffe), last: 0n, from: NO_SLICE }
  }

  /** Writes on at the current array, one slice at most; returns the units it took. */
  private elements(most: number): number {
    const current = this.current!
    const { walk } = current
    const { slices, space } = walk.tree.store
    if (current.from === NO_SLICE) {
      if (!walk.next()) {
        this.endArray(walk.tree)
        return 1
      }
      current.from = walk.from
    }
    const count = slices.elements(walk.slice, current.from, walk.to)
    const base = (BigInt(walk.baseHi) << 32n) + BigInt(walk.baseLo)
    let units = 1
    let previous = -1
    let i = 0
    for (; i < count && units < most; i++) {
      const offset = slices.offsets[i]!
      if (previous < 0) this.bigVarint(base + BigInt(offset) - current.last)
      else this.varint(offset - previous)
      previous = offset
      units += ELEMENT
      const at = slices.addresses[i]! >> 2
      const lo = space.u32[at]!
      const hi = space.u32[at + 1]!
      if ((lo & TAG) === TEXT) {
        units += lo >>> 3
        this.sized(space.u8, hi, hi + (lo >>> 3))
      } else this.rendered(lo, hi)
    }
    if (i > 0) current.last = base + BigInt(previous)
    current.from = i === count ? NO_SLICE : slices.offsets[i]!
    return units
  }

  private endArray(tree: Tree): void {
    tree.release()
    this.current = null
    for (const { db, expiry, key, value } of this.strings.splice(0)) {
      this.entry(db, STRING, expiry, key)
      this.sized(value, 0, value.length)
    }
  }

  private entry(db: number, kind: number, expiry: number, key: Uint8Array): void {
    this.byte(db)
    this.byte(kind)
    this.u64(BigInt(expiry))
    this.sized(key, 0, key.length)
  }

  private finish(): void {
    this.byte(END)
    this.flush()
    this.room(4)
    new DataView(this.bytes.buffer).setUint32(0, this.sum, true)
    this.length += 4
    this.sink(this.bytes.subarray(0, 4))
  }

  private rendered(lo: number, hi: number): void {
    this.room(MAX_RENDERED + 1)
    const length = render(lo, hi, this.bytes, this.at + 1)
    this.bytes[this.at] = length
    this.at += 1 + length
  }

  private sized(bytes: Uint8Array, from: number, to: number): void {
    this.varint(to - from)
    this.put(bytes, from, to)
  }

  private put(bytes: Uint8Array, from: number, to: number): void {
    if (to - from > PIECE) {
      this.flush()
      this.emit(bytes.subarray(from, to))
      return
    }
    const length = to - from
    this.room(length)
    const { at } = this
    const target = this.bytes
    if (length > LOOP) target.set(bytes.subarray(from, to), at)
    else for (let i = 0; i < length; i++) target[at + i] = bytes[from + i]!
    this.at = at + length
  }

  private byte(value: number): void {
    this.room(1)
    this.bytes[this.at++] = value
  }

  private u64(value: bigint): void {
    this.room(8)
    new DataView(this.bytes.buffer).setBigUint64(this.at, value, true)
    this.at += 8
  }

  private varint(value: number): void {
    this.room(8)
    let rest = value
    while (rest > 127) {
      this.bytes[this.at++] = (rest & 127) | 128
      rest = Math.floor(rest / 128)
    }
    this.bytes[this.at++] = rest
  }

  private bigVarint(value: bigint): void {
    this.room(10)
    let rest = value
    while (rest > 127n) {
      this.bytes[this.at++] = Number(rest & 127n) | 128
      rest >>= 7n
    }
    this.bytes[this.at++] = Number(rest)
  }

  private room(bytes: number): void {
    if (this.at + bytes > this.bytes.length) this.flush()
  }

  private flush(): void {
    if (this.at === 0) return
    this.emit(this.bytes.subarray(0, this.at))
    this.at = 0
  }

  private emit(piece: Uint8Array): void {
    this.sum = this.checksum(piece, this.sum)
    this.length += piece.length
    this.sink(piece)
  }
}

function hold(keyspace: Keyspace, record: number): Held {
  const array: SparseArray = keyspace.arrayOf(record)
  return {
    db: keyspace.index,
    expiry: keyspace.expiryOf(record) ?? 0,
    key: keyspace.keyOf(record),
    tree: array.tree.snapshot(),
    next: array.next,
  }
}

function copyOf(keyspace: Keyspace, record: number) {
  const at = keyspace.stringAt(record)
  return {
    db: keyspace.index,
    expiry: keyspace.expiryOf(record) ?? 0,
    key: keyspace.keyOf(record),
    value: keyspace.space.u8.slice(at, at + keyspace.stringLength(record)),
  }
}
