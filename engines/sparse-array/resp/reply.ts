/** Replies, written as bytes in RESP2 or RESP3 to buffers that are handed on as they are. */
import { indexText } from '../array/index64.ts'
import { MAX_RENDERED, render, TAG, TEXT } from '../array/word.ts'
import type { Space } from '../space/space.ts'
import { bytesOf } from './args.ts'
import { CHUNK, giveChunk, isChunk, takeChunk } from './chunks.ts'

const FIRST_CHUNK = 16_384
const CR = 0x0d
const LF = 0x0a
/** Shorter values are copied by a loop: a subarray takes as long, and each is work for the collector. */
const LOOP = 256

const NILS = 4_096
const NIL_BULKS = bytesOf('$-1\r\n'.repeat(NILS))
const NULLS = bytesOf('_\r\n'.repeat(NILS))

export class Reply {
  /** 2 or 3. */
  protocol = 2
  private readonly full: Uint8Array[] = []
  private fullBytes = 0
  private bytes = new Uint8Array(FIRST_CHUNK)
  private at = 0

  /** Bytes written and not taken. */
  get length(): number {
    return this.fullBytes + this.at
  }

  /** All that was written, and an empty reply again. */
  take(): Uint8Array[] {
    const chunks = this.full.splice(0)
    if (this.at > 0) chunks.push(this.bytes.slice(0, this.at))
    if (this.bytes.length > FIRST_CHUNK) {
      if (isChunk(this.bytes)) giveChunk(this.bytes)
      this.bytes = new Uint8Array(FIRST_CHUNK)
    }
    this.at = this.fullBytes = 0
    return chunks
  }

  /** Adds all that another reply holds, which is empty then. */
  append(other: Reply): void {
    if (other.length < FIRST_CHUNK) {
      for (const chunk of other.take()) this.raw(chunk, 0, chunk.length)
      return
    }
    this.close()
    for (const chunk of other.take()) {
      this.full.push(chunk)
      this.fullBytes += chunk.length
    }
  }

