/** Walking without a cache: each set made from the one before and forgotten, for texts that make a new one every byte. */
import { EDGE, OTHER } from '../automaton/context.ts'
import type { Surroundings } from '../automaton/context.ts'
import { acceptingGroup, SEARCHING } from './items.ts'
import type { LazyDfa } from './lazy.ts'
import type { Meter } from './meter.ts'
import { behindLead } from '../foundation/utf8.ts'

/** A cache emptied this often in one walk, with few bytes for each state made, is not worth having. */
export const RESETS = 3
export const BYTES_PER_STATE = 8

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
 * Walks on to the end of the match, or of the text.
 * @param edge what is beyond the end of the text
 * @param first stop at the first acceptance
 */
export function walkUncached(
  { dfa, surroundings, meter }: Ground,
  text: Uint8Array,
  from: number,
  initial: Int32Array,
  edge: number,
  first: boolean,
): Reached {
  const to = text.length
  let set = initial
  let { length } = set
  let last = -1
  for (let at = from; ; at++) {
    if (at < to) {
      dfa.step(set, length, text[at]!, surroundings.after(text, at, to, EDGE))
      meter.tally.steps += length
      meter.check()
    }
    if (at < to ? dfa.broken : dfa.setIsInside(set, length)) {
      at = behindLead(text, at) - 1
      dfa.begin(OTHER, false)
    } else if (at === to) break
    else if (dfa.accepted) {
      last = at
      if (first) return { last, stopped: at }
    }
    set = dfa.swap(spareFor(set, dfa))
    length = dfa.outLength
    if (isDead(set, length)) return { last, stopped: at + 1 }
  }
  return { last: acceptingGroup(set, length, edge) >= 0 ? to : last, stopped: to }
}

/** The same from `to` back to `from`. @param edge what is before `from` */
export function walkUncachedBack(
  { dfa, surroundings, meter }: Ground,
  text: Uint8Array,
  from: number,
  to: number,
  initial: Int32Array,
  edge: number,
): Reached {
  let set = initial
  let { length } = set
  let last = -1
  for (let at = to; at > from; at--) {
    dfa.step(set, length, text[at - 1]!, surroundings.before(text, at, EDGE))
    meter.tally.steps += length
    meter.check()
    if (dfa.accepted) last = at
    set = dfa.swap(spareFor(set, dfa))
    length = dfa.outLength
    if (isDead(set, length)) return { last, stopped: at - 1 }
  }
  return { last: acceptingGroup(set, length, edge) >= 0 ? from : last, stopped: from }
}

function spareFor(set: Int32Array, dfa: LazyDfa): Int32Array {
  return set.length === dfa.out.length ? set : new Int32Array(dfa.out.length)
}

function isDead(set: Int32Array, length: number): boolean {
  return length === 1 && (set[0]! & SEARCHING) === 0
}
