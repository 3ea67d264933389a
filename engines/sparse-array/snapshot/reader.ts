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

/** Loads all keys. Throws SnapshotError, and then the engine may hold a part of them. */
export function readSnapshot(engine: Engine, bytes: Uint8Array, checksum: Checksum): void {
  const end = bytes.length - 4
  if (end < MAGIC.length + 1) throw new SnapshotError('too short', 0)
  MAGIC.forEach((byte, i) => {
    if (bytes[i] !== byte) throw new SnapshotError('no snapshot', i)
  })
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (view.getUint32(end, true) !== checksum(bytes.subarray(0, end), 0)) {
    throw new SnapshotError('wrong checksum', end)
  }
  const reader = new Reader(bytes.subarray(0, end))
  reader.at = MAGIC.length
  for (;;) {
    const at = reader.at
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
  if (bits < 8 || bits > 16) throw new SnapshotError('impossible slice size', reader.at)
  const array = new SparseArray(engine.store(bits))
  array.next = reader.u64()
  const count = reader.u64()
  let index = 0n
  for (let i = 0n; i < count; i++) {
    index += reader.varint()
    if (index > LAST_INDEX) throw new SnapshotError('impossible index', reader.at)
    const value = reader.sized()
    fromBig(index)
    array.set(parsed.hi, parsed.lo, value, 0, value.length)
  }
  return array
}

class Reader {
  at = 0
  private readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
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
    throw new SnapshotError('endless number', this.at)
  }

  sized(): Uint8Array {
    const length = Number(this.varint())
    this.need(length)
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }

  private need(bytes: number): void {
    if (this.at + bytes > this.bytes.length) throw new SnapshotError('cut short', this.at)
  }
}
