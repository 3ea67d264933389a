/** The calling convention that all kernels which search for literals share. */
import { CONTROL } from '../memory.ts'

/**
 * Finds occurrences of the program's literals with at <= start < limit, ending at or before `end`, leftmost first and
 * of those at one start the longest; stops after `max`. Addresses are in the engine's memory.
 *
 * Unless `hits` is 0, each is written there as two words, its start and the number of its literal. `overlap`: 1: the
 * next may start one byte further on; 0: where this one ends. `effort`: how much comparing of candidates is allowed,
 * in 16-byte blocks. Returns how many were found, and leaves the words of `RESULT`.
 */
export type SearchKernel = (
  at: number,
  limit: number,
  end: number,
  hits: number,
  max: number,
  overlap: number,
  effort: number,
) => number

export const RESULT = {
  /** Where to go on: no unreported occurrence starts before it. */
  next: CONTROL,
  /** 1: stopped at `next`, as comparing candidates took more than allowed. */
  gaveUp: CONTROL + 4,
  /** Total length of what was found. */
  length: CONTROL + 8,
} as const
