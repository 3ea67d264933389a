/**
 * The keys of one database: open addressing over the bytes of keys, a block of memory for each key and its string.
 *
 *     record   | hash : 4 | key's length : 4 | value : 4 | kind : 4 | position : 4 | key | string |
 *
 * `value` is a string's length, or the number of an array. Records stand in a list in the order in which their keys
 * were made, each with a sequence number that is never given again. A cursor is such a number, so a scan sees every key
 * that is there from its begin to its end exactly once, whatever happens meanwhile; and a snapshot walks the list, while
 * `beforeChange` hands it keys that would change or go before it has come to them.
 */
import type { SparseArray } from '../array/sparse-array.ts'
import type { Reply } from '../resp/reply.ts'
import type { Space } from '../space/space.ts'

export const STRING = 0
export const ARRAY = 1

const HEADER = 20
const KEY_LENGTH = 1
const VALUE = 2
const KIND = 3
const POSITION = 4
const LOOP = 96

/** Whoever must see a key before it changes or goes: a snapshot being written. */
export type BeforeChange = (keyspace: Keyspace, record: number) => void

export class Keyspace {
  readonly space: Space
  /** Number of the database. */
  readonly index: number
  /** Number of keys. */
  size = 0
  /** Milliseconds since 1970 at which keys go, by sequence number. */
  readonly expiries = new Map<number, number>()
  beforeChange: BeforeChange | null = null
  /** Who must see a key before it goes: listings that are under way. */
  readonly leavers = new Set<(record: number) => void>()
  readonly arrays: (SparseArray | null)[] = []
  private readonly freeArrays: number[] = []
  /** Two words a place, so that a look at it is one at memory: the record, 0 where free, and its hash. */
  private table = new Uint32Array(32)
  private records = new Uint32Array(16)
  private sequences = new Float64Array(16)
  private listed = 0
  private nextSequence = 1

  constructor(space: Space, index: number) {
    this.space = space
    this.index = index
  }

  /** The record of a key, 0 when there is none. */
  find(bytes: Uint8Array, from: number, to: number): number {
    const hash = hashOf(bytes, from, to)
    const { table } = this
    const mask = table.length - 1
    const length = to - from
    for (let i = (hash << 1) & mask; table[i] !== 0; i = (i + 2) & mask) {
      if (table[i + 1] !== hash) continue
      const record = table[i]!
      const { u8, u32 } = this.space
      if (u32[(record >> 2) + KEY_LENGTH] !== length) continue
      const key = record + HEADER
      let k = 0
      while (k < length && u8[key + k] === bytes[from + k]) k++
      if (k === length) return record
    }
    return 0
  }

  kindOf(record: number): number {
    return this.space.u32[(record >> 2) + KIND]!
  }
  arrayOf(record: number): SparseArray {
    return this.arrays[this.space.u32[(record >> 2) + VALUE]!]!
  }
  keyOf(record: number): Uint8Array {
    const { u8, u32 } = this.space
    return u8.slice(record + HEADER, record + HEADER + u32[(record >> 2) + KEY_LENGTH]!)
  }
  /** Writes the key as a bulk string. */
  writeKey(record: number, out: Reply): void {
    const { u8, u32 } = this.space
    const at = record + HEADER
    out.bulk(u8, at, at + u32[(record >> 2) + KEY_LENGTH]!)
  }
  /** Where a string's bytes begin in the space. */
  stringAt(record: number): number {
    return record + HEADER + this.space.u32[(record >> 2) + KEY_LENGTH]!
  }
  stringLength(record: number): number {
    return this.space.u32[(record >> 2) + VALUE]!
  }
  sequenceOf(record: number): number {
    return this.sequences[this.space.u32[(record >> 2) + POSITION]!]!
  }
  /** When the key goes; undefined for never. */
  expiryOf(record: number): number | undefined {
    return this.expiries.size === 0 ? undefined : this.expiries.get(this.sequenceOf(record))
  }
  setExpiry(record: number, at: number | undefined): void {
    if (at === undefined) {
      if (this.expiries.size > 0) this.expiries.delete(this.sequenceOf(record))
    } else this.expiries.set(this.sequenceOf(record), at)
  }
  /** Bytes of key and string, block's header included, and of the entries for them. */
  bytesOf(record: number): number {
    return this.space.sizeOf(record) + 28
  }

