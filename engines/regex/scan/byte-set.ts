/**
 * The next byte that is in a set: how an automaton skips over what leaves its state as it is.
 *
 * Worth (`npm run regex:paths`, starting bytes): 6 times walking for `[0-9]+` in the novel.
 */
import { engine } from '../wasm/engine.ts'
import { BYTE_SET } from '../wasm/kernels/byte-set.ts'
import { WINDOW, WINDOW_BYTES } from '../wasm/memory.ts'

/** Below, a loop is faster than a copy, or than a call of the platform's search. */
const SHORT = 64
const FIRST_WINDOW = 512
/** `Buffer` itself is a property with a getter. */
const { indexOf } = Buffer.prototype

/** The tables by which kernels test for a set; `members[byte]` is 1 or 0. */
export function setTables(members: Uint8Array): Uint8Array {
  const tables = new Uint8Array(BYTE_SET.size)
  for (let byte = 0; byte < 256; byte++) {
    const row = byte >> 4
    if (members[byte] === 1) {
      tables[(row < 8 ? BYTE_SET.lower : BYTE_SET.upper) + (byte & 15)]! |= 1 << (row & 7)
    }
  }
  return tables
}

/** By a kernel, but for what is near, and for a single byte, which the platform finds as quickly. */
export class ByteSet {
  private readonly members: Uint8Array
  private readonly program: { readonly bytes: Uint8Array }
  /** The only member, or -1: then the C library's memchr is faster than a copy and a kernel. */
  private readonly only: number

  /** `members[byte]`: 1 when it is in the set; length 256. */
  constructor(members: Uint8Array) {
    this.members = Uint8Array.from(members, (flag) => (flag === 0 ? 0 : 1))
    const first = this.members.indexOf(1)
    this.only = first === this.members.lastIndexOf(1) ? first : -1
    this.program = { bytes: setTables(this.members) }
  }

  get isOne(): boolean {
    return this.only >= 0
  }

  /** Offset of the first byte in the set at from <= offset < to; `to` when there is none. */
  find(text: Uint8Array, from: number, to: number): number {
    const { members, only } = this
    const near = to - from < 2 * SHORT ? to : from + SHORT
    let at = from
    if (only >= 0) {
      // Each byte is compared at once: half the time of a look-up.
      for (; at + 4 <= near; at += 4) {
        if (text[at] === only) return at
        if (text[at + 1] === only) return at + 1
        if (text[at + 2] === only) return at + 2
        if (text[at + 3] === only) return at + 3
      }
    } else {
      while (
        at + 4 <= near &&
        (members[text[at]!]! |
          members[text[at + 1]!]! |
          members[text[at + 2]!]! |
          members[text[at + 3]!]!) ===
          0
      ) {
        at += 4
      }
    }
    for (; at < near; at++) if (members[text[at]!] === 1) return at
    if (near >= to) return to
    if (only >= 0) {
      // Looks beyond `to`, if that is not the end, rather than make a view of what is before it.
      const found = indexOf.call(text, only, near)
      return found < 0 || found > to ? to : found
    }
    const { memory, kernels } = this.prepare()
    const base = memory.addressOf(text)
    if (base >= 0) return kernels.byteSet(base + near, base + to) - base
    let size = FIRST_WINDOW
    for (at = near; at < to;) {
      const length = Math.min(size, to - at)
      memory.u8.set(text.subarray(at, at + length), WINDOW)
      const found = kernels.byteSet(WINDOW, WINDOW + length) - WINDOW
      if (found < length) return at + found
      at += length
      size = Math.min(size * 4, WINDOW_BYTES)
    }
    return to
  }

  private prepare() {
    const shared = engine()
    shared.load(this.program)
    return shared
  }
}
