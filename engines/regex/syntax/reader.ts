/** The pattern as numbers: code points or bytes, each with its offset in the caller's own units. */
import { RegexSyntaxError } from '../types.ts'

export interface PatternText {
  readonly codes: Int32Array
  /** Offset of each code in the pattern as given; one more entry than codes, the last is the length. */
  readonly offsets: Int32Array
}

function fromBytes(pattern: Uint8Array): PatternText {
  const offsets = new Int32Array(pattern.length + 1)
  for (let i = 0; i <= pattern.length; i++) offsets[i] = i
  return { codes: Int32Array.from(pattern), offsets }
}

/** A lone surrogate reads as U+FFFD, as it does when the text is encoded. */
function fromString(pattern: string): PatternText {
  const codes: number[] = []
  const offsets: number[] = []
  for (let i = 0; i < pattern.length;) {
    const code = pattern.codePointAt(i)!
    offsets.push(i)
    codes.push(code >= 0xd800 && code <= 0xdfff ? 0xfffd : code)
    i += code > 0xffff ? 2 : 1
  }
  offsets.push(pattern.length)
  return { codes: Int32Array.from(codes), offsets: Int32Array.from(offsets) }
}

/** Length of the well-formed UTF-8 sequence at `i`, or 0. */
function sequenceLength(bytes: Uint8Array, i: number): number {
  const lead = bytes[i]!
  if (lead < 0x80) return 1
  const length = lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead <= 0xf4 ? 4 : 0
  if (length === 0 || lead < 0xc2 || i + length > bytes.length) return 0
  const second = bytes[i + 1]!
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
  if (second < low || second > high) return 0
  for (let k = 2; k < length; k++) if ((bytes[i + k]! & 0xc0) !== 0x80) return 0
  return length
}

function fromUtf8(pattern: Uint8Array): PatternText {
  const codes: number[] = []
  const offsets: number[] = []
  for (let i = 0; i < pattern.length;) {
    const length = sequenceLength(pattern, i)
    if (length === 0) throw new RegexSyntaxError('BADPAT', i, 'the pattern is not valid UTF-8')
    let code = pattern[i]!
    if (length > 1) code &= 0x7f >> length
    for (let k = 1; k < length; k++) code = (code << 6) | (pattern[i + k]! & 0x3f)
    offsets.push(i)
    codes.push(code)
    i += length
  }
  offsets.push(pattern.length)
  return { codes: Int32Array.from(codes), offsets: Int32Array.from(offsets) }
}

/** Reads the pattern. Over bytes, a string pattern stands for its UTF-8 bytes. */
export function readPattern(pattern: string | Uint8Array, bytes: boolean): PatternText {
  if (typeof pattern !== 'string') return bytes ? fromBytes(pattern) : fromUtf8(pattern)
  if (!bytes) return fromString(pattern)
  const whole = fromString(pattern)
  const codes: number[] = []
  const offsets: number[] = []
  const encoder = new TextEncoder()
  whole.codes.forEach((code, i) => {
    for (const byte of encoder.encode(String.fromCodePoint(code))) {
      codes.push(byte)
      offsets.push(whole.offsets[i]!)
    }
  })
  offsets.push(pattern.length)
  return { codes: Int32Array.from(codes), offsets: Int32Array.from(offsets) }
}
