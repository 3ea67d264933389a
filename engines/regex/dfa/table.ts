/** The complete is-match automaton of a pattern, where it is small: what the walkers over fragments run. */
import { EDGE, OTHER } from '../automaton/context.ts'
import type { ScanTable } from '../scan/table.ts'
import { ACCEPTED, ASK, BROKEN, DEAD, NOW, STATE, UNBUILT } from './lazy.ts'
import type { LazyDfa } from './lazy.ts'

/** Beyond these a table is slower than the lazy automaton, and making it a cost of its own. */
const MOST_STATES = 4096
const MOST_ENTRIES = 1 << 18
const MOST_WORK = 1 << 17

/**
 * Follows every transition from the start state.
 * @param dfa merged
 * @returns null where the automaton is too large, or where a character of several bytes must be looked at whole
 */
export function completeTable(dfa: LazyDfa, work: () => number): ScanTable | null {
  const { stride, classes } = dfa
  const representative = new Uint8Array(stride)
  for (let byte = 255; byte >= 0; byte--) representative[classes[byte]!] = byte
  const limit = Math.min(MOST_STATES, Math.floor(MOST_ENTRIES / stride))
  const next: number[] = []
  const accepting: number[] = []
  const numbers = new Map<number, number>()
  const queue: number[] = []
  let absorbing = -1
  let dead = -1
  const fixed = (accepts: number): number => {
    const number = accepting.push(accepts) - 1
    for (let c = 0; c < stride; c++) next.push(number)
    return number
  }
  const numberOf = (state: number): number => {
    let number = numbers.get(state)
    if (number === undefined) {
      const last = dfa.isInside(state) ? dfa.anew() : state
      number = accepting.push(dfa.acceptsAtEnd(last, EDGE) >= 0 ? 1 : 0) - 1
      for (let c = 0; c < stride; c++) next.push(0)
      numbers.set(state, number)
      queue.push(state)
    }
    return number
  }
  const initial = dfa.initial(EDGE, false)
  if (dfa.acceptsNow(initial)) absorbing = fixed(1)
  const start = absorbing >= 0 ? absorbing : numberOf(initial)
  const { resets } = dfa
  const firstWork = work()
  for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
    const row = numbers.get(state)! * stride
    for (let c = 0; c < stride; c++) {
      let t = dfa.build(state, representative[c]!)
      if (t === BROKEN) {
        // How many places are behind the lead byte matters only if something matches between them.
        if (dfa.acceptsAtEnd(dfa.anew(), OTHER) >= 0) return null
        t = dfa.build(dfa.anew(), representative[c]!)
      }
      if (t === (UNBUILT | ASK) || dfa.resets !== resets || work() - firstWork > MOST_WORK) return null
      if (t < 0 && (t & (ACCEPTED | NOW)) !== 0)
        next[row + c] = absorbing < 0 ? (absorbing = fixed(1)) : absorbing
      else if (t < 0 && (t & DEAD) !== 0) next[row + c] = dead < 0 ? (dead = fixed(0)) : dead
      else next[row + c] = numberOf(t & STATE)
    }
    if (accepting.length > limit) return null
  }
  return {
    states: accepting.length,
    classCount: stride,
    classes,
    next: Uint16Array.from(next),
    start,
    accepting: Uint8Array.from(accepting),
    absorbing,
    dead,
  }
}
