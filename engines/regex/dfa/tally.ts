/** What a Regex has done so far: exact, so a change in cost shows without a clock. */
export interface Tally {
  /** Bytes walked by automata plus, where sets are stepped without a cache, nodes looked at. */
  steps: number
  /** Nodes looked at while states were made. */
  built: number
  /** States made. */
  states: number
  /** Times a full cache was emptied. */
  resets: number
  /** Bytes given to literal searches. */
  scanned: number
  /** Bytes of fragments that a scan gave to its automaton. */
  judged: number
  /** Bytes looked at to turn byte offsets of strings into their own. */
  mapped: number
  /** Times a find-all went over to its linear, slower way. */
  hardened: number
}

export function newTally(): Tally {
  return { steps: 0, built: 0, states: 0, resets: 0, scanned: 0, judged: 0, mapped: 0, hardened: 0 }
}
