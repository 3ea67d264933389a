/**
 * Sets of threads, and what a byte makes of them.
 *
 * Leftmost-longest needs to know which threads began first. So a state is a list of groups, one for each
 * place where a match may have begun, earliest first; a node stands only in the first group that has it. When a
 * group accepts, all later groups are dropped, and no new ones begin: from then on only longer matches with that
 * start count (and earlier ones, should they still succeed). The last acceptance seen is the end of the
 * leftmost-longest match. With `merge` there is one group: enough to know whether anything matches.
 *
 * Where minimal repetitions choose, the order of threads within a group counts as well, and an acceptance cuts a group in
 * two; still no group has threads of two places, so where a match began is known as it is without them.
 *
 * With `which`, one group whose ends carry the numbers of the patterns they belong to. `items.ts` says how a set is
 * written down, `loop.ts` how a search knows where characters begin.
 */
import { int32s, MAX_INT32, uint8s } from '../foundation/arrays.ts'
import { ANY, KINDS, OTHER } from '../automaton/context.ts'
import type { Surroundings } from '../automaton/context.ts'
import { ACCEPT, ASSERT, FORK, MARK, STEP } from '../automaton/nfa.ts'
import type { Nfa } from '../automaton/nfa.ts'
import { endOfGroups, maskOf, PATTERN_SHIFT, SEARCHING, sort, WAITING } from './items.ts'
import { BROKEN_OFF, INSIDE, SearchLoop } from './loop.ts'
import type { Tally } from './tally.ts'

export interface SetOptions {
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
  /**
   * Of one start, threads in order, the first choice first: an acceptance ends a group, and drops what would have been
   * tried later. For minimal repetitions; see `automaton/order.ts`.
   */
  readonly first?: boolean
  /** Merged, but telling which patterns of a set accept; acceptance ends nothing. */
  readonly which?: boolean
}

export class ThreadSets {
  readonly nfa: Nfa
  protected readonly options: SetOptions
  protected readonly surroundings: Surroundings
  protected readonly tally: Tally
  /** Null where a search may begin again after every byte. */
  protected readonly loop: SearchLoop | null

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
  protected acceptedGroup = -1
  /** The last `step` met a byte that breaks off a sequence: begin again behind its lead byte, `out` is nothing. */
  broken = false
  /** Of the set in `out`: how many groups, and which group of the set stepped from each comes from (-1: it is new). */
  groups = 0
  readonly origins: Int32Array
  private origin = -1
  private groupStart = 1
  /** A match may start after the byte just stepped over, and none had started before. */
  protected started = false
  protected fresh = false
  /** Kinds before which the group being made, and those before it, accept. */
  private reached = 0
  private taken = 0
  private mergedMask = 0
  private readonly acceptsBy = new Map<number, number>()

  constructor(nfa: Nfa, options: SetOptions, surroundings: Surroundings, tally: Tally) {
    this.nfa = nfa
    this.options = options
    this.surroundings = surroundings
    this.tally = tally
    const nodes = nfa.kind.length
    this.seenIn = int32s(nodes)
    this.seenMask = uint8s(nodes)
    // A node is pushed once for each bit its mask gains at most, by each edge that leads to it.
    const visits = nfa.masks.length > 0 ? KINDS : 1
    this.stackNode = int32s((nodes + nfa.forkTo.length) * visits + 16)
    this.stackMask = uint8s(this.stackNode.length)
    // At most one terminator for each node in a set, or pattern that accepts, besides the node itself.
    this.out = int32s(2 * nodes + 64)
    this.origins = int32s(nodes + 64)
    this.loop = nfa.loop >= 0 ? new SearchLoop(nfa) : null
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
    if (!this.options.anchored && this.loop) this.pushNodes(this.loop.body)
  }

  /** Adds to the set just made a group that begins here, after a character of this kind. */
  addStart(kind: number): void {
    this.origin = -1
    this.pushClosure(this.nfa.start, kind)
    this.endGroup()
  }

  /** Hands out the set just made, and takes another array of the same length to make the next one in. */
  swap(spare: Int32Array): Int32Array {
    const made = this.out
    this.out = spare
    return made
  }

