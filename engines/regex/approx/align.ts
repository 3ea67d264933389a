/**
 * How a match came about: which characters were inserted, deleted and substituted, and through which regions the path
 * went. The span and its cost are known; this walks the span once more, now with every path remembered.
 *
 * Several alignments may have the same cost. The rule here: the fewest errors, then the fewest insertions, then the
 * fewest deletions; of those that are still equal, the first in the order in which a backtracking matcher would try
 * (a greedy repetition once more, alternatives from left to right, a match before an error).
 *
 * Paths are kept in that order, as Pike's machine keeps its threads. A path remembers only its events, as a list linked
 * backward that it shares with the paths it forked from, so a long match without errors takes no memory.
 */
import { UNIT_SHIFT, UNIT_WIDTH, unitAt, holds } from '../captures/alphabet.ts'
import type { Surroundings } from '../automaton/context.ts'
import { RegexBudgetError } from '../types.ts'
import { ACCEPT, ASSERT, EXIT, FORK, STEP } from './automaton.ts'
import type { Pattern } from './automaton.ts'
import type { Labels } from './labels.ts'
import type { ApproxMeter } from './meter.ts'
import { DELETE, INSERT, SUBSTITUTE } from './settings.ts'

/** Event kinds: the three operations, and a passage through an ASSERT, ENTER or EXIT. */
export const PASSAGE = 3

export interface Event {
  readonly kind: number
  /** Offset in the text. */
  readonly at: number
  /** Bytes of the text it stands for; 0 for a deletion and a passage. */
  readonly width: number
  /** The state at which it happened. */
  readonly state: number
  readonly before: Event | null
}

export interface Alignment {
  readonly inserts: number
  readonly deletes: number
  readonly substitutes: number
  /** The last event. */
  readonly events: Event | null
}

class Path {
  readonly state: number
  readonly label: number
  readonly inserts: number
  readonly deletes: number
  readonly substitutes: number
  readonly events: Event | null
  /** A better path came to the same state. */
  dead = false

  constructor(
    state: number,
    label: number,
    inserts: number,
    deletes: number,
    substitutes: number,
    events: Event | null,
  ) {
    this.state = state
    this.label = label
    this.inserts = inserts
    this.deletes = deletes
    this.substitutes = substitutes
    this.events = events
  }

  /** The same path, further on without an error. */
  to(state: number, label: number, events: Event | null): Path {
    return new Path(state, label, this.inserts, this.deletes, this.substitutes, events)
  }

  /** The same path after one more error. */
  with(op: number, state: number, label: number, at: number, width: number): Path {
    const { inserts, deletes, substitutes } = this
    return new Path(
      state,
      label,
      op === INSERT ? inserts + 1 : inserts,
      op === DELETE ? deletes + 1 : deletes,
      op === SUBSTITUTE ? substitutes + 1 : substitutes,
      { kind: op, at, width, state: this.state, before: this.events },
    )
  }
}

/** Paths alive at once. */
const MOST_PATHS = 100_000

export interface Span {
  readonly start: number
  readonly end: number
  readonly cost: number
}

export class Aligner {
  private readonly pattern: Pattern
  private readonly labels: Labels
  private readonly meter: ApproxMeter
  private readonly here: Path[][]
  private touched: number[] = []
  private paths: Path[] = []
  private bound = 0
  /** Paths compared since the meter was told. */
  private compared = 0

  constructor(pattern: Pattern, labels: Labels, meter: ApproxMeter) {
    this.pattern = pattern
    this.labels = labels
    this.meter = meter
    this.here = Array.from(pattern.forward.kind, () => [])
  }

  /** Below 0: `a` is the better one. Total cost first, then the rule above. */
  private compare(a: Path, b: Path): number {
    const { costs } = this.labels
    return (
      costs[a.label]! - costs[b.label]! ||
      a.inserts + a.deletes + a.substitutes - (b.inserts + b.deletes + b.substitutes) ||
      a.inserts - b.inserts ||
      a.deletes - b.deletes
    )
  }

