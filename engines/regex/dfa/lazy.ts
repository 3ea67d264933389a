/**
 * A deterministic automaton that is made while it is used.
 *
 * A state is a set of NFA nodes that wait for a byte. Only the states that a text leads to are made, each transition
 * the first time it is taken; after that a byte costs two loads. The cache is bounded: when it is full everything is
 * forgotten and grown again from the state at hand (RE2 does the same), and where that happens too often the caller
 * steps through sets without keeping them, so the time stays linear in the text whatever the pattern.
 *
 * Three things are particular to this one.
 *
 * Groups. Leftmost-longest needs to know which threads began first. So a state is a list of groups, one for each
 * place where a match may have begun, earliest first; a node stands only in the first group that has it. When a
 * group accepts, all later groups are dropped, and no new ones begin: from then on only longer matches with that
 * start count (and earlier ones, should they still succeed). The last acceptance seen is the end of the
 * leftmost-longest match. With `merge` there is one group: enough to know whether anything matches.
 *
 * Acceptance is judged one byte late. Whether a match may end here depends on what comes next (`\b`, `$`), so
 * transitions carry "the state left accepts before this byte", not states "accepting". As only the last acceptance
 * counts, the flag is left out where the state reached accepts as well: in a run of letters matched by `[a-z]+` no
 * transition is special but the one that leaves it.
 *
 * Transitions are numbers: a state number, already multiplied by the row length, with flags above it. Every special
 * one is negative, so the hot loop tests a sign.
 */
import { ACCEPT, ASSERT, FORK, LOOP, MARK, STEP } from '../automaton/nfa.ts'
import type { Nfa } from '../automaton/nfa.ts'
import { byteClasses } from '../automaton/bytes.ts'
import { ANY, KINDS, OTHER, WORD } from '../automaton/context.ts'
import type { Surroundings } from '../automaton/context.ts'
import { RegexBudgetError } from '../types.ts'
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
/** Merged: the state reached accepts whatever follows. */
export const NOW = 1 << 26
/** In groups: the first group of the state left began right before this byte, which concerns it or its successor. */
export const BORN = 1 << 26
/** In groups: the first group of the state reached is not the first of the one left. */
export const LOST = 1 << 25
/** With ACCEPTED: it is not the first group that accepts. */
export const LATER = 1 << 24
export const STATE = (1 << 24) - 1

/** Headers of sets, as bits: an unanchored search goes on; nothing has begun but what begins here. */
const SEARCHING = 1
const WAITING = 2
/** It is not known where the first group began, and will not be until a state that waits. */
const ASTRAY = 4
/** Terminators of sets carry the pattern's number above the mask. */
const PATTERN_SHIFT = 5

export interface LazyOptions {
  /** Keep one group only: fewer states, for is-match. */
  readonly merge: boolean
  /** Matches begin only where the walk begins. */
  readonly anchored: boolean
  /** Keep track of where the first group began (BORN, LOST). */
  readonly births?: boolean
  /** Mark transitions into waiting states, for a prefilter. */
  readonly idle: boolean
  /** Every node is a starting point: what is matched is any part of a match that ends at its end. */
  readonly everywhere?: boolean
  /** An acceptance drops no group. */
  readonly keepAll?: boolean
  /** Merged, but telling which patterns of a set accept; acceptance ends nothing. */
  readonly which?: boolean
}

/** Rough cost in memory of a state, apart from its row and its items. */
const STATE_OVERHEAD = 96

export class LazyDfa {
  readonly nfa: Nfa
  readonly classes: Uint8Array
  readonly stride: number
  /** Rows of transitions; replaced when it grows, so fetch it again after every call that may build. */
  table: Int32Array
  /** How often the cache was emptied. */
  resets = 0
  private readonly options: LazyOptions
  private readonly surroundings: Surroundings
  private readonly tally: Tally
  private readonly allowed: number
  private used = 0
  private states = 0
  private items: Int32Array[] = []
  private hashes = new Map<number, number[]>()
  private readonly asked = new Map<number, number>()
  private readonly initials = new Int32Array(16).fill(-1)
  private readonly asksKinds: boolean
  private readonly loopBody: number[] = []

