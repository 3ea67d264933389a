/** The pattern as numbers: code points or bytes, each with its offset in the caller's own units. */
import { decodeAt, widthOf } from '../foundation/utf8.ts'
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

function fromUtf8(pattern: Uint8Array): PatternText {
  const codes: number[] = []
  const offsets: number[] = []
  for (let i = 0; i < pattern.length;) {
    const code = decodeAt(pattern, i, pattern.length)
    if (code < 0) throw new RegexSyntaxError('BADPAT', i, 'the pattern is not valid UTF-8')
    offsets.push(i)
    codes.push(code)
    i += widthOf(code)
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
