/**
 * Thousands of literals, none of them short, without looking at most of the text.
 *
 * Let the shortest literal have m bytes, and take grams of q bytes. Of the q-grams of the text only every k-th is
 * looked at, k = m - q + 1: whatever the occurrence, one of its first k grams lies on such a place. So each literal
 * puts its grams at offsets 0 .. k-1 into a hash table; a bitmap over the hashes rejects nearly all places, and
 * what passes is compared literal by literal. All occurrences that a place can reveal start at or before it and after
 * the place before, so taking the leftmost, and of those the longest, at each place in turn is leftmost-longest.
 *
 * 2,663 English words of 15 letters and more: q = 8, k = 8, and one hash for 8 bytes of text. Where grams of the
 * literals are common in the text, comparing gets expensive; it is counted, and beyond a bound the search goes on by
 * Aho-Corasick. (Every k-th gram: as in Rabin-Karp with sampling; q-gram filters go back to Ukkonen 1992.)
 */
import { foldMask } from './fold.ts'
import type { LinearSearch } from './kernel-search.ts'

/** Shorter literals have too few grams to skip any. */
export const GRAMS_SHORTEST = 5
const LONGEST_GRAM = 8
const MIX_LOW = 0x9e3779b1
const MIX_HIGH = 0x85ebca6b

export class Grams implements LinearSearch {
  readonly #literals: readonly Uint8Array[]
  readonly #masks: readonly Uint8Array[]
  readonly #stride: number
  /** The gram's length, and what is or-ed to each byte before hashing: 0x20 makes cases equal, and is harmless. */
  readonly #gram: number
  readonly #soften: number
  readonly #shift: number
  readonly #bitmap: Uint32Array
  /** By hash: the first entry, or -1; entries are chained by `#after`. */
  readonly #heads: Int32Array
  readonly #after: Int32Array
  readonly #linear: () => LinearSearch
  end = -1
  which = -1

  constructor(folded: readonly Uint8Array[], ignoreCase: boolean, linear: () => LinearSearch) {
    const shortest = Math.min(...folded.map((literal) => literal.length))
    this.#literals = folded
    this.#masks = folded.map((literal) => literal.map((byte) => foldMask(byte, ignoreCase)))
    this.#gram = Math.min(LONGEST_GRAM, Math.ceil((shortest + 2) / 2))
    this.#stride = shortest - this.#gram + 1
    this.#soften = ignoreCase ? 0x20 : 0
    this.#linear = linear
    const entries = folded.length * this.#stride
    // Eight hashes for each entry: one in eight places of random text passes falsely at most.
    const bits = Math.min(22, Math.max(12, Math.ceil(Math.log2(entries * 8))))
    this.#shift = 32 - bits
    this.#bitmap = new Uint32Array(2 ** bits / 32)
    this.#heads = new Int32Array(2 ** bits).fill(-1)
    this.#after = new Int32Array(entries)
    for (const [which, literal] of folded.entries()) {
      for (let offset = 0; offset < this.#stride; offset++) {
        const hash = this.#hash(literal, offset)
        const entry = which * this.#stride + offset
        this.#bitmap[hash >>> 5]! |= 1 << (hash & 31)
        this.#after[entry] = this.#heads[hash]!
        this.#heads[hash] = entry
      }
    }
  }

  #hash(text: Uint8Array, at: number): number {
    const soften = this.#soften
    let low = 0
    let high = 0
    for (let k = 0; k < this.#gram; k++) {
      const byte = text[at + k]! | soften
      if (k < 4) low |= byte << (8 * k)
      else high |= byte << (8 * (k - 4))
    }
    return mix(low, high) >>> this.#shift
  }

  find(text: Uint8Array, from: number, to: number): number {
    const bitmap = this.#bitmap
    const stride = this.#stride
    const shift = this.#shift
    const full = this.#gram === LONGEST_GRAM
    const soften = this.#soften * 0x01010101
    let effort = 1_024 + ((to - from) >>> 1)
    for (let place = from + stride - 1; place + this.#gram <= to; place += stride) {
      let hash
      if (full) {
        const low =
          text[place]! |
          (text[place + 1]! << 8) |
          (text[place + 2]! << 16) |
          (text[place + 3]! << 24) |
          soften
        const high =
          text[place + 4]! |
          (text[place + 5]! << 8) |
          (text[place + 6]! << 16) |
          (text[place + 7]! << 24) |
          soften
        hash = mix(low, high) >>> shift
      } else hash = this.#hash(text, place)
      if (((bitmap[hash >>> 5]! >>> (hash & 31)) & 1) === 0) continue
      const spent = this.#compare(text, place, from, to, hash)
      if (spent < 0) return place - this.#nearest
      effort -= spent
      if (effort < 0) return this.#findLinear(text, place - stride + 1, to)
    }
    return -1
  }

  /** How far before its place the occurrence that `#compare` found starts. */
  #nearest = 0

  /** Looks at all literals with this gram; -1 and `#nearest`, `end`, `which` set when one is there, else the work. */
  #compare(text: Uint8Array, place: number, from: number, to: number, hash: number): number {
    let spent = 1
    let best = -1
    let bestOffset = -1
    let bestLength = 0
    for (let entry = this.#heads[hash]!; entry >= 0; entry = this.#after[entry]!) {
      const which = Math.trunc(entry / this.#stride)
      const offset = entry - which * this.#stride
      const literal = this.#literals[which]!
      if (offset < bestOffset || (offset === bestOffset && literal.length < bestLength)) continue
      const start = place - offset
      spent++
      if (start < from || start + literal.length > to) continue
      const masks = this.#masks[which]!
      let k = 0
      while (k < literal.length && (text[start + k]! | masks[k]!) === literal[k]) k++
      spent += k >>> 3
      // Chains run backwards, so of equal literals the first comes last and wins.
      if (k < literal.length) continue
      best = which
      bestOffset = offset
      bestLength = k
    }
    if (best < 0) return spent
    this.#nearest = bestOffset
    this.which = best
    this.end = place - bestOffset + bestLength
    return -1
  }

  #findLinear(text: Uint8Array, from: number, to: number): number {
    const linear = this.#linear()
    const start = linear.find(text, from, to)
    this.end = linear.end
    this.which = linear.which
    return start
  }
}

function mix(low: number, high: number): number {
  const sum = Math.imul(low, MIX_LOW) ^ Math.imul(high, MIX_HIGH)
  return Math.imul(sum ^ (sum >>> 15), MIX_LOW)
}
