/** Which patterns of a set match: one walk to the end of the text, noting every pattern whose end is passed. */
import { EDGE } from '../automaton/context.ts'
import type { Surroundings } from '../automaton/context.ts'
import { ACCEPTED, BROKEN, DEAD, STATE } from './lazy.ts'
import type { LazyDfa } from './lazy.ts'
import type { Meter } from './meter.ts'
import { behindLead } from '../foundation/utf8.ts'

export interface WhichMachine {
  /** Merged, made with `which`. */
  readonly dfa: LazyDfa
  readonly surroundings: Surroundings
}

export function whichAccept(
  machine: WhichMachine,
  text: Uint8Array,
  patterns: number,
  meter: Meter,
): number[] {
  const { dfa, surroundings } = machine
  const { classes } = dfa
  const found = new Set<number>()
  let state = dfa.initial(surroundings.before(text, 0, EDGE), false)
  let { table } = dfa
  // A byte takes a step, so it stays where it is but where more is done than to walk.
  let stop = meter.bound(0, text.length)
  for (let at = 0; ;) {
    if (at === stop) {
      if (at < text.length) meter.exceeded()
      // What is left of a character is broken too.
      if (!dfa.isInside(state)) break
      at = behindLead(text, at)
      stop = meter.bound(at, text.length)
      state = dfa.anew()
      table = dfa.table
      continue
    }
    const byte = text[at]!
    let t = table[state + classes[byte]!]!
    meter.tally.steps++
    if (t >= 0) {
      state = t
      at++
      continue
    }
    const kind = surroundings.after(text, at, text.length, EDGE)
    // The patterns are read off the state before it is left: making the next one may empty the cache.
    const accepting = new Set<number>()
    dfa.acceptingPatterns(state, kind, accepting)
    t = dfa.made(t, state, text, at)
    table = dfa.table
    meter.check()
    if (t === BROKEN) {
      at = behindLead(text, at)
      stop = meter.bound(at, text.length)
      state = dfa.anew()
      table = dfa.table
      continue
    }
    if (t < 0 && (t & ACCEPTED) !== 0) {
      for (const pattern of accepting) found.add(pattern)
      if (found.size === patterns) return inOrder(found)
    }
    at++
    stop = meter.bound(at, text.length)
    state = t < 0 ? t & STATE : t
    if (t < 0 && (t & DEAD) !== 0) break
  }
  dfa.acceptingPatterns(state, EDGE, found)
  return inOrder(found)
}

function inOrder(numbers: Iterable<number>): number[] {
  return [...numbers].sort((a, b) => a - b)
}
