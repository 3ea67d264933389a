/** Classes of bytes that no part of an automaton tells apart: they shorten every row of a transition table. */
import type { Nfa } from './nfa.ts'

export interface ByteClasses {
  /** Class of each byte, length 256. */
  readonly of: Uint8Array
  readonly count: number
}

/** @param kindOf kind of a byte that is a character, where the automaton asks for it */
export function byteClasses(nfa: Nfa, kindOf: (byte: number) => number): ByteClasses {
  const cut = new Uint8Array(257)
  for (let e = 0; e < nfa.edgeLow.length; e++) {
    cut[nfa.edgeLow[e]!] = 1
    cut[nfa.edgeHigh[e]! + 1] = 1
  }
  const { words, lines } = nfa.use
  if (words || lines) {
    // Bytes above 127 are judged by their sequence, so they stand apart from those judged alone.
    cut[0x80] = 1
    for (let b = 1; b < 0x80; b++) if (kindOf(b) !== kindOf(b - 1)) cut[b] = 1
  }
  const of = new Uint8Array(256)
  let count = 0
  for (let b = 1; b < 256; b++) {
    if (cut[b] === 1) count++
    of[b] = count
  }
  return { of, count: count + 1 }
}