  // Scratch of `step`.
  private readonly seenIn: Int32Array
  private readonly seenMask: Uint8Array
  private generation = 0
  private readonly stackNode: Int32Array
  private readonly stackMask: Uint8Array
  /** The set made by the last `step` or `begin`; `outLength` items of it. */
  out: Int32Array
  outLength = 0
  /** Whether the last `step` left a state that accepts before the byte. */
  accepted = false
  /** The first group that did. */
  private acceptedGroup = -1
  /** Of the set in `out`: how many groups, and which group of the set stepped from each comes from (-1: it is new). */
  groups = 0
  readonly origins: Int32Array
  private origin = -1
  private groupStart = 1
  /** A match may start after the byte just stepped over, and none had started before. */
  private started = false
  private fresh = false
  /** Kinds before which the group being made, and those before it, accept. */
  private reached = 0
  private taken = 0
  private mergedMask = 0
  private generations = 0
  private readonly loopOut: number[] = []
  private readonly acceptsBy = new Map<number, number>()
  private loopKind = -1

  constructor(nfa: Nfa, options: LazyOptions, surroundings: Surroundings, cacheBytes: number, tally: Tally) {
    this.nfa = nfa
    this.options = options
    this.surroundings = surroundings
    this.tally = tally
    this.allowed = cacheBytes
    const classes = byteClasses(nfa, (byte) => surroundings.ofByte(byte))
    this.classes = classes.of
    this.stride = classes.count
    this.table = new Int32Array(this.stride * 8)
    const nodes = nfa.kind.length
    this.seenIn = new Int32Array(nodes)
    this.seenMask = new Uint8Array(nodes)
    // A node is pushed once for each bit its mask gains at most, by each edge that leads to it.
    const visits = nfa.masks.length > 0 ? KINDS : 1
    this.stackNode = new Int32Array((nodes + nfa.forkTo.length) * visits + 16)
    this.stackMask = new Uint8Array(this.stackNode.length)
    // At most one terminator for each node in a set, or pattern that accepts, besides the node itself.
    this.out = new Int32Array(2 * nodes + 64)
    this.origins = new Int32Array(nodes + 64)
    this.asksKinds = nfa.use.words && !nfa.bytes
    if (nfa.loop >= 0) this.collectLoop(nfa.first[nfa.loop] as number)
  }

  private collectLoop(node: number): void {
    if (this.nfa.kind[node] === STEP) this.loopBody.push(node)
    else {
      const first = this.nfa.first[node] as number
      for (let k = 0; k < (this.nfa.count[node] as number); k++) {
        this.collectLoop(this.nfa.forkTo[first + k] as number)
      }
    }
  }

  /**
   * The state before the first byte.
   * @param kind what stands before (or, read backward, after) the place where the walk begins
   * @param noEmpty an empty match at that place does not count
   */
  initial(kind: number, noEmpty: boolean): number {
    const key = kind * 2 + (noEmpty ? 1 : 0)
    let state = this.initials[key] as number
    if (state < 0) {
      this.begin(kind, noEmpty)
      state = this.intern()
      this.initials[key] = state
    }
    return state
  }

  /** Makes the initial set in `out`. */
  begin(kind: number, noEmpty: boolean): void {
    this.newSet(this.options.anchored ? 0 : this.options.merge ? SEARCHING : SEARCHING | WAITING)
    if (this.options.everywhere) {
      for (let node = 0; node < this.nfa.kind.length; node++) this.pushClosure(node, kind)
    } else this.pushClosure(this.nfa.start, kind)
    if (noEmpty) this.reached = 0
    this.endGroup()
    if (this.options.merge) this.closeMerged()
    if (!this.options.anchored) this.pushLoopBody()
  }

  /** Adds to the set just made a group that begins here, after a character of this kind. */
  addStart(kind: number): void {
    this.origin = -1
    this.pushClosure(this.nfa.start, kind)
    this.endGroup()
  }

  /** The transition from `state` on `byte`, made and kept; ASK where the byte alone does not decide. */
  build(state: number, byte: number): number {
    const row = state / this.stride
    if (byte >= 0x80 && this.asksKinds && this.wantsKind(this.items[row] as Int32Array)) {
      this.table[state + (this.classes[byte] as number)] = UNBUILT | ASK
      return UNBUILT | ASK
    }
    const resets = this.resets
    const value = this.transition(this.items[row] as Int32Array, byte, this.surroundings.ofByte(byte))
    if (this.resets === resets) this.table[state + (this.classes[byte] as number)] = value
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
    return (((this.items[state / this.stride] as Int32Array)[0] as number) & WAITING) !== 0
  }

  isDead(state: number): boolean {
    const items = this.items[state / this.stride] as Int32Array
    return items.length === 1 && ((items[0] as number) & SEARCHING) === 0
  }

