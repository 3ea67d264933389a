/**
 * A deterministic automaton that is made while it is used.
 *
 * A state is a set of NFA nodes that wait for a byte. Only the states that a text leads to are made, each transition
 * the first time it is taken; after that a byte costs two loads. The cache is bounded: when it is full everything is
 * forgotten and grown again from the state at hand (RE2 does the same). But where its states have served few bytes each,
 * in one long text or in many short ones, the caller steps through sets without keeping them until they have: a state
 * costs several times as much to make and keep as its set. So the time stays linear in the text whatever the pattern.
 *
 * Acceptance is judged one byte late. Whether a match may end here depends on what comes next (`\b`, `$`), so
 * transitions carry "the state left accepts before this byte", not states "accepting". As only the last acceptance
 * counts, the flag is left out where the state reached accepts as well: in a run of letters matched by `[a-z]+` no
 * transition is special but the one that leaves it.
 *
 * Transitions are numbers: a state number, already multiplied by the row length, with flags above it. Every special
 * one is negative, so the hot loop tests a sign.
 */
import { grown, int32s } from '../foundation/arrays.ts'
import type { Nfa } from '../automaton/nfa.ts'
import { byteClasses } from '../automaton/bytes.ts'
import { EDGE, OTHER, WORD } from '../automaton/context.ts'
import type { Surroundings } from '../automaton/context.ts'
import { RegexBudgetError } from '../types.ts'
import {
  acceptingGroup,
  acceptsAny,
  ASTRAY,
  endOfGroups,
  maskOf,
  PATTERN_SHIFT,
  SEARCHING,
  WAITING,
} from './items.ts'
import { ThreadSets } from './sets.ts'
import type { SetOptions } from './sets.ts'
import type { Tally } from './tally.ts'

/** Not made yet. */
export const UNBUILT = -0x80000000
/** The state left accepts before this byte. */
export const ACCEPTED = 1 << 28
/** The state reached has nothing left to wait for. */
export const DEAD = 1 << 29
/** The state reached waits for the start of a match and nothing else. */
export const IDLE = 1 << 30
/** The kind of the character that begins here decides; ask `resolve`. */
export const ASK = 1 << 27
/** This byte breaks off a sequence: the search begins again behind its lead byte, in a state of `anew`. */
export const BROKEN = UNBUILT | ASK | 1
/** Merged: the state reached accepts whatever follows. */
export const NOW = 1 << 26
/** In groups: the first group of the state left began right before this byte, which concerns it or its successor. */
export const BORN = 1 << 26
/** In groups: the first group of the state reached is not the first of the one left. */
export const LOST = 1 << 25
/** With ACCEPTED: it is not the first group that accepts. */
export const LATER = 1 << 24
export const STATE = (1 << 24) - 1

/** Rough cost in memory of a state, apart from its row and its items. */
const STATE_OVERHEAD = 96

/** Emptied no more often than this, a cache is only warming up. */
const WARM_UP = 3
/** A state that has served fewer bytes was not worth keeping. */
const BYTES_PER_STATE = 8

export class LazyDfa extends ThreadSets {
  readonly classes: Uint8Array
  readonly stride: number
  /** Rows of transitions; replaced when it grows, so fetch it again after every call that may build. */
  table: Int32Array<ArrayBuffer>
  /** How often the cache was emptied. */
  resets = 0
  /** Matches may begin anywhere. */
  readonly searches: boolean
  private readonly allowed: number
  /** The most that a state can take. */
  private readonly largest: number
  private used = 0
  /** Steps in the tally when the cache was emptied last, and of later ones those that were no bytes. */
  private emptiedAt = 0
  private states = 0
  private items: Int32Array[] = []
  /** Of each state, whether a search has read a part of a character: asked at the end of every text. */
  private inside: boolean[] = []
  private hashes = new Map<number, number[]>()
  private readonly asked = new Map<number, number>()
  private readonly initials = new Int32Array(16).fill(-1)
  private readonly asksKinds: boolean
  constructor(nfa: Nfa, options: SetOptions, surroundings: Surroundings, cacheBytes: number, tally: Tally) {
    super(nfa, options, surroundings, tally)
    this.allowed = cacheBytes
    this.searches = !options.anchored
    const classes = byteClasses(nfa, (byte) => surroundings.ofByte(byte))
    this.classes = classes.of
    this.stride = classes.count
    this.largest = this.sizeOf(this.out.length)
    this.table = int32s(this.stride * 8)
    this.asksKinds = nfa.use.words && !nfa.bytes
  }

