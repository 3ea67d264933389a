/**
 * Strings as the bytes that the automata read, and byte offsets as the UTF-16 offsets that strings are counted in.
 *
 * One buffer is reused for every string, so encoding allocates nothing; ASCII needs no mapping of offsets at all.
 * A lone surrogate becomes U+FFFD, as the platform's own encoder has it.
 */

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

/** Byte offset of the UTF-16 offset `unit` in a text encoded from a string. */
export function byteOffset(text: Uint8Array, unit: number): number {
  let units = 0
  let at = 0
  while (at < text.length && units < unit) {
    const lead = text[at]!
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
    units += length === 4 ? 2 : 1
    at += length
  }
  return at
}

/** Turns byte offsets of one text into UTF-16 offsets; quick where they are asked for in rising order. */
export class UnitOffsets {
  private readonly text: Uint8Array
  private at = 0
  private units = 0

  constructor(text: Uint8Array) {
    this.text = text
  }

  of(offset: number): number {
    if (offset < this.at) {
      this.at = 0
      this.units = 0
    }
    const { text } = this
    let { at, units } = this
    for (; at < offset; at++) {
      const byte = text[at]!
      // One unit for each character, two where it takes four bytes; continuation bytes count nothing.
      if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1
    }
    this.at = at
    this.units = units
    return units
  }
}
