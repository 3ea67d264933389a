/**
 * Where the brackets of an automaton begin and end, and which groups are inside.
 *
 * States are made while the tree is walked, so those made while a bracket is open are the states inside it.
 */
import { groupsOf } from './actions.ts'
import { RegexBudgetError } from '../types.ts'
import type { Automaton } from './automaton.ts'

export class Brackets {
  readonly automaton: Automaton
  /** Place of each state in the order in which they were made. */
  readonly place: Int32Array
  /** Bit of a state that consumes. */
  readonly bit: Int32Array
  /** Consuming states made before each place. */
  private readonly consumers: Int32Array
  /** Places of the states inside a bracket, those of inner brackets too: from first up to end. */
  private readonly first: Int32Array
  private readonly end: Int32Array
  /** The state that leaving a bracket leads to, having matched something, and having matched nothing. */
  readonly exit: Int32Array
  readonly emptyExit: Int32Array
  /** First and last group that is touched inside; none where first > last. */
  readonly firstGroup: Int32Array
  readonly lastGroup: Int32Array

  private bytes = 0
  private readonly maxBytes: number

  constructor(automaton: Automaton, maxBytes: number) {
    const { states, made, set, bracket, bracketParent, edgeStart, edgeTo, edgeAction, depth } = automaton
    const count = bracketParent.length
    this.automaton = automaton
    this.maxBytes = maxBytes
    this.place = new Int32Array(states)
    this.bit = new Int32Array(states).fill(-1)
    this.consumers = new Int32Array(states + 1)
    this.first = new Int32Array(count).fill(states)
    this.end = new Int32Array(count)
    this.exit = new Int32Array(count).fill(-1)
    this.emptyExit = new Int32Array(count).fill(-1)
    this.firstGroup = new Int32Array(count).fill(automaton.groups + 1)
    this.lastGroup = new Int32Array(count)
    const { place, bit, consumers, first, end, exit, emptyExit, firstGroup, lastGroup } = this
    for (let p = 0; p < states; p++) {
      const state = made[p]!
      place[state] = p
      const bits = consumers[p]!
      const consumes = set[state]! >= 0
      if (consumes) bit[state] = bits
      consumers[p + 1] = bits + (consumes ? 1 : 0)
      const inner = bracket[state]!
      if (inner < 0) continue
      if (p < first[inner]!) first[inner] = p
      end[inner] = p + 1
      for (let e = edgeStart[state]!; e < edgeStart[state + 1]!; e++) {
        const to = edgeTo[e]!
        if (depth[to]! < depth[state]!) {
          if (exit[inner]! < 0) emptyExit[inner] = to
          exit[inner] = to
        }
        this.touch(inner, edgeAction[e]!)
      }
    }
    for (let b = count - 1; b >= 0; b--) {
      const outer = bracketParent[b]!
      if (exit[b] !== emptyExit[b]) this.sortExits(b)
      if (outer < 0) continue
      first[outer] = Math.min(first[outer]!, first[b]!)
      end[outer] = Math.max(end[outer]!, end[b]!)
      firstGroup[outer] = Math.min(firstGroup[outer]!, firstGroup[b]!)
      lastGroup[outer] = Math.max(lastGroup[outer]!, lastGroup[b]!)
    }
  }

  /** Where a bracket has two exits, tells them apart. */
  private sortExits(bracket: number): void {
    const { made, edgeStart, edgeTo } = this.automaton
    const [first, end] = this.placesIn(bracket)
    const reached = new Set([made[first]!])
    for (const state of reached) {
      const inside = this.place[state]! >= first && this.place[state]! < end
      if (inside) edgeTo.subarray(edgeStart[state], edgeStart[state + 1]).forEach((to) => reached.add(to))
    }
    const { exit, emptyExit } = this
    if (!reached.has(exit[bracket]!)) return
    ;[exit[bracket], emptyExit[bracket]] = [emptyExit[bracket]!, exit[bracket]!]
  }

  private touch(bracket: number, action: number): void {
    if (action === 0) return
    const [first, last] = groupsOf(action, this.automaton.forgets)
    if (first < this.firstGroup[bracket]!) this.firstGroup[bracket] = first
    if (last > this.lastGroup[bracket]!) this.lastGroup[bracket] = last
  }

  /**
   * Counts bytes that a region's tables will take.
   *
   * @throws RegexBudgetError `cacheBytes`
   */
  take(bytes: number): void {
    this.bytes += bytes
    if (this.bytes > this.maxBytes) throw new RegexBudgetError('cacheBytes', this.bytes, this.maxBytes)
  }

  /** Places of the states inside, from the first up to the second; of bracket -1, of all. */
  placesIn(bracket: number): [number, number] {
    if (bracket < 0) return [0, this.automaton.states]
    return [this.first[bracket]!, this.end[bracket]!]
  }

  /** Bits of the states made before a place. */
  bitsBefore(place: number): number {
    return this.consumers[place]!
  }
}
