/**
 * Thousands of literals, none of them short, without looking at most of the text.
 *
 * Let the shortest literal have m bytes, and take grams of q bytes. Of the q-grams of the text only every k-th is
 * looked at, k = m - q + 1: whatever the occurrence, one of its first k grams lies on such a place. So each literal
 * puts its grams at offsets 0 .. k-1 into a hash table; a bitmap over the hashes, in a kernel, rejects nearly all
 * places, and what passes is compared here, literal by literal. All occurrences that a place can reveal start at or
 * before it and after
 * the place before, so taking the leftmost, and of those the longest, at each place in turn is leftmost-longest.
 *
 * 2,663 English words of 15 letters and more: q = 8, k = 8, and one hash for 8 bytes of text. Where grams of the
 * literals are common in the text, comparing gets expensive; it is counted, and beyond a bound the search goes on by
 * Aho-Corasick. (Every k-th gram: as in Rabin-Karp with sampling; q-gram filters go back to Ukkonen 1992.)
 *
 * Worth (`npm run regex:paths`, grams): 6 times that automaton for 500 words.
 */
import { engine } from '../wasm/engine.ts'
import { GRAMS, MIX_AGAIN, MIX_HIGH, MIX_LOW } from '../wasm/kernels/grams.ts'
import { HITS, HITS_PAIRS, WINDOW, WINDOW_BYTES } from '../wasm/memory.ts'
import { extremes } from './extremes.ts'
import { foldMask } from './fold.ts'
import type { LinearSearch } from './search.ts'

/** Shorter literals have too few grams to skip any. */
export const GRAMS_SHORTEST = 5
const LONGEST_GRAM = 8
const FIRST_WINDOW = 1_024
const TOP = 32 - GRAMS.bits

export class Grams implements LinearSearch {
  private readonly literals: readonly Uint8Array[]
  private readonly masks: readonly Uint8Array[]
  /** The gram's length, and from how many offsets each literal has one. */
  private readonly gram: number
  private readonly stride: number
  private readonly program: { readonly bytes: Uint8Array }
  /** By hash: the first entry, or -1; entries (literal, offset) are chained by `#after`. */
  private readonly heads: Int32Array
  private readonly after: Int32Array
  private readonly linear: LinearSearch
  end = -1
  which = -1

  constructor(folded: readonly Uint8Array[], ignoreCase: boolean, linear: LinearSearch) {
    const { shortest } = extremes(folded.map((literal) => literal.length))
    this.literals = folded
    this.masks = folded.map((literal) => literal.map((byte) => foldMask(byte, ignoreCase)))
    this.gram = Math.min(LONGEST_GRAM, Math.ceil((shortest + 2) / 2))
    this.stride = shortest - this.gram + 1
    this.linear = linear
    const bytes = new Uint8Array(GRAMS.bitmap + 2 ** GRAMS.bits / 8)
    this.program = { bytes }
    const words = new DataView(bytes.buffer)
    const bitmap = bytes.subarray(GRAMS.bitmap)
    bytes.fill(0xff, GRAMS.maskLow, GRAMS.maskLow + this.gram)
    // 0x20 makes the two cases of a letter one, and costs the other bytes little.
    const soften = ignoreCase ? 0x20202020 : 0
    words.setUint32(GRAMS.soften, soften, true)
    this.heads = new Int32Array(2 ** GRAMS.bits).fill(-1)
    this.after = new Int32Array(folded.length * this.stride)
    for (const [which, literal] of folded.entries()) {
      for (let offset = 0; offset < this.stride; offset++) {
        const mixed = this.mix(literal, offset)
        const hash = mixed >>> TOP
        const entry = which * this.stride + offset
        for (const bit of [hash, Math.imul(mixed, MIX_AGAIN) >>> TOP]) bitmap[bit >>> 3]! |= 1 << (bit & 7)
        this.after[entry] = this.heads[hash]!
        this.heads[hash] = entry
      }
    }
  }

  /** The kernel's hash of a gram, all 32 bits. */
  private mix(text: Uint8Array, at: number): number {
    const soften = this.program.bytes[GRAMS.soften]!
    let low = 0
    let high = 0
    for (let k = 0; k < this.gram; k++) {
      const byte = text[at + k]! | soften
      if (k < 4) low |= byte << (8 * k)
      else high |= byte << (8 * (k - 4))
    }
    const sum = Math.imul(low, MIX_LOW) ^ Math.imul(high, MIX_HIGH)
    return Math.imul(sum ^ (sum >>> 15), MIX_LOW)
  }

  find(text: Uint8Array, from: number, to: number): number {
    const shared = engine()
    const { memory, kernels } = shared
    shared.load(this.program)
    const base = memory.addressOf(text)
    const stride = this.stride
    const max = HITS_PAIRS
    let effort = 1_024 + ((to - from) >>> 1)
    let size = FIRST_WINDOW
    for (let place = from + stride - 1; place + this.gram <= to;) {
      const length = Math.min(size, to - place)
      if (base < 0) memory.u8.set(text.subarray(place, place + length), WINDOW)
      const origin = base < 0 ? WINDOW : base + place
      const found = kernels.grams(origin, origin + length - this.gram, stride, HITS, max)
      const words = memory.u32
      let next = place
      for (let index = 0; index < found; index++) {
        next = words[(HITS >> 2) + index]! - origin + place
        const spent = this.compare(text, next, from, to)
        if (spent < 0) return next - this.offset
        effort -= spent
        if (effort < 0) return this.findLinear(text, next - stride + 1, to)
      }
      const seen = found === max ? next - place : length - this.gram
      place += (Math.floor(seen / stride) + 1) * stride
      size = Math.min(size * 4, WINDOW_BYTES)
    }
    return -1
  }

  /** How far before its place the occurrence that `#compare` found starts. */
  private offset = 0

  /** Looks at all literals with this gram; -1 and `#offset`, `end`, `which` set when one is there, else the work. */
  private compare(text: Uint8Array, place: number, from: number, to: number): number {
    let spent = 1
    let best = -1
    let bestOffset = -1
    let bestLength = 0
    for (let entry = this.heads[this.mix(text, place) >>> TOP]!; entry >= 0; entry = this.after[entry]!) {
      const which = Math.trunc(entry / this.stride)
      const offset = entry - which * this.stride
      const literal = this.literals[which]!
      if (offset < bestOffset || (offset === bestOffset && literal.length < bestLength)) continue
      const start = place - offset
      spent++
      if (start < from || start + literal.length > to) continue
      const masks = this.masks[which]!
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
    this.offset = bestOffset
    this.which = best
    this.end = place - bestOffset + bestLength
    return -1
  }

  private findLinear(text: Uint8Array, from: number, to: number): number {
    const { linear } = this
    const start = linear.find(text, from, to)
    this.end = linear.end
    this.which = linear.which
    return start
  }
}
