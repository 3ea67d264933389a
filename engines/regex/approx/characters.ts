/** The characters of a text, forward and backward, as classes of the alphabet. */
import { decodeAt, widthOf } from '../foundation/utf8.ts'

/**
 * Bytes of the character that ends at `at`, none of them before `from`. A byte that belongs to no well-formed sequence
 * is a character by itself, as it is when reading forward.
 */
export function widthBefore(text: Uint8Array, at: number, from: number): number {
  for (let width = 2; width <= 4 && at - width >= from; width++) {
    const lead = at - width
    if ((text[lead]! & 0xc0) === 0x80) continue
    const code = decodeAt(text, lead, at)
    return code >= 0 && widthOf(code) === width ? width : 1
  }
  return 1
}
