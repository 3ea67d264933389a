/**
 * A complete, determinised is-match automaton: what the walkers in `scan/` need from the automaton builder.
 *
 * It answers one question, "does the text match anywhere?", so an unanchored search prefix is already inside it and
 * an accepting state may be absorbing (`classes.length === 256` maps a byte to its class, the row of a state holds
 * one next state per class). Walks start at `start`, take every byte of the fragment, then ask `accepting[state]`;
 * assertions at the end of the text (`$`, `\>`) are already judged in `accepting`, which therefore answers "would
 * match if the text ended here".
 */
export interface ScanTable {
  /** Number of states, at most 65,536. State numbers are 0 .. states-1. */
  readonly states: number
  /** Number of byte classes, 1 .. 256. */
  readonly classCount: number
  /** Class of each byte, length 256. */
  readonly classes: Uint8Array
  /** next state = next[state * classCount + class]; not premultiplied; length states * classCount. */
  readonly next: Uint16Array
  /** The state before the first byte of a fragment. */
  readonly start: number
  /** 1 where a text that ends in this state has matched; length states. */
  readonly accepting: Uint8Array
  /** The state, if any, from which every text matches (all its transitions lead to itself); else -1. */
  readonly absorbing: number
  /** The state, if any, from which no text matches any more (anchored patterns); else -1. */
  readonly dead: number
}
