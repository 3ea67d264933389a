/** The arguments of one command: stretches of a buffer that is only good while the command runs. */
import { Buffer } from 'node:buffer'

/** Shorter arguments are copied by a loop: a subarray costs as much. */
const LOOP = 96

export class Args {
  bytes: Uint8Array = new Uint8Array()
  starts = new Int32Array(64)
  ends = new Int32Array(64)
  count = 0

  push(start: number, end: number): void {
    if (this.count === this.starts.length) {
      this.starts = doubled(this.starts)
      this.ends = doubled(this.ends)
    }
    this.starts[this.count] = start
    this.ends[this.count++] = end
  }

  length(i: number): number {
    return this.ends[i]! - this.starts[i]!
  }

  /** Bytes from the first argument to the end of the last. */
  get size(): number {
    return this.count === 0 ? 0 : this.ends[this.count - 1]! - this.starts[0]!
  }

  /** A view, good as long as the buffer is. */
  view(i: number): Uint8Array {
    return this.bytes.subarray(this.starts[i], this.ends[i])
  }

  /** Copies the argument to `at`; returns where it ends. */
  copyTo(i: number, target: Uint8Array, at: number): number {
    const from = this.starts[i]!
    const length = this.ends[i]! - from
    if (length > LOOP) target.set(this.bytes.subarray(from, from + length), at)
    else for (let k = 0; k < length; k++) target[at + k] = this.bytes[from + k]!
    return at + length
  }

  /** As a string of bytes: a character stands for a byte. */
  text(i: number): string {
    const from = this.starts[i]!
    const to = this.ends[i]!
    if (to - from > 32) return latin1(this.bytes.subarray(from, to))
    let text = ''
    for (let at = from; at < to; at++) text += String.fromCharCode(this.bytes[at]!)
    return text
  }

  /** Whether the argument is this word, which is in lower case, in any case. */
  is(i: number, word: string): boolean {
    if (i >= this.count || this.length(i) !== word.length) return false
    const start = this.starts[i]!
    for (let k = 0; k < word.length; k++) {
      const byte = this.bytes[start + k]!
      if ((byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte) !== word.charCodeAt(k)) return false
    }
    return true
  }

  /** A whole number as Redis's strict reader takes it (no sign but -, no leading zeros), within 64 bits; else null. */
  integer(i: number): bigint | null {
    const length = this.length(i)
    if (length === 0 || length > 20) return null
    const text = this.text(i)
    if (!/^(?:0|-?[1-9][0-9]*)$/.test(text)) return null
    const value = BigInt(text)
    return value > 2n ** 63n - 1n || value < -(2n ** 63n) ? null : value
  }

  /** A copy that outlives the buffer. */
  copy(): Args {
    const copy = new Args()
    if (this.count === 0) return copy
    const from = this.starts[0]!
    copy.bytes = this.bytes.slice(from, this.ends[this.count - 1])
    copy.starts = this.starts.slice(0, this.count).map((start) => start - from)
    copy.ends = this.ends.slice(0, this.count).map((end) => end - from)
    copy.count = this.count
    return copy
  }

  static of(...values: readonly (string | Uint8Array)[]): Args {
    return Args.from(values)
  }

  static from(values: readonly (string | Uint8Array)[]): Args {
    const args = new Args()
    const parts = values.map((value) => (typeof value === 'string' ? bytesOf(value) : value))
    args.bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of parts) {
      args.bytes.set(part, at)
      args.push(at, at + part.length)
      at += part.length
    }
    return args
  }
}

function doubled(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2)
  larger.set(array)
  return larger
}

export const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')

export const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1')
