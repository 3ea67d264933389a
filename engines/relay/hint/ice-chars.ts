/**
 * 16 bytes as 22 ice-chars (RFC 8839 section 5.4: letters, digits, `+` and `/`), which is base64 without padding. The
 * last character carries 2 bits of the block and 4 spare ones; a decoder that let them differ from zero would accept
 * 16 spellings of every ufrag, so they are refused.
 */
export const BLOCK_BYTES = 16
export const BLOCK_CHARS = 22

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** ASCII code of an ice-char by its 6-bit value. */
export const ICE_CHAR: Uint8Array = Uint8Array.from(ALPHABET, (char) => char.charCodeAt(0))

/** 6-bit value by byte; -1 where the byte is no ice-char, so that an OR over several values stays negative. */
export const ICE_VALUE: Int8Array = Int8Array.from({ length: 256 }, (_, byte) => ICE_CHAR.indexOf(byte))

/** Writes 22 ice-chars at `out[to]`. */
export function encodeBlock(block: Uint8Array, from: number, out: Uint8Array, to: number): void {
  let at = to
  for (let i = from; i < from + 15; i += 3) {
    const bits = (block[i]! << 16) | (block[i + 1]! << 8) | block[i + 2]!
    out[at] = ICE_CHAR[bits >>> 18]!
    out[at + 1] = ICE_CHAR[(bits >>> 12) & 63]!
    out[at + 2] = ICE_CHAR[(bits >>> 6) & 63]!
    out[at + 3] = ICE_CHAR[bits & 63]!
    at += 4
  }
  const last = block[from + 15]!
  out[at] = ICE_CHAR[last >>> 2]!
  out[at + 1] = ICE_CHAR[(last & 3) << 4]!
}

/** Reads 22 ice-chars at `chars[from]`. False, with `out` undefined, for another character or non-zero spare bits. */
export function decodeBlock(chars: Uint8Array, from: number, out: Uint8Array, to: number): boolean {
  let wrong = 0
  let at = to
  for (let i = from; i < from + 20; i += 4) {
    const bits =
      (ICE_VALUE[chars[i]!]! << 18) |
      (ICE_VALUE[chars[i + 1]!]! << 12) |
      (ICE_VALUE[chars[i + 2]!]! << 6) |
      ICE_VALUE[chars[i + 3]!]!
    wrong |= bits
    out[at] = bits >>> 16
    out[at + 1] = bits >>> 8
    out[at + 2] = bits
    at += 3
  }
  const high = ICE_VALUE[chars[from + 20]!]!
  const low = ICE_VALUE[chars[from + 21]!]!
  out[at] = (high << 2) | (low >> 4)
  return (wrong | high | low) >= 0 && (low & 15) === 0
}