  simple(text: string): void {
    this.line(0x2b, text)
  }
  /** `text` begins with the error's code. Line ends in it would end the reply. */
  error(text: string): void {
    this.line(0x2d, text.replaceAll(/[\r\n]/g, ' '))
  }
  integer(value: number | bigint): void {
    if (typeof value === 'number' && value >= 0 && value <= 9) {
      this.room(4)
      const { bytes } = this
      bytes[this.at++] = 0x3a
      bytes[this.at++] = 0x30 + value
      this.end()
    } else this.line(0x3a, String(value))
  }
  /** An index or a length: beyond 2^63-1 a bulk string in RESP2, a big number in RESP3. */
  index(hi: number, lo: number): void {
    if (hi === 0 && lo < 10) this.integer(lo)
    else if (hi < 0x8000_0000) this.line(0x3a, indexText(hi, lo))
    else if (this.protocol === 3) this.line(0x28, indexText(hi, lo))
    else this.text(indexText(hi, lo))
  }
  u64(value: bigint): void {
    this.index(Number(value >> 32n), Number(value & 0xffff_ffffn))
  }
  double(value: number): void {
    if (this.protocol === 3) this.line(0x2c, String(value))
    else this.text(String(value))
  }
  nil(): void {
    this.line(this.protocol === 3 ? 0x5f : 0x24, this.protocol === 3 ? '' : '-1')
  }
  /** So many nils, at the speed of copying. */
  nils(count: number): void {
    for (let left = count; left > 0;) {
      const portion = Math.min(left, NILS)
      if (this.protocol === 3) this.raw(NULLS, 0, 3 * portion)
      else this.raw(NIL_BULKS, 0, 5 * portion)
      left -= portion
    }
  }
  nilArray(): void {
    this.line(this.protocol === 3 ? 0x5f : 0x2a, this.protocol === 3 ? '' : '-1')
  }
  array(count: number): void {
    this.header(0x2a, count)
  }
  /** `count` pairs: a flat list in RESP2. */
  map(count: number): void {
    this.header(this.protocol === 3 ? 0x25 : 0x2a, this.protocol === 3 ? count : 2 * count)
  }
  set(count: number): void {
    this.header(this.protocol === 3 ? 0x7e : 0x2a, count)
  }
  /** Something that nobody asked for: a message. */
  push(count: number): void {
    this.header(this.protocol === 3 ? 0x3e : 0x2a, count)
  }
  boolean(value: boolean): void {
    if (this.protocol === 3) this.line(0x23, value ? 't' : 'f')
    else this.integer(value ? 1 : 0)
  }
  /** A bulk string; each character stands for a byte. */
  text(text: string): void {
    const bytes = bytesOf(text)
    this.bulk(bytes, 0, bytes.length)
  }
  verbatim(text: string): void {
    if (this.protocol !== 3) {
      this.text(text)
      return
    }
    const bytes = bytesOf(`txt:${text}`)
    this.header(0x3d, bytes.length)
    this.raw(bytes, 0, bytes.length)
    this.room(2)
    this.end()
  }
  texts(texts: readonly string[]): void {
    this.array(texts.length)
    for (const text of texts) this.text(text)
  }
  bulk(bytes: Uint8Array, from: number, to: number): void {
    this.header(0x24, to - from)
    this.raw(bytes, from, to)
    this.room(2)
    this.end()
  }
  /** The value of the word at an address. */
  value(space: Space, address: number): void {
    const { u32, u8 } = space
    const lo = u32[address >> 2]!
    const hi = u32[(address >> 2) + 1]!
    if ((lo & TAG) === TEXT) {
      this.bulk(u8, hi, hi + (lo >>> 3))
      return
    }
    this.room(MAX_RENDERED + 8)
    const { bytes } = this
    const begin = this.at
    // The length takes one digit or two: the value is written behind one and moved where it takes two.
    const length = render(lo, hi, bytes, begin + 4)
    bytes[begin] = 0x24
    if (length < 10) {
      bytes[begin + 1] = 0x30 + length
      bytes[begin + 2] = CR
      bytes[begin + 3] = LF
      this.at = begin + 4 + length
    } else {
      bytes.copyWithin(begin + 5, begin + 4, begin + 4 + length)
      bytes[begin + 1] = 0x31
      bytes[begin + 2] = 0x30 + length - 10
      bytes[begin + 3] = CR
      bytes[begin + 4] = LF
      this.at = begin + 5 + length
    }
    this.end()
  }

  private header(type: number, count: number): void {
    this.room(24)
    const { bytes } = this
    bytes[this.at++] = type
    if (count < 10) bytes[this.at++] = 0x30 + count
    else if (count < 100) {
      const tens = (count / 10) | 0
      bytes[this.at++] = 0x30 + tens
      bytes[this.at++] = 0x30 + count - 10 * tens
    } else {
      const digits = String(count)
      for (let i = 0; i < digits.length; i++) bytes[this.at++] = digits.charCodeAt(i)
    }
    this.end()
  }

  private line(type: number, text: string): void {
    this.room(text.length + 3)
    const { bytes } = this
    bytes[this.at++] = type
    for (let i = 0; i < text.length; i++) bytes[this.at++] = text.charCodeAt(i)
    this.end()
  }

  private end(): void {
    this.bytes[this.at++] = CR
    this.bytes[this.at++] = LF
  }

  private raw(bytes: Uint8Array, from: number, to: number): void {
    const length = to - from
    this.room(length)
    const { at } = this
    const target = this.bytes
    if (length <= LOOP) for (let i = 0; i < length; i++) target[at + i] = bytes[from + i]!
    else target.set(bytes.subarray(from, to), at)
    this.at = at + length
  }

  /** Makes sure that so many bytes can be written. */
  private room(bytes: number): void {
    if (this.at + bytes <= this.bytes.length) return
    this.close()
    if (bytes > this.bytes.length) this.bytes = buffer(Math.max(bytes, CHUNK))
  }

  /** Puts what was written among the full chunks. */
  private close(): void {
    if (this.at === 0) return
    this.full.push(this.bytes.subarray(0, this.at))
    this.fullBytes += this.at
    this.bytes = buffer(Math.min(CHUNK, 2 * this.bytes.length))
    this.at = 0
  }
}

const buffer = (bytes: number): Uint8Array<ArrayBuffer> =>
  bytes === CHUNK ? takeChunk() : new Uint8Array(bytes)
