/**
 * Leftmost-longest spans by a forward walk of threads in groups, one match after another.
 *
 * The loop asks one thing of each transition, as a second one would make it half as quick, and leaves only for a special
 * transition: one not made yet, an acceptance, the end, or a waiting state where a prefilter may jump ahead. Two kinds
 * of stretches have their own loops: where nothing has begun and nothing begins, bytes are passed over without waiting
 * for the state, or 16 at a time; where matches stand close to each other, `dense.ts` walks without branches. Which is
 * taken changes no answer and no count of steps.
 */
import { isOpen } from '../foundation/paths.ts'
import { EDGE } from '../automaton/context.ts'
import type { Surroundings } from '../automaton/context.ts'
import type { ByteSet } from '../scan/byte-set.ts'
import type { BackWalker } from './back.ts'
import { DenseWalk } from './dense.ts'
import { FIRST_LAP, LAP } from './jump.ts'
import type { Jump } from './jump.ts'
import { ACCEPTED, ASK, BORN, BROKEN, DEAD, IDLE, LATER, LOST, STATE, UNBUILT } from './lazy.ts'
import type { LazyDfa } from './lazy.ts'
import type { Meter } from './meter.ts'
import { outOfHand } from './patience.ts'
import { walkUncached } from './uncached.ts'
import { behindLead } from '../foundation/utf8.ts'

/** Bytes walked densely before asking whether that still pays; even, as they are taken in twos. */
const BLOCK = 512
/** Begins and ends of matches closer than this to each other are dense; twice as far apart they are no longer. */
const CLOSE = 8
/** So many begins and ends are looked at to tell. */
const SAMPLE = 16
/** A shorter text is over before that could be told. */
const LEAST = 128
/** The batch must have room for so many spans. */
const ROOM = 64
/** A dense walk of fewer bytes than this has cost more than it brought. */
const BRIEF = 32
const MOST_BRIEF = 256
/** After so many of them there are no more, until a text this long asks again. */
const LONG = 1 << 16

/** Given in place of `spans`: matches are only counted, and where they begin is not asked. */
export const COUNT_ONLY = new Int32Array(0)

export class SpanWalker {
  readonly dfa: LazyDfa
  readonly surroundings: Surroundings
  readonly meter: Meter
  /** Jumps over what cannot begin a match, in the text at hand. */
  jump: Jump | null = null
  /** Bytes read beyond the ends of matches since the search for all of them began, and where that was. */
  wasted = 0
  origin = 0
  /** Where the last match that `find` found ends. */
  end = -1
  /** Whether the last `find` may have left matches behind. */
  more = false
  /** Where the last `find` left off because jumps no longer pay: nothing has begun before it; else -1. */
  left = -1
  /** Walks back to where a match begins. */
  private readonly back: BackWalker
  /** The one length that matches have, or -1. */
  private readonly length: number
  private readonly starting: ByteSet | null
  /** What stands before a place may make a difference to the pattern. */
  private readonly differ: boolean
  /** Matches of threads in order stand seldom close enough to each other. */
  private readonly mayBeDense: boolean
  private readonly dense: DenseWalk
  private isDense = false
  private brief = 0

  /**
   * @param length the one length that matches have, or -1
   * @param starting the bytes that a match can begin with, if it can begin anywhere and is never empty
   * @param inOrder the automaton's threads stand in order, see `SetOptions.first`
   */
  constructor(
    dfa: LazyDfa,
    surroundings: Surroundings,
    meter: Meter,
    back: BackWalker,
    length: number,
    starting: ByteSet | null,
    inOrder: boolean,
  ) {
    this.dfa = dfa
    this.surroundings = surroundings
    this.meter = meter
    this.back = back
    this.length = length
    this.starting = starting
    this.mayBeDense = !inOrder && isOpen('dense')
    this.differ = dfa.nfa.masks.length > 0
    this.dense = new DenseWalk(dfa, meter.tally)
  }

