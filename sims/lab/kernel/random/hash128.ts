/**
 * MurmurHash3, the 128-bit variant for 32-bit arithmetic (Austin Appleby, public domain algorithm, `MurmurHash3_x86_128`).
 *
 * Random streams need a hash that spreads small, similar inputs (replication 3 and 4, `arrivals/eu` and `arrivals/us`)
 * over all 128 bits. This one does, needs no BigInt and no dependency, and has a published verification value that
 * covers every tail length: the test recomputes it. It is not a cryptographic hash.
 */
const C1 = 0x239b961b
const C2 = 0xab0e9789 | 0
const C3 = 0x38b34ae5
const C4 = 0xa1e38b93 | 0

function rotate(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits))
}

/** One input word, scrambled before it enters its lane. */
function scramble(word: number, first: number, bits: number, second: number): number {
  return Math.imul(rotate(Math.imul(word, first), bits), second)
}

/** Avalanche: every input bit flips every output bit with probability near one half. */
function finish(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** Bytes `from .. from+3`, little endian; bytes past the end read as zero. */
function word(bytes: Uint8Array, from: number): number {
  return (
    (bytes[from] ?? 0) |
    ((bytes[from + 1] ?? 0) << 8) |
    ((bytes[from + 2] ?? 0) << 16) |
    ((bytes[from + 3] ?? 0) << 24)
  )
}

/** Four int32 words: the 128-bit hash of `bytes` under a 32-bit `seed`. */
export function hash128(bytes: Uint8Array, seed = 0): [number, number, number, number] {
  let h1 = seed | 0
  let h2 = h1
  let h3 = h1
  let h4 = h1
  const whole = bytes.length & ~15
  for (let i = 0; i < whole; i += 16) {
    h1 ^= scramble(word(bytes, i), C1, 15, C2)
    h1 = (Math.imul(rotate(h1, 19) + h2, 5) + 0x561ccd1b) | 0
    h2 ^= scramble(word(bytes, i + 4), C2, 16, C3)
    h2 = (Math.imul(rotate(h2, 17) + h3, 5) + 0x0bcaa747) | 0
    h3 ^= scramble(word(bytes, i + 8), C3, 17, C4)
    h3 = (Math.imul(rotate(h3, 15) + h4, 5) + 0x96cd1c35) | 0
    h4 ^= scramble(word(bytes, i + 12), C4, 18, C1)
    h4 = (Math.imul(rotate(h4, 13) + h1, 5) + 0x32ac3b17) | 0
  }
  // A missing tail word is zero and scrambles to zero, so the tail needs no case per length.
  h1 ^= scramble(word(bytes, whole), C1, 15, C2)
  h2 ^= scramble(word(bytes, whole + 4), C2, 16, C3)
  h3 ^= scramble(word(bytes, whole + 8), C3, 17, C4)
  h4 ^= scramble(word(bytes, whole + 12), C4, 18, C1)

  h1 ^= bytes.length
  h2 ^= bytes.length
  h3 ^= bytes.length
  h4 ^= bytes.length
  h1 = (h1 + h2 + h3 + h4) | 0
  h2 = (h2 + h1) | 0
  h3 = (h3 + h1) | 0
  h4 = (h4 + h1) | 0
  h1 = finish(h1)
  h2 = finish(h2)
  h3 = finish(h3)
  h4 = finish(h4)
  h1 = (h1 + h2 + h3 + h4) | 0
  h2 = (h2 + h1) | 0
  h3 = (h3 + h1) | 0
  h4 = (h4 + h1) | 0
  return [h1, h2, h3, h4]
}
