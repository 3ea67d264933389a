/** A named yes-or-no check that a replication made of itself (invariants 2 and 4 and the sim's own). */
export interface InvariantSample {
  readonly name: string
  readonly ok: boolean
  /** What was seen, when it is not ok. */
  readonly detail?: string
}
