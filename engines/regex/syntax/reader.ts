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

/** The codes of a pattern of `length` units. @param codeAt the code at a unit @param unitsOf how many units it takes */
function readCodes(
  length: number,
  codeAt: (at: number) => number,
  unitsOf: (code: number) => number,
): PatternText {
  const codes = new Int32Array(length)
  const offsets = new Int32Array(length + 1)
  let count = 0
  for (let at = 0; at < length; at += unitsOf(codes[count - 1]!)) {
    offsets[count] = at
    codes[count++] = codeAt(at)
  }
  offsets[count] = length
  return { codes: codes.subarray(0, count), offsets: offsets.subarray(0, count + 1) }
}

/** A lone surrogate reads as U+FFFD, as it does when the text is encoded. */
function fromString(pattern: string): PatternText {
  const codeAt = (at: number): number => {
    const code = pattern.codePointAt(at)!
    return code >= 0xd800 && code <= 0xdfff ? 0xfffd : code
  }
  return readCodes(pattern.length, codeAt, (code) => (code > 0xffff ? 2 : 1))
}

function fromUtf8(pattern: Uint8Array): PatternText {
  const codeAt = (at: number): number => {
    const code = decodeAt(pattern, at, pattern.length)
    if (code < 0) throw new RegexSyntaxError('BADPAT', at, 'the pattern is not valid UTF-8')
    return code
  }
  return readCodes(pattern.length, codeAt, widthOf)
}

/** Reads the pattern. Over bytes, a string pattern stands for its UTF-8 bytes. */
export function readPattern(pattern: string | Uint8Array, bytes: boolean): PatternText {
  if (typeof pattern !== 'string') return bytes ? fromBytes(pattern) : fromUtf8(pattern)
  const whole = fromString(pattern)
  if (!bytes) return whole
  const encoded = new TextEncoder().encode(pattern)
  const offsets = new Int32Array(encoded.length + 1)
  let at = 0
  whole.codes.forEach((code, i) => {
    const end = at + widthOf(code)
    offsets.fill(whole.offsets[i]!, at, end)
    at = end
  })
  offsets[at] = pattern.length
  return { codes: Int32Array.from(encoded), offsets }
}
