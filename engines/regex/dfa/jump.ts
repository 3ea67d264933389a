/** How a walk passes over what cannot begin a match. */

/** Jumps to where a match could begin, in one text; see skip.ts. */
export interface Jump {
  /** Jumps have not paid for themselves: walking on is quicker. */
  readonly spent: boolean
  /** The first place at or after `at` where a match can begin, or -1. */
  next(text: Uint8Array, at: number, to: number): number
}

/**
 * After so many bytes a walk looks whether it waits again for the start of a match, and may pass over what begins none:
 * soon where it has just begun, as most attempts fail at once, then each time after twice as many.
 */
export const FIRST_LAP = 8
export const LAP = 128
