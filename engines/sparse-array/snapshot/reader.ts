/** Reads a snapshot into an engine that has nothing yet. Nothing is believed before the checksum is found right. */
import { fromBig, parsed } from '../array/index64.ts'
import { LAST_INDEX, SparseArray } from '../array/sparse-array.ts'
import { ARRAY, STRING } from '../keyspace/keyspace.ts'
import type { Engine } from '../server/engine.ts'
import { END, MAGIC } from './writer.ts'
import type { Checksum } from './writer.ts'

/** The bytes are no snapshot, or not as they were written. */
export class SnapshotError extends Error {
  readonly offset: number
  constructor(message: string, offset: number) {
    super(`${message} at offset ${offset}`)
    this.name = 'SnapshotError'
    this.offset = offset
  }
}

/** Where a snapshot lies, of any length. */
export interface Source {
  readonly length: number
  /** So many bytes from an offset on, which stay what they are; fewer at the end alone. */
  read(at: number, length: number): Uint8Array
}

export const inMemory = (bytes: Uint8Array): Source => ({
  length: bytes.length,
  read: (at, length) => bytes.subarray(at, at + length),
})

/** What is read at once of a snapshot that is larger. */
const WINDOW = 8 << 20

/** Loads all keys. Throws SnapshotError, and then the engine may hold a part of them. */
export function readSnapshot(engine: Engine, source: Source, checksum: Checksum, window = WINDOW): void {
  const end = source.length - 4
  if (end < MAGIC.length + 1) throw new SnapshotError('too short', 0)
  const reader = new Reader(source, end, window)
  for (const [i, byte] of MAGIC.entries()) {
    if (reader.byte() !== byte) throw new SnapshotError('no snapshot', i)
  }
  let sum = 0
  for (let at = 0; at < end;) {
    const piece = source.read(at, Math.min(window, end - at))
    if (piece.length === 0) throw new SnapshotError('cut short', at)
    sum = checksum(piece, sum)
    at += piece.length
  }
  const last = source.read(end, 4)
  if (new DataView(last.buffer, last.byteOffset, last.length).getUint32(0, true) !== sum) {
    throw new SnapshotError('wrong checksum', end)
  }
  for (;;) {
    const at = reader.offset
    const db = reader.byte()
    if (db === END) break
    const kind = reader.byte()
    const keyspace = engine.keyspaces[db]
    if (keyspace === undefined || kind > ARRAY) throw new SnapshotError('unknown entry', at)
    const expiry = Number(reader.u64())
    const key = reader.sized()
    let record: number
    if (kind === STRING) {
      const value = reader.sized()
      record = keyspace.setString(0, key, 0, key.length, value, 0, value.length)
    } else record = keyspace.setArray(readArray(engine, reader), key)
    if (expiry !== 0) keyspace.setExpiry(record, expiry)
  }
}

function readArray(engine: Engine, reader: Reader): SparseArray {
  const bits = reader.byte()
  if (bits < 8 || bits > 16) throw new SnapshotError('impossible slice size', reader.offset)
  const array = new SparseArray(engine.store(bits))
  array.next = reader.u64()
  const count = reader.u64()
  let index = 0n
  for (let i = 0n; i < count; i++) {
    index += reader.varint()
    if (index > LAST_INDEX) throw new SnapshotError('impossible index', reader.offset)
    const value = reader.sized()
    fromBig(index)
    array.set(parsed.hi, parsed.lo, value, 0, value.length)
  }
  return array
}

/** Reads on from the begin, through a window that is as large as the largest value or `least`. */
class Reader {
  private readonly source: Source
  private readonly end: number
  private readonly least: number
  private bytes: Uint8Array = new Uint8Array()
  private at = 0
  /** Where in the source the window begins. */
  private base = 0

  constructor(source: Source, end: number, least: number) {
    this.source = source
    this.end = end
    this.least = least
  }

  /** Of the next byte, in the source. */
  get offset(): number {
    return this.base + this.at
  }

  byte(): number {
    this.need(1)
    return this.bytes[this.at++]!
  }

  u64(): bigint {
    this.need(8)
    const value = new DataView(this.bytes.buffer, this.bytes.byteOffset).getBigUint64(this.at, true)
    this.at += 8
    return value
  }

  varint(): bigint {
    let value = 0
    for (let scale = 1, i = 0; i < 7; scale *= 128, i++) {
      const byte = this.byte()
      value += (byte & 127) * scale
      if (byte < 128) return BigInt(value)
    }
    let big = BigInt(value)
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.byte()
      big += BigInt(byte & 127) << shift
      if (byte < 128) return big
    }
    throw new SnapshotError('endless number', this.offset)
  }

  sized(): Uint8Array {
    const length = Number(this.varint())
    this.need(length)
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }

  private need(bytes: number): void {
    if (this.at + bytes <= this.bytes.length) return
    const { offset } = this
    const left = this.end - offset
    if (bytes <= left) this.bytes = this.source.read(offset, Math.min(left, Math.max(bytes, this.least)))
    if (bytes > left || bytes > this.bytes.length) throw new SnapshotError('cut short', offset)
    this.base = offset
    this.at = 0
  }
}