  /** Says that a key is about to change or go. */
  touch(record: number): void {
    this.beforeChange?.(this, record)
  }

  /** Bytes that the record of such a key and string takes. */
  recordBytes(keyLength: number, stringLength: number): number {
    return HEADER + keyLength + stringLength
  }

  /**
   * Sets a key that is a string, or none, to a string; keeps its expiry. Returns the record. `block`: memory for the
   * record of a key that is not there; who removes something first has to have it before.
   */
  setString(
    record: number,
    key: Uint8Array,
    keyFrom: number,
    keyTo: number,
    bytes: Uint8Array,
    from: number,
    to: number,
    block = 0,
  ): number {
    const { space } = this
    const length = to - from
    const needed = this.recordBytes(keyTo - keyFrom, length)
    let at = record
    if (record === 0) {
      at = this.create(key, keyFrom, keyTo, length, block)
    } else {
      this.touch(record)
      const capacity = space.capacityOf(record)
      if (needed > capacity || capacity > 2 * needed + 64) at = this.move(record, needed)
    }
    const { u8, u32 } = space
    u32[(at >> 2) + VALUE] = length
    u32[(at >> 2) + KIND] = STRING
    const target = at + HEADER + (keyTo - keyFrom)
    if (length <= LOOP) for (let i = 0; i < length; i++) u8[target + i] = bytes[from + i]!
    else u8.set(bytes.subarray(from, to), target)
    return at
  }

  /** Makes a key that is not there an array. Returns the record. `block`: as above. */
  setArray(array: SparseArray, key: Uint8Array, from = 0, to = key.length, block = 0): number {
    const record = this.create(key, from, to, 0, block)
    const number = this.freeArrays.pop() ?? this.arrays.length
    this.arrays[number] = array
    this.space.u32[(record >> 2) + VALUE] = number
    this.space.u32[(record >> 2) + KIND] = ARRAY
    return record
  }

  /**
   * Takes a key out; an array's memory is the caller's to release. Returns the array it was, or null. `keepsBlock`: the
   * record's own memory is the caller's too, for another key.
   */
  remove(record: number, keepsBlock = false): SparseArray | null {
    this.touch(record)
    for (const leaver of this.leavers) leaver(record)
    const { space } = this
    const at = record >> 2
    const hash = space.u32[at]!
    const position = space.u32[at + POSITION]!
    let array: SparseArray | null = null
    if (space.u32[at + KIND] === ARRAY) {
      const number = space.u32[at + VALUE]!
      array = this.arrays[number]!
      this.arrays[number] = null
      this.freeArrays.push(number)
    }
    if (this.expiries.size > 0) this.expiries.delete(this.sequences[position]!)
    this.unlink(hash, record)
    this.records[position] = 0
    this.size--
    if (!keepsBlock) space.free(record)
    if (this.listed > 64 && this.listed > 2 * this.size) this.compact()
    return array
  }

  /** The first record with a sequence number above this one; 0 when there is none. */
  after(sequence: number): number {
    let position = this.positionAfter(sequence)
    while (position < this.listed && this.records[position] === 0) position++
    return position < this.listed ? this.records[position]! : 0
  }

  /** Visits up to `most` keys behind this sequence number, in order; returns the last one's number, 0 at the end. */
  each(sequence: number, most: number, visit: (record: number) => void): number {
    let left = most
    let last = sequence
    for (let position = this.positionAfter(sequence); position < this.listed; position++) {
      const record = this.records[position]!
      if (record === 0) continue
      if (left-- === 0) return last
      last = this.sequences[position]!
      visit(record)
    }
    return 0
  }

  /** Somebody still reads keys of a database that was emptied. */
  get isHeld(): boolean {
    return this.beforeChange !== null || this.leavers.size > 0
  }

  /** The sequence number that the next key will get. */
  get upcoming(): number {
    return this.nextSequence
  }

