/** Walking back from an end: to where the leftmost match that ends there begins. */
import { EDGE } from '../automaton/context.ts'
import type { Surroundings } from '../automaton/context.ts'
import { ACCEPTED, ASK, DEAD, STATE, UNBUILT } from './lazy.ts'
import type { LazyDfa } from './lazy.ts'
import type { Meter } from './meter.ts'
import { walkUncached } from './uncached.ts'

export class BackWalker {
  readonly dfa: LazyDfa
  readonly surroundings: Surroundings
  readonly meter: Meter

  /** @param dfa backward, anchored */
  constructor(dfa: LazyDfa, surroundings: Surroundings, meter: Meter) {
    this.dfa = dfa
    this.surroundings = surroundings
    this.meter = meter
  }

  /** Reads text[from..to) from its end and returns the last acceptance, the leftmost place, or -1. @param edge before `from` */
  walk(text: Uint8Array, from: number, to: number, initial: number, edge: number): number {
    const { dfa, meter } = this
    const { classes } = dfa
    const { tally } = meter
    let { table } = dfa
    let state = initial
    let at = to
    let counted = to
    let last = -1
    const left = meter.left()
    const stop = to - from > left ? to - Math.max(0, left) : from
    let t = 0
    for (;;) {
      t = 0
      while (at > stop) {
        t = table[state + classes[text[at - 1]!]!]!
        if (t < 0) break
        state = t
        at--
      }
      if (t >= 0) break
      if (t === UNBUILT) {
        tally.steps += counted - at
        counted = at
        if (dfa.isInVain) {
          const uncached = walkUncached(this, text, at, from, dfa.setOf(state), edge, false)
          return uncached.last >= 0 ? uncached.last : last
        }
        t = dfa.build(state, text[at - 1]!)
        table = dfa.table
        meter.check()
      }
      if (t === (UNBUILT | ASK)) {
        t = dfa.resolve(state, text[at - 1]!, this.surroundings.before(text, at, EDGE))
        table = dfa.table
      }
      if (t >= 0) {
        state = t
        at--
        continue
      }
      if ((t & ACCEPTED) !== 0) last = at
      at--
      state = t & STATE
      if ((t & DEAD) !== 0) {
        tally.steps += counted - at
        return last
      }
    }
    tally.steps += counted - at
    if (at > from) meter.exceeded()
    return dfa.acceptsAtEnd(state, edge) >= 0 ? from : last
  }
}
