/**
 * The stepper, determinised as it goes: each ranking met is a state, each step made from it is kept.
 *
 * A ranking is a list of states and a list of small numbers, so a pattern has finitely many, and on real texts few. A
 * step that was made once costs two table look-ups from then on. Bounded by bytes: when the cache is full, `step`
 * returns FULL and the caller goes another way.
 */
import { KINDS } from '../automaton/context.ts'
import type { Automaton } from './automaton.ts'
import { MASKS } from './context.ts'
import type { Finish, Ranking, Step } from './stepper.ts'
import { Stepper } from './stepper.ts'

export const FULL = -1

/** Rough sizes of what a state and a step take beside their tables. */
const BYTES_PER_STATE = 400
const BYTES_PER_STEP = 160

export class RankedDfa {
  readonly automaton: Automaton
  readonly stepper: Stepper
  /** Kinds of the character before, as far as they matter, times classes. */
  readonly stride: number
  /** Step taken from a state (which is a multiple of `stride`) on `kind * classes + class`; 0 is not known yet. */
  table: Int32Array
  /** State that a step leads to. */
  target: Int32Array
  readonly steps: (Step | null)[] = [null]
  /** Whether a new attempt begins at every position, and a path that ends cuts off worse ones. */
  readonly search: boolean
  bytes = 0
  /** The state without any path, once it was met; else -1. */
  dead = -1
  private readonly maxBytes: number
  private readonly ids = new Map<string, number>()
  private readonly rankings: Ranking[] = []
  private readonly seeking: boolean[] = []
  private readonly finishes = new Map<number, Finish | null>()

  constructor(automaton: Automaton, search: boolean, maxBytes: number) {
    this.automaton = automaton
    this.stepper = new Stepper(automaton)
    this.search = search
    this.maxBytes = maxBytes
    this.stride = automaton.alphabet.classes * (automaton.hasAssertions ? KINDS : 1)
    this.table = new Int32Array(this.stride * 4)
    this.target = new Int32Array(16)
    this.stateOf(this.stepper.initial(), search)
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
    if (this.bytes > this.maxBytes) return FULL
    const id = state / this.stride
    const after = alphabet.kind[symbol] as number
    const ranking = this.rankings[id] as Ranking
    const step = this.stepper.step(ranking, MASKS[kind * KINDS + after] as number, symbol, this.search)
    const number = this.steps.length
    this.steps.push(step)
    const seek = (this.seeking[id] as boolean) && step.accepted === null
    const target = this.stateOf(seek ? this.withSeed(step.ranking) : step.ranking, seek)
    if (this.target.length <= number) this.target = grown(this.target, number + 1)
    this.target[number] = target
    this.table[state + (hasAssertions ? kind * classes : 0) + symbol] = number
    this.bytes += BYTES_PER_STEP + 8 * step.from.length
    return number
  }

  /** The path that ends in `state` between characters of these kinds. */
  finish(state: number, kind: number, after: number): Finish | null {
    const key = (state / this.stride) * KINDS * KINDS + kind * KINDS + after
    let known = this.finishes.get(key)
    if (known === undefined) {
      known = this.stepper.finish(this.rankingOf(state), MASKS[kind * KINDS + after] as number)
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
      if (this.table.length < state + this.stride) this.table = grown(this.table, state + this.stride)
      this.bytes += BYTES_PER_STATE + 4 * this.stride + 8 * ranking.states.length + 2 * key.length
    }
    return state
  }
}

function grown(array: Int32Array, least: number): Int32Array {
  const larger = new Int32Array(Math.max(least, array.length * 2))
  larger.set(array)
  return larger
}
