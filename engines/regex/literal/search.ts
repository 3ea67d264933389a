/** What may be asked of a search for literals. */

/** Leftmost-longest search in time linear in the text, whatever the text. */
export interface LinearSearch {
  find(text: Uint8Array, from: number, to: number): number
  readonly end: number
  readonly which: number
}

/**
 * A compiled search. Offsets are bytes from the start of `text`; `from` and `to` bound the whole occurrence:
 * from <= start, end <= to. Nothing is allocated per call or per hit, except by `cursor`, once.
 */
export interface LiteralSearch {
  /** Lengths of the shortest and the longest literal. */
  readonly shortest: number
  readonly longest: number
  /**
   * Start of the leftmost occurrence, and at that start the longest; -1 when there is none. Sets `end` and `which`.
   * About 60 ns a call above the cost of the bytes passed over.
   */
  find(text: Uint8Array, from: number, to: number): number
  /** End of the last occurrence found by `find`. */
  readonly end: number
  /** Index, in the list given to `compileLiterals`, of the literal that `find` found last. */
  readonly which: number
  /** Writes start and end of the first occurrences that do not overlap to `spans`, as many as fit; how many. */
  into(text: Uint8Array, from: number, to: number, spans: Int32Array): number
  /** Number of non-overlapping leftmost-longest occurrences. */
  count(text: Uint8Array, from: number, to: number): number
  /** The sum of their lengths, of those that the last `count` counted. */
  readonly counted: number
  /** For walking all occurrences, overlapping ones too: cheaper than `find` where they are many. */
  cursor(text: Uint8Array, from: number, to: number): LiteralCursor
}

/** The text must not change while a cursor on it is in use. */
export interface LiteralCursor {
  /** Moves to the first occurrence with start >= `from` (never smaller than in the call before); false: no more. */
  next(from: number): boolean
  readonly start: number
  /** Of the longest literal at `start`. */
  readonly end: number
  readonly which: number
}

/** `LiteralSearch.into` by `find`, behind `found` of them that are known. */
export function findInto(
  search: LinearSearch,
  text: Uint8Array,
  from: number,
  to: number,
  spans: Int32Array,
  found = 0,
): number {
  let count = found
  for (let at = from; 2 * count + 2 <= spans.length; count++) {
    const start = search.find(text, at, to)
    if (start < 0) break
    spans[2 * count] = start
    spans[2 * count + 1] = at = search.end
  }
  return count
}
