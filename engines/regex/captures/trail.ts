/**
 * The way of a determinised run along a text, so that it can be walked back.
 *
 * Forward, only the number of each step is noted, in a buffer of one stretch of text; of earlier stretches only where
 * and in which state they began. To walk back beyond the buffer, a stretch is run again. So the memory is one buffer
 * and a few numbers per stretch, however long the text, and every character is stepped over at most twice.
 */
import { grown, int32s } from '../foundation/arrays.ts'
import { startOf } from '../foundation/utf8.ts'
import type { Meter } from '../dfa/meter.ts'
import { undo } from './actions.ts'
import { UNIT_SHIFT, UNIT_WIDTH, unitAt } from './alphabet.ts'
import type { Future } from './future.ts'
import type { RankedDfa } from './ranked-dfa.ts'
import { FULL } from './ranked-dfa.ts'
import type { Finish, Step } from './stepper.ts'

/** Characters in a stretch: a buffer of one megabyte at most. */
const STRETCH = 1 << 18

/** Where a run stopped and what it met there. */
export class StepTrail {
  readonly dfa: RankedDfa
  at = 0
  state = 0
  kind = 0
  /** Steps of the present stretch. */
  private ids = int32s(256)
  private count = 0
  /** Position, state and kind at the start of each stretch, the present one last. */
  private stretches: number[] = []
  /** In a search: no better path is left than the one that ended. */
  private over = false
  /** In a search: the last path that ended, where (-1: none), and in which stretch. */
  private accepted: Finish | null = null
  acceptedAt = -1
  private acceptedStretch = 0

  constructor(dfa: RankedDfa) {
    this.dfa = dfa
  }

  begin(at: number, kind: number, state: number): void {
    this.at = at
    this.kind = kind
    this.state = state
    this.count = 0
    this.stretches = [at, this.state, kind]
    this.over = false
    this.accepted = null
    this.acceptedAt = -1
  }

  /**
   * Runs to `end`, or in a search until no path is left. False: the cache is full.
   *
   * @param future in a search: then it ends where no path is alive that is better than one that has ended.
   * @throws RegexBudgetError `stepsPerCall`
   */
  run(text: Uint8Array, end: number, meter: Meter, future: Future | null = null): boolean {
    while (this.at < end) {
      if (this.count === STRETCH) {
        this.stretches.push(this.at, this.state, this.kind)
        this.count = 0
      }
      const before = this.count
      const full = !this.fill(text, Math.min(end, meter.bound(this.at, end) + 1), future)
      meter.spend(this.count - before)
      if (full) return false
      if (this.over || this.state === this.dfa.dead) break
    }
    return true
  }

  /** Steps until the stretch or the text ends, or in a search until something happens. */
  private fill(text: Uint8Array, end: number, future: Future | null): boolean {
    const { dfa } = this
    const { alphabet, hasAssertions } = dfa.automaton
    const { low, kind: kinds, classes, bytes } = alphabet
    const ascii = bytes ? 256 : 128
    const searching = dfa.search
    let { at, state, kind, count } = this
    const most = Math.min(STRETCH, count + end - at)
    this.ids = grown(this.ids, most, STRETCH)
    const { ids } = this
    let { table, target } = dfa
    let full = false
    while (at < end && count < most) {
      const byte = text[at]!
      let symbol: number
      let width = 1
      // Packed and taken apart again, an ASCII character would take an eighth longer.
      if (byte < ascii) symbol = low[byte]!
      else {
        const unit = unitAt(alphabet, text, at)
        symbol = unit >> UNIT_SHIFT
        width = unit & UNIT_WIDTH
      }
      let step = table[state + (hasAssertions ? kind * classes : 0) + symbol]!
      if (step === 0) {
        step = dfa.step(state, kind, symbol)
        if (step === FULL) {
          full = true
          break
        }
        ;({ table, target } = dfa)
      }
      ids[count] = step
      if (searching) {
        const { accepted } = dfa.steps[step] as Step
        if (accepted !== null) {
          this.accepted = accepted
          this.acceptedAt = at
          this.acceptedStretch = this.stretches.length
        }
        if (target[step] === dfa.dead) {
          state = dfa.dead
          break
        }
        if (future !== null && this.accepted !== null) {
          const { states } = dfa.rankingOf(target[step]!)
          if (!future.isAlive(states, states.length, at + width)) {
            this.over = true
            break
          }
        }
      }
      count++
      if (hasAssertions) kind = kinds[symbol]!
      state = target[step]!
      at += width
    }
    this.at = at
    this.state = state
    this.kind = kind
    this.count = count
    return !full
  }

  /** In a search: goes back to the last place where a path ended, and tells that path; null if there was none. */
  backToAccepted(text: Uint8Array): Finish | null {
    const { accepted, acceptedAt } = this
    if (accepted === null) return null
    this.stretches.length = this.acceptedStretch
    this.replay(text, acceptedAt)
    return accepted
  }

  /** Runs the present stretch again from its start up to `end`. */
  private replay(text: Uint8Array, end: number): void {
    const [at, state, kind] = this.stretches.slice(-3) as [number, number, number]
    this.at = at
    this.state = state
    this.kind = kind
    this.count = 0
    this.fill(text, end, null)
  }

  /**
   * Walks back from where the run stopped, along the path that `finish` ends, and writes the captures it sets. In a
   * search, spans[0] becomes the place where the path began; else the walk ends as soon as all groups are known. `fate`,
   * by group, begins as UNSET and tells what was found.
   */
  walkBack(text: Uint8Array, finish: Finish, spans: Int32Array, fate: Uint8Array): void {
    const { dfa } = this
    const { bytes } = dfa.automaton.alphabet
    const { forgets } = dfa.automaton
    const { search, steps, links, linkStart } = dfa
    let open = fate.length - 1
    let place = finish.from
    let { at } = this
    open -= undo(finish.actions, at, spans, fate, forgets)
    let index = this.count
    let { state } = this
    for (;;) {
      if (search ? place === dfa.seedOf(state) : open === 0) break
      if (index === 0) {
        if (this.stretches.length === 3) break
        this.stretches.length -= 3
        this.replay(text, at)
        index = this.count
      }
      index--
      const step = this.ids[index]!
      at--
      if (!bytes) {
        // Back to the start of the character; what cannot be decoded was read byte by byte.
        if ((text[at]! & 0xc0) === 0x80) at = startOf(text, at)
      }
      const link = links[linkStart[step]! + place]!
      if (link & 1)
        open -= undo((steps[step] as Step).actions[place] as readonly number[], at, spans, fate, forgets)
      place = link >> 1
      if (search) state = this.stateBefore(index)
    }
    if (search) spans[0] = at
  }

  /** The state before step `index` of the present stretch. */
  private stateBefore(index: number): number {
    if (index > 0) return this.dfa.target[this.ids[index - 1]!]!
    return this.stretches[this.stretches.length - 2]!
  }
}