  /**
   * Finds up to `capacity` leftmost-longest matches from `from` on, one after another, and writes their spans to
   * `spans`, which has room for one more or is COUNT_ONLY.
   * @param noEmpty an empty match at `from` does not count
   * @param bol, eol what the edges of the text are
   * @returns how many matches were found; fewer than `capacity`: there are no more, or `wasted` got out of hand
   */
  find(
    text: Uint8Array,
    from: number,
    noEmpty: boolean,
    bol: number,
    eol: number,
    spans: Int32Array,
    capacity: number,
  ): number {
    const { dfa, meter, jump, surroundings, starting, dense } = this
    const { classes } = dfa
    const { tally } = meter
    const to = text.length
    if (from === this.origin && to - from >= LONG) this.brief = 0
    const mayBeDense =
      this.mayBeDense &&
      jump === null &&
      !meter.limited &&
      capacity >= ROOM &&
      to - from >= LEAST &&
      this.brief < MOST_BRIEF
    this.more = true
    this.left = -1
    let at = from
    if (jump !== null) {
      at = jump.next(text, from, to)
      if (at < 0) return this.finish(0)
    }
    let isDense = mayBeDense && dense.prepare() && this.isDense
    let state = dfa.initial(surroundings.before(text, at, bol), noEmpty && at === from)
    let home = state
    let { table } = dfa
    let known = dfa.resets
    // No match begins between `from` and here; it must not be asked of an anchored search, where all do at `from`.
    const searching = dfa.searches
    let idle = searching ? at : from
    let count = 0
    const counting = spans === COUNT_ONLY
    // Where spans are written down, a dense walk gains nothing from attempts that fail.
    const close = counting ? CLOSE : 2 * CLOSE
    // Of the match being looked for: where the first group began (-1: not known), where the match starts and ends.
    let born = at
    let start = -1
    let end = -1
    let counted = at
    let stop = meter.limited ? meter.bound(at, to) : to
    // Ends of matches, and where they are counted begins, seen since `sampled`.
    let marks = 0
    let sampled = at
    let stretch = FIRST_LAP
    for (;;) {
      if (isDense && capacity - count >= ROOM && stop - at >= BRIEF && dense.ready) {
        const limit = Math.min(stop, at + (Math.min(BLOCK, capacity - count) & ~1))
        const began = at
        let ends: number
        if (counting) {
          at = dense.count(text, at, limit, state)
          ends = dense.ends
          if (ends > 0) this.end = dense.end
        } else {
          spans[count * 2] = born
          at = dense.run(text, at, limit, state, spans, count * 2)
          const found = dense.used >> 1
          ends = found - count
          if (ends > 0) {
            this.end = spans[dense.used - 1]!
            if (this.length >= 0)
              for (let i = count; i < found; i++) spans[i * 2] = spans[i * 2 + 1]! - this.length
          }
          born = spans[dense.used]!
        }
        state = dense.state
        if (ends > 0) {
          // What a walk with branches reads again behind each match.
          tally.steps += ends
          this.wasted += ends
          count += ends
          from = this.end
          noEmpty = true
          // A start that must be walked back to is none inside of these matches.
          if (searching) idle = from
          if (count >= capacity) {
            // What was walked over behind the last match is read again, as behind any other.
            tally.steps += from - counted
            return count
          }
        }
        if (at < limit) {
          isDense = false
          if (at - began >= BRIEF) this.brief = Math.max(0, this.brief - 1)
          else if (++this.brief === MOST_BRIEF) this.isDense = false
        } else {
          if ((counting ? ends + dense.starts : ends) * 2 * close < at - began) isDense = this.isDense = false
          continue
        }
      }
      if (state === home) {
        stretch = FIRST_LAP
        if (starting !== null) {
          at = starting.find(text, at, stop)
          if (at === to) break
          if (this.differ) {
            home = state = dfa.initial(surroundings.before(text, at, bol), false)
            table = dfa.table
          }
        } else while (at < stop && table[home + classes[text[at]!]!] === home) at++
        if (searching) idle = at
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
      let done = false
      if (t < 0) {
        if (t === UNBUILT || (t & ASK) !== 0) {
          tally.steps += at - counted
          counted = at
          if (t === UNBUILT && dfa.isInVain) {
            const reached = walkUncached(this, text, at, to, dfa.setOf(state), eol, false)
            if (reached.last >= 0) {
              end = reached.last
              start = -1
            }
            at = counted = reached.stopped
            done = true
          } else {
            t = dfa.made(t, state, text, at)
            meter.check()
          }
          table = dfa.table
          if (dfa.resets !== known) {
            known = dfa.resets
            home = -1
          }
          if (t === BROKEN) {
            tally.steps += at - counted
            at = born = counted = behindLead(text, at)
            stop = meter.bound(at, to)
            state = dfa.anew()
            table = dfa.table
            home = -1
            continue
          }
        }
        if (!done) {
          if (t >= 0) {
            state = t
            at++
            continue
          }
          if ((counting || (t & ACCEPTED) !== 0) && ++marks === SAMPLE) {
            if (at - sampled < SAMPLE * close) this.isDense = true
            marks = 0
            sampled = at
          }
          if ((t & BORN) !== 0) born = at
          if ((t & ACCEPTED) !== 0) {
            end = at
            start = (t & LATER) === 0 ? born : -1
          }
          if ((t & LOST) !== 0) born = -1
          at++
          state = t & STATE
          if (mayBeDense) isDense = this.isDense && end < 0 && born >= 0
          if ((t & DEAD) !== 0) done = true
          else if ((t & IDLE) !== 0 && jump !== null) {
            const next = jump.next(text, at, to)
            if (next < 0) break
            if (jump.spent) {
              tally.steps += at - counted
              this.left = next
              return count
            }
            if (next > at) {
              tally.steps += at - counted
              at = counted = next
              if (searching) idle = at
              stop = meter.bound(at, to)
              state = dfa.initial(surroundings.before(text, at, EDGE), false)
              table = dfa.table
            }
          }
        }
      } else {
        if (at < to) meter.exceeded()
        if (dfa.isInside(state)) {
          tally.steps += at - counted
          at = born = counted = behindLead(text, at)
          state = dfa.anew()
          table = dfa.table
          home = -1
          continue
        }
        const group = dfa.acceptsAtEnd(state, eol)
        if (group >= 0) {
          end = to
          start = group > 0 ? -1 : dfa.isWaiting(state) ? to : born
        }
        done = true
      }
      if (!done) continue
      if (end < 0) break
      // A match is complete.
      tally.steps += at - counted
      this.wasted += at - end
      if (!counting) {
        if (this.length >= 0) start = end - this.length
        else if (start < 0) start = this.startOf(text, idle, end, noEmpty && idle === from, bol, eol)
        spans[count * 2] = start
        spans[count * 2 + 1] = end
      }
      this.end = end
      count++
      if (count >= capacity || outOfHand(this.wasted, end - this.origin)) return count
      from = end
      noEmpty = true
      at = from
      if (jump !== null) {
        at = jump.next(text, from, to)
        if (at < 0) return this.finish(count)
      }
      isDense = mayBeDense && this.isDense && (dense.ready || dense.prepare())
      home = state = dfa.initial(surroundings.before(text, at, bol), at === from)
      table = dfa.table
      known = dfa.resets
      born = counted = at
      if (searching) idle = at
      start = end = -1
      if (meter.limited) stop = meter.bound(at, to)
    }
    tally.steps += at - counted
    return this.finish(count)
  }

  /** No more matches after these. */
  private finish(count: number): number {
    this.more = false
    return count
  }

  private startOf(
    text: Uint8Array,
    from: number,
    end: number,
    noEmpty: boolean,
    bol: number,
    eol: number,
  ): number {
    const { surroundings, back } = this
    const initial = back.dfa.initial(surroundings.after(text, end, text.length, eol), noEmpty && end === from)
    return back.walk(text, from, end, initial, surroundings.before(text, from, bol))
  }
}