  /** A key at random, by a number below 1; 0 when there is none. */
  random(draw: number): number {
    if (this.size === 0) return 0
    let at = Math.floor(draw * this.listed)
    while (this.records[at] === 0) at = (at + 1) % this.listed
    return this.records[at]!
  }

  private positionAfter(sequence: number): number {
    let low = 0
    let high = this.listed
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.sequences[middle]! <= sequence) low = middle + 1
      else high = middle
    }
    return low
  }

  private create(key: Uint8Array, from: number, to: number, extra: number, block: number): number {
    const { space } = this
    const length = to - from
    const record = block === 0 ? space.allocate(this.recordBytes(length, extra)) : block
    const { u8, u32 } = space
    const at = record >> 2
    const hash = hashOf(key, from, to)
    if (4 * (this.size + 1) > this.table.length) this.rehash(2 * this.table.length)
    if (this.listed === this.records.length) this.growList()
    const position = this.listed++
    this.records[position] = record
    this.sequences[position] = this.nextSequence++
    u32[at] = hash
    u32[at + KEY_LENGTH] = length
    u32[at + VALUE] = 0
    u32[at + KIND] = STRING
    u32[at + POSITION] = position
    for (let i = 0; i < length; i++) u8[record + HEADER + i] = key[from + i]!
    this.link(hash, record)
    this.size++
    return record
  }

  private move(record: number, needed: number): number {
    const { space, table } = this
    const moved = space.allocate(needed)
    const { u8, u32 } = space
    u8.copyWithin(moved, record, record + HEADER + u32[(record >> 2) + KEY_LENGTH]!)
    table[this.placeOf(u32[record >> 2]!, record)] = moved
    this.records[u32[(record >> 2) + POSITION]!] = moved
    space.free(record)
    return moved
  }

  private link(hash: number, record: number): void {
    const { table } = this
    const i = this.placeOf(hash, 0)
    table[i] = record
    table[i + 1] = hash
  }

  /** The first place from the hash's own on that holds this record, or nothing (0). */
  private placeOf(hash: number, record: number): number {
    const { table } = this
    const mask = table.length - 1
    let i = (hash << 1) & mask
    while (table[i] !== record) i = (i + 2) & mask
    return i
  }

  /** Takes an entry out and moves up those behind it that would not be found any more. */
  private unlink(hash: number, record: number): void {
    const { table } = this
    const mask = table.length - 1
    let hole = this.placeOf(hash, record)
    for (let i = (hole + 2) & mask; table[i] !== 0; i = (i + 2) & mask) {
      const home = (table[i + 1]! << 1) & mask
      if (((i - home) & mask) < ((i - hole) & mask)) continue
      table[hole] = table[i]!
      table[hole + 1] = table[i + 1]!
      hole = i
    }
    table[hole] = 0
  }

  /** The table in another length; hashes lie in it, so no record is looked at. */
  private rehash(length: number): void {
    const old = this.table
    this.table = new Uint32Array(length)
    for (let i = 0; i < old.length; i += 2) if (old[i] !== 0) this.link(old[i + 1]!, old[i]!)
  }

  private growList(): void {
    const records = new Uint32Array(this.records.length * 2)
    records.set(this.records)
    this.records = records
    const sequences = new Float64Array(this.sequences.length * 2)
    sequences.set(this.sequences)
    this.sequences = sequences
  }

  /** Takes the holes out of the list; the order stays. */
  private compact(): void {
    let to = 0
    for (let from = 0; from < this.listed; from++) {
      const record = this.records[from]!
      if (record === 0) continue
      this.records[to] = record
      this.sequences[to] = this.sequences[from]!
      this.space.u32[(record >> 2) + POSITION] = to++
    }
    this.listed = to
    let length = 32
    while (length < 8 * this.size) length *= 2
    if (length < this.table.length) this.rehash(length)
  }
}

/** FNV-1a, mixed once more: its low bits choose the place. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
  hash ^= hash >>> 15
  return Math.imul(hash, 0x2c1b3c6d) >>> 0
}
