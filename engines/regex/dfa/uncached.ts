/** Walking without a cache: each set made from the one before and forgotten, for texts that make a new one every byte. */
import { EDGE, OTHER } from '../automaton/context.ts'
import type { Surroundings } from '../automaton/context.ts'
import { acceptingGroup, SEARCHING } from './items.ts'
import type { LazyDfa } from './lazy.ts'
import type { Meter } from './meter.ts'
import { behindLead } from '../foundation/utf8.ts'

/** What a walk needs besides its text. */
export interface Ground {
  readonly dfa: LazyDfa
  readonly surroundings: Surroundings
  readonly meter: Meter
}

/** What such a walk found: the last acceptance or -1, and where it stopped. */
export interface Reached {
  readonly last: number
  readonly stopped: number
}

/**
 * Walks on from `start` to `goal`, an end of the text to one of the two sides, or to the end of the match.
 * @param edge what is beyond `goal`
 * @param first stop at the first acceptance
 */
export function walkUncached(
  { dfa, surroundings, meter }: Ground,
  text: Uint8Array,
  start: number,
  goal: number,
  initial: Int32Array,
  edge: number,
  first: boolean,
): Reached {
  const back = goal < start
  const step = back ? -1 : 1
  let set = initial
  let { length } = set
  let last = -1
  for (let at = start; ; at += step) {
    if (at !== goal) {
      if (back) dfa.step(set, length, text[at - 1]!, surroundings.before(text, at, EDGE))
      else dfa.step(set, length, text[at]!, surroundings.after(text, at, goal, EDGE))
      dfa.countUncached(length)
      meter.check()
    }
    // Only a search, which goes forward, knows of characters.
    if (at !== goal ? dfa.broken : dfa.setIsInside(set, length)) {
      at = behindLead(text, at) - 1
      dfa.begin(OTHER, false)
    } else if (at === goal) break
    else if (dfa.accepted) {
      last = at
      if (first) return { last, stopped: at }
    }
    set = dfa.swap(spareFor(set, dfa))
    length = dfa.outLength
    if (isDead(set, length)) return { last, stopped: at + step }
  }
  return { last: acceptingGroup(set, length, edge) >= 0 ? goal : last, stopped: goal }
}

function spareFor(set: Int32Array, dfa: LazyDfa): Int32Array {
  return set.length === dfa.out.length ? set : new Int32Array(dfa.out.length)
}

function isDead(set: Int32Array, length: number): boolean {
  return length === 1 && (set[0]! & SEARCHING) === 0
}