  /** The state's set; not to be changed. */
  itemsOf(state: number): Int32Array {
    return this.items[state / this.stride] as Int32Array
  }

  /** A copy of the state's set, for stepping without the cache. */
  setOf(state: number): Int32Array {
    return (this.items[state / this.stride] as Int32Array).slice()
  }

  /** Hands out the set just made, and takes another array of the same length to make the next one in. */
  swap(spare: Int32Array): Int32Array {
    const made = this.out
    this.out = spare
    return made
  }

  stateCount(): number {
    return this.states
  }

  private wantsKind(items: Int32Array): boolean {
    for (let i = 1; i < items.length; i++) {
      const item = items[i] as number
      if (item < 0) {
        const mask = maskOf(item)
        if (((mask >> WORD) & 1) !== ((mask >> OTHER) & 1)) return true
      }
    }
    return false
  }

  private transition(items: Int32Array, byte: number, kind: number): number {
    this.step(items, items.length, byte, kind)
    const { merge, idle } = this.options
    const waiting = this.started && this.fresh
    const acceptsNow = acceptsAny(this.out, this.outLength)
    let flags = 0
    if (this.accepted && (!acceptsNow || merge)) flags |= ACCEPTED
    if (this.accepted && this.acceptedGroup > 0) flags |= LATER
    if (this.outLength === 1 && ((this.out[0] as number) & SEARCHING) === 0) flags |= DEAD
    if (idle && waiting) flags |= IDLE
    if (merge) {
      if (acceptsNow) flags |= NOW
    } else if (this.options.births) {
      const goesOn = this.groups > 0 && !waiting
      const header = items[0] as number
      if ((header & WAITING) !== 0 && (goesOn || this.accepted)) flags |= BORN
      if (goesOn && (header & ASTRAY) !== 0) this.out[0] = (this.out[0] as number) | ASTRAY
      else if (goesOn && this.origins[0] !== 0) {
        this.out[0] = (this.out[0] as number) | ASTRAY
        flags |= LOST
      }
    }
    const state = this.intern()
    return flags === 0 ? state : state | flags | UNBUILT
  }

  /**
   * Steps a set over one byte into `out`. A set is a header (see SEARCHING, WAITING), then for each group
   * its nodes and the number -(mask + 1), mask being the kinds before which it accepts; then, behind the last group,
   * the nodes of the search loop.
   * @param kind of the character that begins with this byte; inside a character it does not matter
   */
  step(items: Int32Array, length: number, byte: number, kind: number): void {
    const { merge } = this.options
    const searching = ((items[0] as number) & SEARCHING) !== 0
    this.newSet(searching ? SEARCHING : 0)
    this.accepted = false
    this.acceptedGroup = -1
    let cut = false
    let group = 0
    let i = 1
    let groupsEnd = length
    // The loop's nodes, if any, follow the last group's terminator.
    while (groupsEnd > 1 && (items[groupsEnd - 1] as number) >= 0) groupsEnd--
    while (i < groupsEnd) {
      let item = items[i++] as number
      while (item >= 0) {
        this.stepNode(item, byte)
        item = items[i++] as number
      }
      if ((maskOf(item) >> kind) & 1) {
        this.accepted = true
        if (!cut) this.acceptedGroup = group
        cut = true
      }
      this.origin = group
      this.endGroup()
      if (cut && !merge && !this.options.keepAll) break
      group++
    }
    if (searching && (!cut || this.options.which)) {
      this.fresh = this.outLength === 1 && this.mergedMask === 0
      this.stepLoop(items, groupsEnd, length, byte)
      if (this.started && this.fresh && !merge) this.out[0] = SEARCHING | WAITING
    } else this.out[0] = 0
    if (merge) this.closeMerged()
    if (this.out[0] !== 0) this.finishLoop()
  }

  private stepLoop(items: Int32Array, from: number, to: number, byte: number): void {
    this.loopOut.length = 0
    this.loopKind = -1
    if (this.nfa.loop < 0) this.loopKind = this.surroundings.ofByte(byte)
    else {
      for (let i = from; i < to; i++) this.stepLoopNode(items[i] as number, byte)
      if (this.loopKind < 0 && this.loopOut.length === 0) this.resynchronize(items, from, to, byte)
    }
    if (this.loopKind >= 0) {
      this.origin = -1
      this.started = true
      this.pushClosure(this.nfa.start, this.loopKind)
      this.endGroup()
    }
  }