  /**
   * The state before the first byte.
   * @param kind what stands before (or, read backward, after) the place where the walk begins
   * @param noEmpty an empty match at that place does not count
   */
  initial(kind: number, noEmpty: boolean): number {
    const key = kind * 2 + (noEmpty ? 1 : 0)
    let state = this.initials[key]!
    if (state < 0) {
      this.begin(kind, noEmpty)
      state = this.intern()
      this.initials[key] = state
    }
    return state
  }

  /** Whether the cache is full, and to empty it would be in vain: what it holds has served few bytes. */
  get isInVain(): boolean {
    return (
      this.resets > WARM_UP &&
      this.tally.steps - this.emptiedAt < BYTES_PER_STATE * this.states &&
      this.used + this.largest > this.allowed
    )
  }

  /** Counts a byte that is walked without the cache, and the nodes of its set. */
  countUncached(nodes: number): void {
    this.tally.steps += nodes
    this.emptiedAt += nodes - 1
  }

  private sizeOf(items: number): number {
    return this.stride * 4 + items * 4 + STATE_OVERHEAD
  }

  /** The state behind a byte that is no character. */
  anew(): number {
    return this.initial(OTHER, false)
  }

  /** Whether a search has read a part of a character. Where the text ends so, that part is broken. */
  isInside(state: number): boolean {
    return this.inside[state / this.stride]!
  }

  /** The transition from `state` on `byte`, made and kept; ASK where the byte alone does not decide. */
  build(state: number, byte: number): number {
    const row = state / this.stride
    if (byte >= 0x80 && this.asksKinds && this.wantsKind(this.items[row] as Int32Array)) {
      this.table[state + this.classes[byte]!] = UNBUILT | ASK
      return UNBUILT | ASK
    }
    const resets = this.resets
    const value = this.transition(this.items[row] as Int32Array, byte, this.surroundings.ofByte(byte))
    if (this.resets === resets) this.table[state + this.classes[byte]!] = value
    return value
  }

  /** The transition on a byte that begins a character of the given kind. */
  resolve(state: number, byte: number, kind: number): number {
    const key = (state * 256 + byte) * 2 + (kind === WORD ? 1 : 0)
    let value = this.asked.get(key)
    if (value === undefined) {
      const resets = this.resets
      value = this.transition(this.items[state / this.stride] as Int32Array, byte, kind)
      if (this.resets === resets) {
        this.asked.set(key, value)
        this.used += 64
      }
    }
    return value
  }

  /** The transition `t` from `state` on text[at], made if it is not yet, and looked up where the character decides. */
  made(t: number, state: number, text: Uint8Array, at: number): number {
    const value = t === UNBUILT ? this.build(state, text[at]!) : t
    if (value !== (UNBUILT | ASK)) return value
    return this.resolve(state, text[at]!, this.surroundings.after(text, at, text.length, EDGE))
  }

  /** The first group that accepts if the text ends in this state, with `edge` beyond it, or -1. */
  acceptsAtEnd(state: number, edge: number): number {
    const items = this.items[state / this.stride] as Int32Array
    return acceptingGroup(items, items.length, edge)
  }

  /** Whether the state accepts whatever follows. */
  acceptsNow(state: number): boolean {
    const items = this.items[state / this.stride] as Int32Array
    return acceptsAny(items, items.length)
  }

  /** Nothing has begun in this state but what begins there. */
  isWaiting(state: number): boolean {
    return ((this.items[state / this.stride] as Int32Array)[0]! & WAITING) !== 0
  }

