/**
 * Indices: unsigned 64-bit numbers as two halves, exact without BigInt.
 *
 * Reading is as lenient as Redis's (`01`, `+1`, `" 1"`), except where Redis reads what nobody wrote: a NUL inside and
 * negative numbers that wrap around are refused.
 */

/** Where `parseIndex` leaves what it read. */
export const parsed = { hi: 0, lo: 0 }

const TWO32 = 2 ** 32

const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)

/** Reads bytes[from, to) into `parsed`; false when it is no number of 0 to 2^64-1. */
export function parseU64(bytes: Uint8Array, from: number, to: number): boolean {
  let at = from
  while (at < to && isSpace(bytes[at]!)) at++
  const sign = bytes[at]
  if (at < to && (sign === 0x2b || sign === 0x2d)) at++
  if (at >= to) return false
  while (at < to - 1 && bytes[at] === 0x30) at++
  const digits = to - at
  if (digits > 20) return false
  let value = 0
  for (let i = at; i < to; i++) {
    const digit = bytes[i]! - 0x30
    if (digit < 0 || digit > 9) return false
    value = value * 10 + digit
  }
  if (sign === 0x2d && value !== 0) return false
  if (digits <= 15) {
    parsed.hi = Math.floor(value / TWO32)
    parsed.lo = value >>> 0
    return true
  }
  let exact = 0n
  for (let i = at; i < to; i++) exact = exact * 10n + BigInt(bytes[i]! - 0x30)
  if (exact > 0xffff_ffff_ffff_ffffn) return false
  fromBig(exact)
  return true
}

/** As `parseU64`, and 2^64-1 is no index. */
export function parseIndex(bytes: Uint8Array, from: number, to: number): boolean {
  return parseU64(bytes, from, to) && !(parsed.hi === 0xffff_ffff && parsed.lo === 0xffff_ffff)
}

export function fromBig(value: bigint): void {
  parsed.hi = Number(value >> 32n)
  parsed.lo = Number(value & 0xffff_ffffn)
}

export const toBig = (hi: number, lo: number): bigint => (BigInt(hi) << 32n) | BigInt(lo)

/** Exact below 2^53. */
export const toNumber = (hi: number, lo: number): number => hi * TWO32 + lo

export const compare = (aHi: number, aLo: number, bHi: number, bLo: number): number =>
  aHi === bHi ? aLo - bLo : aHi - bHi

export const indexText = (hi: number, lo: number): string =>
  hi < 0x20_0000 ? String(toNumber(hi, lo)) : String(toBig(hi, lo))
