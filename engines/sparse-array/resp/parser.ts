/**
 * RESP requests, as they come in pieces: arrays of bulk strings, and lines typed by hand.
 *
 * Nothing is allocated for a size that is only announced: a request takes as much memory as has arrived of it. What is
 * wrong is said in Redis's words, and the connection is of no further use.
 */
import { Args } from './args.ts'

const MOST_ARGS = 2 ** 31 - 1
const MOST_BULK = 512 * 2 ** 20
const MOST_INLINE = 65_536
const STRANGER_ARGS = 10
const STRANGER_BULK = 16_384
const STAR = 0x2a
const DOLLAR = 0x24
const CR = 0x0d
const LF = 0x0a

export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}

export class Parser {
  /** The command that `next` found; good until the next call of `next` or `feed`. */
  readonly args = new Args()
  /** Until a client has shown its password, little is accepted from it. */
  stranger = false
  /** Bytes that a request may have. */
  mostRequest = 2 ** 30
  private bytes: Uint8Array = new Uint8Array()
  /** The buffer is ours and may be appended to. */
  private own = false
  private at = 0
  private end = 0
  /** Where the request began, and what is known of it: arguments still to come (-1: not begun), the bulk's length. */
  private start = 0
  private left = -1
  private bulk = -1

  /** Takes the next bytes from the connection; the chunk must not change before all commands in it are taken. */
  feed(chunk: Uint8Array): void {
    if (this.left < 0 && this.at === this.end) {
      this.bytes = chunk
      this.own = false
      this.start = this.at = 0
      this.end = chunk.length
    } else this.append(chunk)
    this.args.bytes = this.bytes
  }

  /** Bytes that wait here. */
  get pending(): number {
    return this.end - (this.left < 0 ? this.at : this.start)
  }

  /** Copies what has not been taken: commands will be asked for after the chunk's owner has used it again. */
  keep(): void {
    if (this.own || this.at === this.end) return
    this.start = this.at
    this.args.count = 0
    const kept = this.bytes.slice(this.at, this.end)
    this.moved(kept, kept.length)
  }

  /** Finds the next command; false when more bytes are needed. Throws ProtocolError. */
  next(): boolean {
    if (this.left < 0) {
      this.start = this.at
      this.args.count = 0
    }
    while (this.at < this.end || this.left === 0) {
      if (this.left < 0) {
        if (this.bytes[this.at] !== STAR) {
          const found = this.inline()
          if (found === undefined) return this.wait()
          if (found) return true
          this.start = this.at
          continue
        }
        const count = this.header('multibulk', MOST_ARGS, 'mbulk')
        if (count === undefined) return this.wait()
        if (this.stranger && count > STRANGER_ARGS)
          throw new ProtocolError('unauthenticated multibulk length')
        if (count <= 0) {
          this.start = this.at
          continue
        }
        this.left = count
      }
      if (this.left === 0) {
        this.left = -1
        this.args.bytes = this.bytes
        return true
      }
      if (this.at >= this.end) break
      if (this.bulk < 0) {
        if (this.bytes[this.at] !== DOLLAR) {
          throw new ProtocolError(`expected '$', got '${printable(this.bytes[this.at]!)}'`)
        }
        const length = this.header('bulk', MOST_BULK, 'bulk')
        if (length === undefined) return this.wait()
        if (length < 0) throw new ProtocolError('invalid bulk length')
        if (this.stranger && length > STRANGER_BULK) throw new ProtocolError('unauthenticated bulk length')
        this.bulk = length
      }
      if (this.end - this.at < this.bulk + 2) return this.wait()
      this.args.push(this.at, this.at + this.bulk)
      this.at += this.bulk + 2
      this.bulk = -1
      this.left--
    }
    return this.wait()
  }

  /** The number behind `*` or `$`, undefined while its line is not complete. */
  private header(what: string, most: number, count: string): number | undefined {
    const { bytes } = this
    let value = 0
    let at = this.at + 1
    const negative = bytes[at] === 0x2d
    if (negative) at++
    const first = at
    for (; at < this.end; at++) {
      const digit = bytes[at]! - 0x30
      if (digit < 0 || digit > 9) break
      value = value * 10 + digit
    }
    if (at + 1 >= this.end && (at === this.end || bytes[at] === CR)) {
      if (at - this.at > MOST_INLINE) throw new ProtocolError(`too big ${count} count string`)
      // Not yet the whole line; but so many digits are no size.
      if (at - first > 20) throw new ProtocolError(`invalid ${what} length`)
      return undefined
    }
    const leading = bytes[first] === 0x30 && at - first > 1
    if (at === first || leading || bytes[at] !== CR || value > most) {
      throw new ProtocolError(`invalid ${what} length`)
    }
    this.at = at + 2
    return negative ? -value : value
  }