  private stepLoopNode(node: number, byte: number): void {
    const { nfa } = this
    const end = (nfa.first[node] as number) + (nfa.count[node] as number)
    for (let e = nfa.first[node] as number; e < end; e++) {
      if (byte < (nfa.edgeLow[e] as number) || byte > (nfa.edgeHigh[e] as number)) continue
      const to = nfa.edgeTo[e] as number
      if (nfa.kind[to] === MARK) this.loopKind = nfa.count[to] as number
      else this.loopOut.push(to)
    }
  }

  /** This byte cannot go on the character before it: that one is broken, and a match may start here. */
  private resynchronize(items: Int32Array, from: number, to: number, byte: number): void {
    const inside = to > from && !this.loopBody.includes(items[from] as number)
    if (inside) {
      // Threads that start before this byte: their set first, out of the way, then stepped.
      const before = this.outLength
      const saved = this.generation
      this.generation = ++this.generations
      this.pushClosure(this.nfa.start, OTHER)
      const starts = this.out.slice(before, this.outLength)
      this.outLength = before
      this.generation = saved
      this.reached = 0
      for (const node of starts) this.stepNode(node, byte)
      this.origin = -1
      this.endGroup()
      // What began before this byte did not begin after it.
      if (this.groups > 0 || this.outLength > 1) this.fresh = false
      for (const node of this.loopBody) this.stepLoopNode(node, byte)
    }
    if (this.loopKind < 0 && this.loopOut.length === 0) this.loopKind = OTHER
  }

  private finishLoop(): void {
    if (this.nfa.loop < 0) return
    if (this.loopKind >= 0) this.pushLoopBody()
    else for (const node of this.loopOut) this.out[this.outLength++] = node
  }

  private pushLoopBody(): void {
    for (const node of this.loopBody) this.out[this.outLength++] = node
  }

  private newSet(header: number): void {
    this.generation = ++this.generations
    this.out[0] = header
    this.outLength = 1
    this.groups = 0
    this.origin = -1
    this.groupStart = 1
    this.started = false
    this.fresh = false
    this.reached = 0
    this.taken = 0
    this.mergedMask = 0
    if (this.options.which) this.acceptsBy.clear()
  }

  /** Closes the group being made; one that neither waits nor accepts leaves no trace. */
  private endGroup(): void {
    if (this.options.merge) {
      this.mergedMask |= this.reached
      this.reached = 0
      return
    }
    // Where an earlier group accepts, this one is dropped anyway.
    this.reached &= ~this.taken
    this.taken |= this.reached
    if (this.outLength > this.groupStart || this.reached !== 0) {
      sort(this.out, this.groupStart, this.outLength)
      this.out[this.outLength++] = -(this.reached + 1)
      this.origins[this.groups++] = this.origin
    }
    this.groupStart = this.outLength
    this.reached = 0
  }

  private closeMerged(): void {
    if (this.outLength === 1 && this.mergedMask === 0) return
    sort(this.out, 1, this.outLength)
    if (this.options.which) {
      // One terminator a pattern; the first, of no pattern, closes the nodes.
      this.out[this.outLength++] = -1
      const patterns = [...this.acceptsBy.keys()].sort((a, b) => a - b)
      for (const pattern of patterns) {
        this.out[this.outLength++] = -(
          (pattern << PATTERN_SHIFT) +
          (this.acceptsBy.get(pattern) as number) +
          1
        )
      }
    } else this.out[this.outLength++] = -(this.mergedMask + 1)
  }

  private noteAccept(pattern: number, mask: number): void {
    this.acceptsBy.set(pattern, (this.acceptsBy.get(pattern) ?? 0) | mask)
  }

  /** Adds to `found` the patterns of a set that accept in `state` before a character of this kind, or at an edge. */
  acceptingPatterns(state: number, kind: number, found: Set<number>): void {
    for (const item of this.items[state / this.stride] as Int32Array) {
      if (item < 0 && ((maskOf(item) >> kind) & 1) === 1) found.add((-item - 1) >> PATTERN_SHIFT)
    }
  }

  private stepNode(node: number, byte: number): void {
    const { nfa } = this
    const first = nfa.first[node] as number
    const end = first + (nfa.count[node] as number)
    this.tally.built += 1
    for (let e = first; e < end; e++) {
      if (byte < (nfa.edgeLow[e] as number) || byte > (nfa.edgeHigh[e] as number)) continue
      this.pushClosure(nfa.edgeTo[e] as number, OTHER)
    }
  }

