/**
 * Where characters begin and end in bytes that should be UTF-8.
 *
 * A text is a row of units: each well-formed sequence is one, each byte that belongs to none is one of its own. Matches
 * begin and end between units. Whether a lead byte begins a sequence shows up to three bytes later; a lead that does
 * not stands alone, and the continuation bytes behind it stand alone too.
 */
import { decodeAt } from '../automaton/context.ts'

const isContinuation = (byte: number | undefined): boolean => ((byte as number) & 0xc0) === 0x80

/** Whether no character goes on across this place. */
export function isBoundary(text: Uint8Array, at: number): boolean {
  if (at >= text.length || !isContinuation(text[at])) return true
  for (let back = 1; back <= 3 && back <= at; back++) {
    if (isContinuation(text[at - back])) continue
    const code = decodeAt(text, at - back, text.length)
    const length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
    return code < 0 || length <= back
  }
  return true
}

/** The place behind the lead byte of a sequence that was read up to `at` and does not go on there. */
export function behindLead(text: Uint8Array, at: number): number {
  let place = at
  while (isContinuation(text[place - 1])) place--
  return place
}