  /** Whether the path is worth following: nothing at its state is as good in every way. */
  private enter(path: Path): boolean {
    const { labels } = this
    if (labels.costs[path.label]! > this.bound) return false
    const list = this.here[path.state] as Path[]
    if (list.length === 0) this.touched.push(path.state)
    this.compared += list.length
    for (const other of list) {
      if (labels.withinLimits(other.label, path.label) && this.compare(other, path) <= 0) return false
    }
    let kept = 0
    for (const other of list) {
      if (labels.withinLimits(path.label, other.label) && this.compare(path, other) <= 0) other.dead = true
      else list[kept++] = other
    }
    list.length = kept
    list.push(path)
    return true
  }

  /** Adds a path and all that it leads to without reading, in order. */
  private follow(first: Path, at: number, near: number, far: number): void {
    const { forward: nfa, regions } = this.pattern
    const stack = [first]
    let steps = 0
    for (let path = stack.pop(); path; path = stack.pop()) {
      if (!this.enter(path)) continue
      steps++
      const { state, label } = path
      const next = nfa.next[state]!
      const kind = nfa.kind[state]!
      if (kind === FORK) {
        for (let k = nfa.value[state]!; k-- > 0;) {
          stack.push(path.to(nfa.forkTo[next + k]!, label, path.events))
        }
        continue
      }
      this.paths.push(path)
      if (kind === STEP) {
        const after = this.labels.after(label, nfa.region[state]!, DELETE)
        if (after >= 0) stack.push(path.with(DELETE, next, after, at, 0))
      } else if (kind !== ACCEPT) {
        if (kind === ASSERT) {
          const masks = nfa.masks[nfa.value[state]!] as Uint8Array
          if ((masks[near]! & (1 << far)) === 0) continue
        }
        const events = { kind: PASSAGE, at, width: 0, state, before: path.events }
        const depth = regions[nfa.value[state]!]?.depth as number
        const after = kind === EXIT ? this.labels.leave(label, depth) : label
        stack.push(path.to(next, after, events))
      }
    }
    this.meter.spend(steps + this.compared)
    this.compared = 0
    if (this.paths.length > MOST_PATHS) throw new RegexBudgetError('states', this.paths.length, MOST_PATHS)
  }

  private clear(): Path[] {
    const { paths } = this
    this.paths = []
    for (const state of this.touched) (this.here[state] as Path[]).length = 0
    this.touched = []
    return paths
  }

  /** The alignment of a match that is known to be there. `bol`, `eol`: what the edges of the text are. */
  align(text: Uint8Array, span: Span, around: Surroundings, bol: number, eol: number): Alignment {
    const { forward: nfa, alphabet } = this.pattern
    const { kind } = alphabet
    const to = text.length
    this.bound = span.cost
    this.clear()
    let near = around.before(text, span.start, bol)
    let far = around.after(text, span.start, to, eol)
    const first = new Path(nfa.start, this.labels.none, 0, 0, 0, null)
    this.follow(first, span.start, near, far)
    for (let at = span.start; at < span.end;) {
      const unit = unitAt(alphabet, text, at)
      const symbol = unit >> UNIT_SHIFT
      const width = unit & UNIT_WIDTH
      const place = at
      at += width
      near = kind[symbol]!
      far = around.after(text, at, to, eol)
      for (const path of this.clear()) {
        if (path.dead) continue
        const { state, label } = path
        const region = nfa.region[state]!
        if (nfa.kind[state] === STEP) {
          const next = nfa.next[state]!
          if (holds(alphabet, nfa.value[state]!, symbol)) {
            this.follow(path.to(next, label, path.events), at, near, far)
          } else {
            const after = this.labels.after(label, region, SUBSTITUTE)
            if (after >= 0) this.follow(path.with(SUBSTITUTE, next, after, place, width), at, near, far)
          }
        }
        const after = this.labels.after(label, region, INSERT)
        if (after >= 0) this.follow(path.with(INSERT, state, after, place, width), at, near, far)
      }
    }
    const ended = this.clear().filter((path) => !path.dead && nfa.kind[path.state] === ACCEPT)
    let best: Path | undefined
    for (const path of ended) if (!best || this.compare(path, best) < 0) best = path
    if (!best) throw new Error('there is no such match')
    const { inserts, deletes, substitutes, events } = best
    return { inserts, deletes, substitutes, events }
  }
}
