/**
 * An element is a word of 64 bits. Small values are in it; of text it holds where it lies and how long it is. The exact
 * text is kept: only what prints back to the same bytes is stored as a number.
 *
 *     tag (low 3 bits)   the other 61 bits
 *     0 EMPTY            no element here: the whole word is 0
 *     1 INT              sign : 1 (top)          | magnitude : 53
 *     2 SHORT            7 bytes : 56            | length : 3 (above 2 spare bits)
 *     3 TEXT             address : 32 (upper half) | length : 29
 *     4 DECIMAL          sign : 1 | scale : 4 | digits : 50, for 12.50 and the like
 */

export const EMPTY = 0
export const INT = 1
export const SHORT = 2
export const TEXT = 3
export const DECIMAL = 4
export const TAG = 7

/** Longest text whose length a word can hold. */
export const MAX_LENGTH = 2 ** 29 - 1
/** Longest that a word prints as, when it is no TEXT: a sign and 16 digits. */
export const MAX_RENDERED = 18
const SIGN = 0x8000_0000
const DIGITS_UPPER = 0x1f_ffff
const SCALE_AT = 21
const MAX_DECIMAL_DIGITS = 15
/** A shorter decimal is a SHORT. */
const SHORTEST_DECIMAL = 8

/** Where `encode` leaves the word, as signed halves: they fit into small integers more often. */
export const word = { lo: 0, hi: 0 }

/** Leaves the value's word in `word`; false when it has to be a TEXT. */
export function encode(bytes: Uint8Array, from: number, to: number): boolean {
  const length = to - from
  if (length <= 17 && length > 0 && encodeNumber(bytes, from, to)) return true
  if (length > 7) return false
  let lo = SHORT | (length << 3)
  let hi = 0
  for (let i = 0; i < length; i++) {
    if (i < 3) lo |= bytes[from + i]! << (8 * (i + 1))
    else hi |= bytes[from + i]! << (8 * (i - 3))
  }
  word.lo = lo
  word.hi = hi
  return true
}

function encodeNumber(bytes: Uint8Array, from: number, to: number): boolean {
  const negative = bytes[from] === 0x2d
  const first = negative ? from + 1 : from
  if (first === to) return false
  // Nine digits fit into 31 bits and need no doubles.
  let head = 0
  let i = first
  for (const end = Math.min(to, first + 9); i < end; i++) {
    const digit = bytes[i]! - 0x30
    if (digit < 0 || digit > 9) break
    head = (Math.imul(head, 10) + digit) | 0
  }
  let value: number = head
  let point = -1
  for (; i < to; i++) {
    const digit = bytes[i]! - 0x30
    if (digit >= 0 && digit <= 9) value = value * 10 + digit
    else if (bytes[i] === 0x2e && point < 0 && i > first && i + 1 < to) point = i
    else return false
  }
  // What is kept as a number must print as it was written: no leading zeros, no -0.
  if (bytes[first] === 0x30 && (point < 0 ? to - first > 1 : point - first > 1)) return false
  if (point < 0) {
    if (value > Number.MAX_SAFE_INTEGER || (negative && value === 0)) return false
    word.lo = INT | (value << 3)
    word.hi = (value / 2 ** 29) | (negative ? SIGN : 0)
    return true
  }
  if (to - first - 1 > MAX_DECIMAL_DIGITS || to - from < SHORTEST_DECIMAL) return false
  const scale = to - point - 1
  word.lo = DECIMAL | (value << 3)
  word.hi = (value / 2 ** 29) | (scale << SCALE_AT) | (negative ? SIGN : 0)
  return true
}

/** The number in an INT. */
export function intOf(lo: number, hi: number): number {
  const magnitude = (hi & ~SIGN) * 2 ** 29 + (lo >>> 3)
  return (hi & SIGN) === 0 ? magnitude : -magnitude
}

/** Writes what the word stands for, unless it is a TEXT, to target[at...]; returns the length, at most MAX_RENDERED. */
export function render(lo: number, hi: number, target: Uint8Array, at: number): number {
  switch (lo & TAG) {
    case SHORT: {
      const length = (lo >>> 3) & 7
      for (let i = 0; i < length; i++) target[at + i] = i < 3 ? lo >>> (8 * (i + 1)) : hi >>> (8 * (i - 3))
      return length
    }
    case INT:
      return renderDigits((hi & ~SIGN) * 2 ** 29 + (lo >>> 3), -1, (hi & SIGN) !== 0, target, at)
    default: {
      const value = (hi & DIGITS_UPPER) * 2 ** 29 + (lo >>> 3)
      return renderDigits(value, (hi >>> SCALE_AT) & 15, (hi & SIGN) !== 0, target, at)
    }
  }
}

const reversed = new Uint8Array(32)

function renderDigits(value: number, scale: number, negative: boolean, target: Uint8Array, at: number) {
  let rest = value
  let length = 0
  do {
    if (length === scale) reversed[length++] = 0x2e
    // A number that fits into 31 bits divides several times as fast.
    const quotient = rest < 0x7fff_ffff ? ((rest | 0) / 10) | 0 : Math.floor(rest / 10)
    reversed[length++] = 0x30 + (rest - quotient * 10)
    rest = quotient
  } while (rest > 0 || length <= scale + (scale >= 0 ? 1 : 0))
  if (negative) reversed[length++] = 0x2d
  for (let i = 0; i < length; i++) target[at + i] = reversed[length - 1 - i]!
  return length
}
