/**
 * Whether a text has a match: a walk of one merged set of threads that stops at the first acceptance.
 *
 * Most calls are for short texts, so there is nothing here but the walk. Where nothing has begun, bytes that begin
 * nothing are passed over first: they leave the state as it is, so one need not wait for the other, and where many of
 * them stand together they are passed 16 at a time.
 *
 * Worth (`npm run regex:paths`, is-match): 1.4 to 2.2 times the walk for spans on lines whose match goes on.
 * Worth (`npm run regex:paths`, short strings): 1.3 to 1.5 times encoding them first.
 */
import { EDGE } from '../automaton/context.ts'
import type { Surroundings } from '../automaton/context.ts'
import type { ByteSet } from '../scan/byte-set.ts'
import { FIRST_LAP, LAP } from './jump.ts'
import type { Jump } from './jump.ts'
import { ACCEPTED, ASK, BROKEN, DEAD, IDLE, NOW, STATE, UNBUILT } from './lazy.ts'
import type { LazyDfa } from './lazy.ts'
import type { Meter } from './meter.ts'
import { walkUncached } from './uncached.ts'
import { behindLead } from '../foundation/utf8.ts'

export class MatchWalker {
  readonly dfa: LazyDfa
  readonly surroundings: Surroundings
  readonly meter: Meter
  /** Jumps over what cannot begin a match, in the text at hand. */
  jump: Jump | null = null
  /** Where the last `find` left off because jumps no longer pay: nothing has begun before it; else -1. */
  left = -1
  private readonly starting: ByteSet | null
  /** What stands before a place may make a difference to the pattern. */
  private readonly differ: boolean

  /**
   * @param dfa merged
   * @param starting the bytes that a match can begin with, if it can begin anywhere and is never empty
   */
  constructor(dfa: LazyDfa, surroundings: Surroundings, meter: Meter, starting: ByteSet | null) {
    this.dfa = dfa
    this.surroundings = surroundings
    this.meter = meter
    this.starting = starting
    this.differ = dfa.nfa.masks.length > 0
  }

  /** Whether a match begins at or after `from`. @param bol, eol what the edges of the text are */
  find(text: Uint8Array, from: number, bol: number, eol: number): boolean {
    const { dfa, meter, jump, surroundings, starting } = this
    const { classes } = dfa
    const { tally } = meter
    const to = text.length
    this.left = -1
    let at = from
    if (jump !== null) {
      at = jump.next(text, from, to)
      if (at < 0) return false
    }
    let stop = meter.limited ? meter.bound(at, to) : to
    let counted = at
    if (starting !== null) at = starting.find(text, at, stop)
    let state = dfa.initial(surroundings.before(text, at, bol), false)
    if (starting === null && dfa.acceptsNow(state)) return true
    // Later this state need not mean that nothing has begun, only that what has begun could begin here as well.
    let home = state
    const over = this.differ ? null : starting
    let { table } = dfa
    let known = dfa.resets
    let stretch = FIRST_LAP
    for (;;) {
      if (state === home) {
        stretch = FIRST_LAP
        if (over !== null) {
          at = over.find(text, at, stop)
          if (at === to) break
        } else while (at < stop && table[home + classes[text[at]!]!] === home) at++
      }
      // Not in the loop itself: one comparison more there is a third of its time.
      const lap = at + stretch < stop ? at + stretch : stop
      if (stretch < LAP) stretch *= 2
      let t = 0
      while (at < lap) {
        t = table[state + classes[text[at]!]!]!
        if (t < 0) break
        state = t
        at++
      }
      if (t >= 0 && at < stop) continue
      if (t >= 0) {
        if (at < to) meter.exceeded()
        if (!dfa.isInside(state)) break
        tally.steps += at - counted
        at = counted = behindLead(text, at)
        state = dfa.anew()
        table = dfa.table
        home = -1
        continue
      }
      if (t === UNBUILT || (t & ASK) !== 0) {
        tally.steps += at - counted
        counted = at
        if (t === UNBUILT && dfa.isInVain) {
          return walkUncached(this, text, at, to, dfa.setOf(state), eol, true).last >= 0
        }
        t = dfa.made(t, state, text, at)
        meter.check()
      }
      if (t === BROKEN) {
        tally.steps += at - counted
        at = counted = behindLead(text, at)
        stop = meter.bound(at, to)
        state = dfa.anew()
        table = dfa.table
        home = -1
        continue
      }
      table = dfa.table
      if (dfa.resets !== known) {
        known = dfa.resets
        home = -1
      }
      at++
      if (t >= 0) {
        state = t
        continue
      }
      if ((t & (NOW | ACCEPTED)) !== 0) {
        tally.steps += at - counted
        return true
      }
      state = t & STATE
      if ((t & DEAD) !== 0) {
        tally.steps += at - counted
        return false
      }
      if ((t & IDLE) !== 0 && jump !== null) {
        const next = jump.next(text, at, to)
        if (next < 0 || jump.spent) {
          tally.steps += at - counted
          this.left = next
          return false
        }
        if (next > at) {
          tally.steps += at - counted
          at = counted = next
          stop = meter.bound(at, to)
          state = dfa.initial(surroundings.before(text, at, EDGE), false)
          table = dfa.table
        }
      }
    }
    tally.steps += at - counted
    // Where nothing has begun, nothing ends but an empty match.
    if (state === home && starting !== null) return false
    return dfa.acceptsAtEnd(state, eol) >= 0
  }

  /**
   * The same for a short string, which takes longer to encode than to walk; undefined where it is not ASCII or the
   * cache was emptied meanwhile.
   */
  findIn(text: string): boolean | undefined {
    const { dfa, meter, starting } = this
    const home = dfa.initial(EDGE, false)
    const { classes, resets } = dfa
    let { table } = dfa
    if (starting === null && dfa.acceptsNow(home)) return true
    let state = home
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at)
      if (unit > 0x7f) return undefined
      let t = table[state + classes[unit]!]!
      if (t === UNBUILT) {
        t = dfa.build(state, unit)
        if (dfa.resets !== resets) return undefined
        table = dfa.table
      }
      if (t >= 0) state = t
      else {
        if ((t & (NOW | ACCEPTED | DEAD)) !== 0) {
          meter.tally.steps += at + 1
          return (t & DEAD) === 0 || (t & (NOW | ACCEPTED)) !== 0
        }
        state = t & STATE
      }
    }
    meter.tally.steps += text.length
    if (state === home && starting !== null) return false
    return dfa.acceptsAtEnd(state, EDGE) >= 0
  }
}