  /** The state's set; not to be changed. */
  itemsOf(state: number): Int32Array {
    return this.items[state / this.stride] as Int32Array
  }

  setIsInside(items: Int32Array, length: number): boolean {
    return this.loop !== null && this.loop.isInside(items, endOfGroups(items, length), length)
  }

  /** A copy of the state's set, for stepping without the cache. */
  setOf(state: number): Int32Array {
    return (this.items[state / this.stride] as Int32Array).slice()
  }

  /** Adds to `found` the patterns of a set that accept in `state` before a character of this kind, or at an edge. */
  acceptingPatterns(state: number, kind: number, found: Set<number>): void {
    for (const item of this.items[state / this.stride] as Int32Array) {
      if (item < 0 && ((maskOf(item) >> kind) & 1) === 1) found.add((-item - 1) >> PATTERN_SHIFT)
    }
  }

  private wantsKind(items: Int32Array): boolean {
    for (let i = 1; i < items.length; i++) {
      const item = items[i]!
      if (item < 0) {
        const mask = maskOf(item)
        if (((mask >> WORD) & 1) !== ((mask >> OTHER) & 1)) return true
      }
    }
    return false
  }

  private transition(items: Int32Array, byte: number, kind: number): number {
    this.step(items, items.length, byte, kind)
    if (this.broken) return BROKEN
    const { merge, idle } = this.options
    const waiting = this.started && this.fresh
    const acceptsNow = acceptsAny(this.out, this.outLength)
    let flags = 0
    if (this.accepted && (!acceptsNow || merge)) flags |= ACCEPTED
    if (this.accepted && this.acceptedGroup > 0) flags |= LATER
    if (this.outLength === 1 && (this.out[0]! & SEARCHING) === 0) flags |= DEAD
    if (idle && waiting) flags |= IDLE
    if (merge) {
      if (acceptsNow) flags |= NOW
    } else if (this.options.births) {
      const goesOn = this.groups > 0 && !waiting
      const header = items[0]!
      if ((header & WAITING) !== 0 && (goesOn || this.accepted)) flags |= BORN
      if (goesOn && (header & ASTRAY) !== 0) this.out[0] = this.out[0]! | ASTRAY
      else if (goesOn && this.origins[0] !== 0) {
        this.out[0] = this.out[0]! | ASTRAY
        flags |= LOST
      }
    }
    const state = this.intern()
    return flags === 0 ? state : state | flags | UNBUILT
  }

  /** The number of the state whose set is in `out`. */
  intern(): number {
    let hash = 0x811c9dc5
    for (let i = 0; i < this.outLength; i++) hash = Math.imul(hash ^ this.out[i]!, 0x01000193)
    hash |= 0
    const bucket = this.hashes.get(hash)
    if (bucket) for (const row of bucket) if (this.same(row)) return row * this.stride
    const bytes = this.sizeOf(this.outLength)
    if (this.used + bytes > this.allowed || this.states * this.stride + this.stride > STATE) {
      if (bytes > this.allowed) throw new RegexBudgetError('cacheBytes', bytes, this.allowed)
      this.reset()
    }
    this.used += bytes
    const row = this.states++
    const needed = this.states * this.stride
    this.table = grown(this.table, needed)
    this.table.fill(UNBUILT, row * this.stride, needed)
    this.items.push(this.out.slice(0, this.outLength))
    this.inside.push(this.setIsInside(this.out, this.outLength))
    const list = this.hashes.get(hash)
    if (list) list.push(row)
    else this.hashes.set(hash, [row])
    this.tally.states++
    return row * this.stride
  }

  private same(row: number): boolean {
    const items = this.items[row] as Int32Array
    if (items.length !== this.outLength) return false
    for (let i = 0; i < items.length; i++) if (items[i] !== this.out[i]) return false
    return true
  }

  private reset(): void {
    this.resets++
    this.tally.resets++
    this.emptiedAt = this.tally.steps
    this.used = 0
    this.states = 0
    this.items = []
    this.inside = []
    this.hashes = new Map()
    this.asked.clear()
    this.initials.fill(-1)
  }
}
