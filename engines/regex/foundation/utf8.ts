/**
 * UTF-8: how wide a character is, which one stands at a place, and where characters begin and end.
 *
 * A text is a row of units: each well-formed sequence is one, each byte that belongs to none is one of its own. Matches
 * begin and end between units. Whether a lead byte begins a sequence shows up to three bytes later; a lead that does
 * not stands alone, and the continuation bytes behind it stand alone too.
 */

/** Bytes of a code point; of what could not be decoded (-1), 1. */
export const widthOf = (code: number): number => (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4)

/** A byte that begins nothing; false beyond the end of a text. */
export const isContinuation = (byte: number | undefined): boolean => ((byte as number) & 0xc0) === 0x80

/** The code point of the well-formed sequence at `at` that ends at or before `to`, or -1. */
export function decodeAt(text: Uint8Array, at: number, to: number): number {
  const lead = text[at]!
  if (lead < 0x80) return lead
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2
  if (lead < 0xc2 || lead > 0xf4 || at + length > to) return -1
  let code = lead & (0x7f >> length)
  for (let k = 1; k < length; k++) {
    const byte = text[at + k]!
    if ((byte & 0xc0) !== 0x80) return -1
    code = (code << 6) | (byte & 0x3f)
  }
  const overlong = code < (length === 2 ? 0x80 : length === 3 ? 0x800 : 0x10000)
  return overlong || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? -1 : code
}

/** Bytes of the unit that begins at `at`, before the end of the text. */
export function widthAt(text: Uint8Array, at: number): number {
  return text[at]! < 0x80 ? 1 : widthOf(decodeAt(text, at, text.length))
}

/** The start of the character whose last byte is at `last`, not before `from`; `last` where there is no whole one. */
export function startOf(text: Uint8Array, last: number, from = 0): number {
  let first = last
  while (first > from && last - first < 3 && (text[first]! & 0xc0) === 0x80) first--
  return first + widthOf(decodeAt(text, first, last + 1)) === last + 1 ? first : last
}

/** Whether no character goes on across this place. */
export function isBoundary(text: Uint8Array, at: number): boolean {
  if (at >= text.length || !isContinuation(text[at])) return true
  for (let back = 1; back <= 3 && back <= at; back++) {
    if (isContinuation(text[at - back])) continue
    const code = decodeAt(text, at - back, text.length)
    return code < 0 || widthOf(code) <= back
  }
  return true
}

/** The place behind the lead byte of a sequence that was read up to `at` and does not go on there. */
export function behindLead(text: Uint8Array, at: number): number {
  let place = at
  while (isContinuation(text[place - 1])) place--
  return place
}

/** The bytes of a code point. */
export function bytesOf(code: number): number[] {
  if (code < 0x80) return [code]
  const width = widthOf(code)
  const lead = ((0xf00 >> width) & 0xff) | (code >> (6 * (width - 1)))
  return [
    lead,
    ...Array.from({ length: width - 1 }, (_, k) => 0x80 | ((code >> (6 * (width - 2 - k))) & 0x3f)),
  ]
}
