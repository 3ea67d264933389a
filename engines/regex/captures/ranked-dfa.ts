/**
 * The stepper, determinised as it goes: each ranking met is a state, each step made from it is kept.
 *
 * A ranking is a list of states and a list of small numbers, so a pattern has finitely many, and on real texts few. A
 * step that was made once costs two table look-ups from then on. Bounded by bytes: when the cache is full, `step`
 * returns FULL and the caller goes another way.
 */
import { grown, int32s } from '../foundation/arrays.ts'
import { KINDS } from '../automaton/context.ts'
import type { RankedNfa } from './automaton.ts'
import { MASKS } from './context.ts'
import type { Finish, Ranking, Step, Stepper } from './stepper.ts'

export const FULL = -1

/** Rough sizes of what a state and a step take beside their tables. */
const BYTES_PER_STATE = 400
const BYTES_PER_STEP = 160

export class RankedDfa {
  readonly automaton: RankedNfa
  readonly stepper: Stepper
  /** Kinds of the character before, as far as they matter, times classes. */
  readonly stride: number
  /** Step taken from a state (which is a multiple of `stride`) on `kind * classes + class`; 0 is not known yet. */
  table: Int32Array<ArrayBuffer>
  /** State that a step leads to. */
  target: Int32Array<ArrayBuffer>
  readonly steps: (Step | null)[] = [null]
  /** Where each path of a step came from, for the way back: `index in the old ranking << 1 | it has actions`. */
  links: Int32Array<ArrayBuffer>
  /** A step's first place in `links`. */
  linkStart: Int32Array<ArrayBuffer>
  private linkCount = 0
  /** Whether a new attempt begins at every position, and a path that ends cuts off worse ones. */
  readonly search: boolean
  bytes = 0
  /** The state without any path, once it was met; else -1. */
  dead = -1
  private readonly maxBytes: number
  private mostSteps = Infinity
  private readonly ids = new Map<string, number>()
  private readonly rankings: Ranking[] = []
  private readonly seeking: boolean[] = []
  private readonly finishes = new Map<number, Finish | null>()

  constructor(stepper: Stepper, search: boolean, maxBytes: number) {
    const { automaton } = stepper
    this.automaton = automaton
    this.stepper = stepper
    this.search = search
    this.maxBytes = maxBytes
    this.stride = automaton.alphabet.classes * (automaton.hasAssertions ? KINDS : 1)
    this.table = int32s(this.stride * 4)
    this.target = int32s(16)
    this.links = int32s(64)
    this.linkStart = int32s(16)
    this.stateOf(this.stepper.initial(), search)
  }

  get isFull(): boolean {
    return this.bytes > this.maxBytes
  }

  /** Says how many steps may be made from now on; more are refused as if the cache were full. */
  allow(steps: number): void {
    this.mostSteps = this.steps.length + steps
  }

  /** The first state: nothing read yet. */
  get initial(): number {
    return 0
  }

  /** Whether a state of this number was met. */
  has(state: number): boolean {
    return state < this.rankings.length * this.stride
  }

  rankingOf(state: number): Ranking {
    return this.rankings[state / this.stride] as Ranking
  }

  /** In a search, the index in the ranking of the attempt that begins here, or -1. */
  seedOf(state: number): number {
    const id = state / this.stride
    return this.seeking[id] ? (this.rankings[id] as Ranking).states.length - 1 : -1
  }

  /** Makes the step from `state`, read after a character of `kind` on one of class `symbol`; its number, or FULL. */
  step(state: number, kind: number, symbol: number): number {
    const { alphabet, hasAssertions } = this.automaton
    const { classes } = alphabet
    if (this.isFull || this.steps.length > this.mostSteps) return FULL
    const id = state / this.stride
    const after = alphabet.kind[symbol]!
    const ranking = this.rankings[id] as Ranking
    const step = this.stepper.step(ranking, MASKS[kind * KINDS + after]!, symbol, this.search)
    const number = this.steps.length
    this.steps.push(step)
    const seek = (this.seeking[id] as boolean) && step.accepted === null
    const target = this.stateOf(seek ? this.withSeed(step.ranking) : step.ranking, seek)
    this.target = grown(this.target, number + 1)
    this.target[number] = target
    this.link(number, step)
    this.table[state + (hasAssertions ? kind * classes : 0) + symbol] = number
    const recorded = step.actions.reduce((sum, list) => sum + list.length, 0)
    this.bytes += BYTES_PER_STEP + 12 * step.from.length + 8 * recorded
    return number
  }

  private link(number: number, { from, actions }: Step): void {
    this.linkStart = grown(this.linkStart, number + 1)
    this.links = grown(this.links, this.linkCount + from.length)
    this.linkStart[number] = this.linkCount
    for (let i = 0; i < from.length; i++) {
      const acts = (actions[i] as readonly number[]).length > 0 ? 1 : 0
      this.links[this.linkCount++] = (from[i]! << 1) | acts
    }
  }

  /** The path that ends in `state` between characters of these kinds. */
  finish(state: number, kind: number, after: number): Finish | null {
    const key = (state / this.stride) * KINDS * KINDS + kind * KINDS + after
    let known = this.finishes.get(key)
    if (known === undefined) {
      known = this.stepper.finish(this.rankingOf(state), MASKS[kind * KINDS + after]!)
      this.finishes.set(key, known)
      this.bytes += BYTES_PER_STEP
    }
    return known
  }

  private withSeed({ states, common }: Ranking): Ranking {
    if (states.length === 0) return this.stepper.initial()
    return { states: Int32Array.of(...states, this.automaton.start), common: Int32Array.of(...common, 0) }
  }

  private stateOf(ranking: Ranking, seeking: boolean): number {
    const key = `${ranking.states.join()};${ranking.common.join()};${seeking ? 1 : 0}`
    let state = this.ids.get(key)
    if (state === undefined) {
      const id = this.rankings.length
      state = id * this.stride
      this.ids.set(key, state)
      this.rankings.push(ranking)
      this.seeking.push(seeking)
      if (ranking.states.length === 0) this.dead = state
      this.table = grown(this.table, state + this.stride)
      this.bytes += BYTES_PER_STATE + 4 * this.stride + 8 * ranking.states.length + 2 * key.length
    }
    return state
  }
}