  /**
   * Steps a set over one byte into `out`.
   * @param kind of the character that begins with this byte; inside a character it does not matter
   */
  step(items: Int32Array, length: number, byte: number, kind: number): void {
    const { merge } = this.options
    const searching = (items[0]! & SEARCHING) !== 0
    this.newSet(searching ? SEARCHING : 0)
    this.accepted = false
    this.broken = false
    this.acceptedGroup = -1
    let cut = false
    let group = 0
    let i = 1
    const groupsEnd = endOfGroups(items, length)
    while (i < groupsEnd) {
      this.origin = group
      let item = items[i++]!
      while (item >= 0) {
        this.stepNode(item, byte)
        item = items[i++]!
      }
      if ((maskOf(item) >> kind) & 1) {
        this.accepted = true
        if (!cut) this.acceptedGroup = group
        cut = true
      }
      this.endGroup()
      if (cut && !merge && !this.options.keepAll) break
      group++
    }
    let completed = INSIDE
    if (searching && (!cut || this.options.which)) {
      this.fresh = this.outLength === 1 && this.mergedMask === 0
      completed = this.stepLoop(items, groupsEnd, length, byte)
      if (this.started && this.fresh && !merge) this.out[0] = SEARCHING | WAITING
    } else this.out[0] = 0
    if (merge) this.closeMerged()
    if (this.out[0] !== 0 && this.loop) this.pushNodes(completed >= 0 ? this.loop.body : this.loop.out)
  }

  /** Goes on searching: the kind of the character that ends with this byte, if one does. */
  private stepLoop(items: Int32Array, from: number, to: number, byte: number): number {
    const kind = this.loop ? this.loop.step(items, from, to, byte) : this.surroundings.ofByte(byte)
    if (kind >= 0) {
      this.origin = -1
      this.started = true
      this.pushClosure(this.nfa.start, kind)
      this.endGroup()
    }
    this.broken = kind === BROKEN_OFF
    return kind
  }

  private pushNodes(nodes: readonly number[]): void {
    for (const node of nodes) this.out[this.outLength++] = node
  }

  private newSet(header: number): void {
    // Numbers wrap in an Int32Array: behind the last one, what was seen is forgotten and counting begins anew.
    if (this.generation === MAX_INT32) {
      this.seenIn.fill(0)
      this.generation = 0
    }
    this.generation++
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

  private terminate(mask: number): void {
    this.out[this.outLength++] = -(mask + 1)
    this.origins[this.groups++] = this.origin
    this.groupStart = this.outLength
  }

  /** In order: an acceptance. What comes behind it counts only where it does not. */
  private acceptInOrder(mask: number): void {
    const left = mask & ~this.taken
    if (left === 0) return
    this.taken |= left
    this.terminate(left)
  }

  /** Closes the group being made; one that neither waits nor accepts leaves no trace. */
  private endGroup(): void {
    if (this.options.first) {
      if (this.outLength > this.groupStart) this.terminate(0)
      return
    }
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
      this.terminate(this.reached)
    }
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
        this.out[this.outLength++] = -((pattern << PATTERN_SHIFT) + this.acceptsBy.get(pattern)! + 1)
      }
    } else this.out[this.outLength++] = -(this.mergedMask + 1)
  }

  private stepNode(node: number, byte: number): void {
    const { nfa } = this
    const first = nfa.first[node]!
    const end = first + nfa.count[node]!
    this.tally.built += 1
    for (let e = first; e < end; e++) {
      if (byte < nfa.edgeLow[e]! || byte > nfa.edgeHigh[e]!) continue
      this.pushClosure(nfa.edgeTo[e]!, OTHER)
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
      const at = stackNode[top]!
      let mask = stackMask[top--]!
      visits++
      if (seenIn[at] === generation) {
        mask |= seenMask[at]!
        if (mask === seenMask[at]) continue
      } else if (nfa.kind[at] === STEP) {
        // A waiting node counts as seen only once it is in.
        if ((nfa.need[at]! & mask) === 0) continue
        seenIn[at] = generation
        seenMask[at] = ANY
        this.out[this.outLength++] = at
        continue
      } else seenIn[at] = generation
      seenMask[at] = mask
      switch (nfa.kind[at]) {
        case FORK: {
          const first = nfa.first[at]!
          for (let k = nfa.count[at]! - 1; k >= 0; k--) {
            stackNode[++top] = nfa.forkTo[first + k]!
            stackMask[top] = mask
          }
          break
        }
        case ASSERT: {
          const allowed = (nfa.masks[nfa.count[at]!] as Uint8Array)[kind]!
          const left = this.options.everywhere ? mask : mask & allowed
          if (left !== 0) {
            stackNode[++top] = nfa.first[at]!
            stackMask[top] = left
          }
          break
        }
        case MARK:
          kind = nfa.count[at]!
          stackNode[++top] = nfa.first[at]!
          stackMask[top] = mask
          break
        case ACCEPT:
          if (this.options.first) this.acceptInOrder(mask)
          else this.reached |= mask
          if (this.options.which) {
            const pattern = nfa.first[at]!
            this.acceptsBy.set(pattern, (this.acceptsBy.get(pattern) ?? 0) | mask)
          }
          break
        default:
          // The place of the search loop leads nowhere by itself.
          break
      }
    }
    this.tally.built += visits
  }
}