  /** Takes a line as a request: false when it is blank, undefined while it is not complete. */
  private inline(): boolean | undefined {
    const line = this.bytes.subarray(this.at, this.end)
    const length = line.indexOf(LF)
    if (length > MOST_INLINE || (length < 0 && line.length > MOST_INLINE)) {
      throw new ProtocolError('too big inline request')
    }
    if (length < 0) return undefined
    this.at += length + 1
    const words = splitLine(line.subarray(0, length > 0 && line[length - 1] === CR ? length - 1 : length))
    if (words === null) throw new ProtocolError('unbalanced quotes in request')
    if (words.length === 0) return false
    const { args } = this
    const copied = Args.from(words)
    args.bytes = copied.bytes
    for (let i = 0; i < copied.count; i++) args.push(copied.starts[i]!, copied.ends[i]!)
    return true
  }

  /** Keeps what has arrived of a request; the chunk belongs to the caller again. */
  private wait(): false {
    if (this.end - this.start > this.mostRequest) throw new ProtocolError('too big request')
    if (this.own || this.start === this.end) return false
    const kept = this.bytes.slice(this.start, this.end)
    this.moved(kept, kept.length)
    return false
  }

  private append(chunk: Uint8Array): void {
    const used = this.end - this.start
    const needed = used + chunk.length
    if (needed > this.bytes.length - this.start) {
      const larger = new Uint8Array(Math.max(needed, Math.min(2 * used, used + 2 ** 26)))
      larger.set(this.bytes.subarray(this.start, this.end))
      this.moved(larger, used)
    }
    this.bytes.set(chunk, this.end)
    this.end += chunk.length
  }

  /** What waits lies at the begin of another buffer now. */
  private moved(bytes: Uint8Array, used: number): void {
    const { args, start } = this
    for (let i = 0; i < args.count; i++) {
      args.starts[i] = args.starts[i]! - start
      args.ends[i] = args.ends[i]! - start
    }
    this.bytes = bytes
    this.own = true
    this.at -= start
    this.start = 0
    this.end = used
  }
}

const printable = (byte: number): string => String.fromCharCode(byte)

/** The words of a line as Redis splits them, quotes and escapes resolved; null when a quote is not closed. */
export function splitLine(line: Uint8Array): Uint8Array[] | null {
  const words: Uint8Array[] = []
  let at = 0
  for (;;) {
    while (at < line.length && isBlank(line[at]!)) at++
    if (at >= line.length) return words
    const word: number[] = []
    let quote = 0
    for (; at < line.length && (quote !== 0 || !isBlank(line[at]!)); at++) {
      const byte = line[at]!
      if (quote === 0) {
        if (byte === 0x22 || byte === 0x27) quote = byte
        else word.push(byte)
      } else if (byte === quote) {
        if (at + 1 < line.length && !isBlank(line[at + 1]!)) return null
        quote = 0
      } else if (byte === 0x5c && at + 1 < line.length) {
        at += escape(line, at, quote, word)
      } else word.push(byte)
    }
    if (quote !== 0) return null
    words.push(Uint8Array.from(word))
  }
}

const isBlank = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0

const ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, b: 8, a: 7 }

/** Resolves the escape at `at`; returns how many bytes behind the backslash it took. */
function escape(line: Uint8Array, at: number, quote: number, word: number[]): number {
  const next = line[at + 1]!
  if (quote === 0x27) {
    word.push(next === 0x27 ? next : 0x5c)
    return next === 0x27 ? 1 : 0
  }
  const hex = String.fromCharCode(...line.subarray(at + 2, at + 4))
  if (next === 0x78 && /^[0-9a-fA-F]{2}$/.test(hex)) {
    word.push(Number.parseInt(hex, 16))
    return 3
  }
  word.push(ESCAPES[String.fromCharCode(next)] ?? next)
  return 1
}