  /** Adds what `node` leads to without reading: waiting nodes to `out`, acceptance to `reached`. */
  private pushClosure(node: number, kindBefore: number): void {
    const { nfa, seenIn, seenMask, stackNode, stackMask, generation } = this
    let kind = kindBefore
    let top = 0
    stackNode[0] = node
    stackMask[0] = ANY
    let visits = 0
    while (top >= 0) {
      const at = stackNode[top] as number
      let mask = stackMask[top--] as number
      visits++
      if (seenIn[at] === generation) {
        mask |= seenMask[at] as number
        if (mask === seenMask[at]) continue
      } else if (nfa.kind[at] === STEP) {
        // A waiting node counts as seen only once it is in.
        if (((nfa.need[at] as number) & mask) === 0) continue
        seenIn[at] = generation
        seenMask[at] = ANY
        this.out[this.outLength++] = at
        continue
      } else seenIn[at] = generation
      seenMask[at] = mask
      switch (nfa.kind[at]) {
        case FORK: {
          const first = nfa.first[at] as number
          for (let k = (nfa.count[at] as number) - 1; k >= 0; k--) {
            stackNode[++top] = nfa.forkTo[first + k] as number
            stackMask[top] = mask
          }
          break
        }
        case ASSERT: {
          const allowed = (nfa.masks[nfa.count[at] as number] as Uint8Array)[kind] as number
          const left = this.options.everywhere ? mask : mask & allowed
          if (left !== 0) {
            stackNode[++top] = nfa.first[at] as number
            stackMask[top] = left
          }
          break
        }
        case MARK:
          kind = nfa.count[at] as number
          stackNode[++top] = nfa.first[at] as number
          stackMask[top] = mask
          break
        case ACCEPT:
          this.reached |= mask
          if (this.options.which) this.noteAccept(nfa.first[at] as number, mask)
          break
        case LOOP:
        default:
          break
      }
    }
    this.tally.built += visits
  }

  /** The number of the state whose set is in `out`. */
  intern(): number {
    let hash = 0x811c9dc5
    for (let i = 0; i < this.outLength; i++) hash = Math.imul(hash ^ (this.out[i] as number), 0x01000193)
    hash |= 0
    const bucket = this.hashes.get(hash)
    if (bucket) for (const row of bucket) if (this.same(row)) return row * this.stride
    const bytes = this.stride * 4 + this.outLength * 4 + STATE_OVERHEAD
    if (this.used + bytes > this.allowed || this.states * this.stride + this.stride > STATE) {
      if (bytes > this.allowed) throw new RegexBudgetError('cacheBytes', bytes, this.allowed)
      this.reset()
    }
    this.used += bytes
    const row = this.states++
    const needed = this.states * this.stride
    if (needed > this.table.length) {
      const grown = new Int32Array(Math.max(needed, this.table.length * 2))
      grown.set(this.table)
      this.table = grown
    }
    this.table.fill(UNBUILT, row * this.stride, needed)
    this.items.push(this.out.slice(0, this.outLength))
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
    this.used = 0
    this.states = 0
    this.items = []
    this.hashes = new Map()
    this.asked.clear()
    this.initials.fill(-1)
  }
}

/** The kinds before which a terminator says that its group accepts. */
export function maskOf(terminator: number): number {
  return (-terminator - 1) & ANY
}

/** The first group of a set that accepts before a character of this kind, or -1. */
export function acceptingGroup(items: Int32Array, length: number, kind: number): number {
  let group = 0
  for (let i = 1; i < length; i++) {
    const item = items[i] as number
    if (item >= 0) continue
    if (((maskOf(item) >> kind) & 1) === 1) return group
    group++
  }
  return -1
}

function acceptsAny(items: Int32Array, length: number): boolean {
  for (let i = 1; i < length; i++)
    if ((items[i] as number) < 0 && maskOf(items[i] as number) === ANY) return true
  return false
}

/** Sorts items [from, to) in place; most groups are a handful. */
function sort(items: Int32Array, from: number, to: number): void {
  if (to - from > 24) {
    items.subarray(from, to).sort()
    return
  }
  for (let i = from + 1; i < to; i++) {
    const item = items[i] as number
    let j = i - 1
    for (; j >= from && (items[j] as number) > item; j--) items[j + 1] = items[j] as number
    items[j + 1] = item
  }
}
