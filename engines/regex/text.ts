/**
 * Strings as the bytes that the automata read, and byte offsets as the UTF-16 offsets that strings are counted in.
 *
 * One buffer is reused for every string, so encoding allocates nothing; ASCII needs no mapping of offsets at all.
 * A lone surrogate becomes U+FFFD, as the platform's own encoder has it.
 */
import { grown, int32s } from './foundation/arrays.ts'
import { isContinuation, widthAt } from './foundation/utf8.ts'

/**
 * Places in a text are kept as 32-bit numbers with a sign. A string is never as long.
 *
 * The first number too large, not the last that is not: V8 takes `length <= 0x7fffffff` for true once it has compiled
 * it to machine code.
 */
const TOO_LONG = 2 ** 31

/** @throws RangeError for bytes too many to be a text */
export function asText(bytes: Uint8Array): Uint8Array {
  if (bytes.length < TOO_LONG) return bytes
  throw new RangeError(`a text has at most ${TOO_LONG - 1} bytes, not ${bytes.length}`)
}

/** Views of the buffer for texts up to this length are kept: making one takes as long as walking 20 bytes. */
const SHORT = 256
/** A loop over so many characters is quicker than a call to the platform. */
const TINY = 24

export class StringText {
  private buffer = Buffer.alloc(1024)
  private views: (Uint8Array | undefined)[] = []
  /** Whether the last string was ASCII: then byte offsets are its own. */
  ascii = true

  /** The UTF-8 bytes of `input`, valid until the next call. */
  encode(input: string): Uint8Array {
    const { length } = input
    if (length * 3 > this.buffer.length) {
      this.buffer = Buffer.alloc(length * 3 + 1024)
      this.views = []
    }
    const { buffer } = this
    let written = 0
    if (length <= TINY) {
      for (; written < length; written++) {
        const unit = input.charCodeAt(written)
        if (unit > 0x7f) break
        buffer[written] = unit
      }
    }
    // Less time than a TextEncoder takes, and no object for the result.
    if (written < length) written = buffer.write(input)
    this.ascii = written === length
    if (written < SHORT) return (this.views[written] ??= this.view(written))
    return this.view(written)
  }

  private view(length: number): Uint8Array {
    // Not a Buffer: all texts are alike to the walks.
    return new Uint8Array(this.buffer.buffer, this.buffer.byteOffset, length)
  }
}

/** Byte offset of the UTF-16 offset `unit` in a text encoded from a string; inside a pair, that behind it. */
export function byteOffset(text: Uint8Array, unit: number): number {
  let units = 0
  let at = 0
  while (at < text.length && units < unit) {
    const width = widthAt(text, at)
    units += width === 4 ? 2 : 1
    at += width
  }
  // Beyond the end by as much as was asked for.
  return at + unit - Math.min(unit, units)
}

/** Bytes between two marks. */
const SPACING = 256

/**
 * Turns byte offsets of one text into UTF-16 offsets, in any order: a mark is set each 256 bytes as far as offsets have
 * been asked for, so none takes longer than from one mark to the next.
 */
export class UnitOffsets {
  private readonly text: Uint8Array
  private readonly tally: { mapped: number }
  private at = 0
  private units = 0
  /** Units before every 256th byte, as far as they are known. */
  private marks = int32s(16)
  private marked = 1

  /** @param tally counts the bytes looked at */
  constructor(text: Uint8Array, tally: { mapped: number }) {
    this.text = text
    this.tally = tally
  }

  /** Maps pairs of start and end in place; unset ones stay as they are. */
  map(spans: Int32Array): void {
    const { text } = this
    for (let i = 0; i < spans.length; i += 2) {
      const start = spans[i]!
      const end = spans[i + 1]!
      if (start < 0) continue
      // A match of single bytes may begin or end inside a character: its span is that of the characters it touches.
      let lead = start
      while (isContinuation(text[lead])) lead--
      spans[i] = this.of(lead)
      spans[i + 1] = end === start ? spans[i]! : this.of(end)
    }
  }

  /** Units of the characters that begin before `offset`. */
  private of(offset: number): number {
    if (offset < this.at || offset - this.at > SPACING) {
      const mark = Math.floor(offset / SPACING)
      this.mark(mark)
      this.at = mark * SPACING
      this.units = this.marks[mark]!
    }
    this.units = this.walk(this.at, offset, this.units)
    this.at = offset
    return this.units
  }

  private mark(last: number): void {
    this.marks = grown(this.marks, last + 1)
    for (; this.marked <= last; this.marked++) {
      const from = (this.marked - 1) * SPACING
      this.marks[this.marked] = this.walk(from, from + SPACING, this.marks[this.marked - 1]!)
    }
  }

  private walk(from: number, to: number, before: number): number {
    const { text } = this
    let units = before
    for (let at = from; at < to; at++) {
      const byte = text[at]!
      // One unit for each character, two where it takes four bytes; continuation bytes count nothing.
      if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1
    }
    this.tally.mapped += to - from
    return units
  }
}
