/**
 * One step along the text for all paths that may still become the parse, in the order of Okui and Suzuki.
 *
 * IDEA. Of all paths that have read the text up to here, one per state is enough: the best. To know the best, paths
 * need not be kept. It is enough to keep the states in order, best first, and between neighbours the number of brackets
 * that were open when the two forked and that neither has left: `common`. When the next character is read, each path
 * runs along epsilon edges to a state that consumes it. If it leaves brackets on the way, down to depth `low`, it keeps
 * min(common, low) of the shared ones. Of two paths, the one that keeps more has the longer node in the outermost place
 * where they differ, so it is better from now on; if they keep equally many, they stay in the order they were in. For
 * paths that forked just now, all brackets open at the fork are shared, and the order they were in is that of the
 * branches. For states that are not neighbours, `common` is the least of those between.
 *
 *   (a|ab)(c|bcd)  reading "a", then "b": after "a" the path through the first alternative closes the first group's
 *   bracket before "b", the other is still inside: it keeps one bracket more, and is better, whatever comes next.
 *
 * So the whole order is a list of states and a list of small numbers, where Borsotti and Trofimovich, "Efficient POSIX
 * submatch extraction on NFA" (arXiv 1907.08837), keep a matrix of pairs. The list is enough because brackets shared by
 * two paths are shared by all paths ranked between them: leaving one makes a path worse than those inside.
 *
 * COST. A step takes time proportional to the edges of the closure, plus a comparison wherever paths meet and k log k
 * of them to put k states in order. Nothing depends on how much text was read.
 *
 * Papers: Okui and Suzuki, "Disambiguation in regular expression matching via position automata with augmented
 * transitions" (2010); Kuklewicz (2007); Borsotti and Trofimovich (above). Tested by captures.test.ts and the tester.
 */
import { MAX_INT32 } from '../foundation/arrays.ts'
import { holds } from './alphabet.ts'
import type { RankedNfa } from './automaton.ts'

/** The ordered states before a character; `common[i]` lies between states i and i + 1. */
export interface Ranking {
  readonly states: Int32Array
  readonly common: Int32Array
}

/** The result of a step: the new ranking, and for each of its states where its path came from. */
export interface Step {
  readonly ranking: Ranking
  /** Index in the old ranking. */
  readonly from: Int32Array
  /** What happens to captures on the way, in the order of the path; see RankedNfa.edgeAction. */
  readonly actions: readonly (readonly number[])[]
  /** Only where `cut` was asked for: the path that ends before the character; what is worse than it is gone. */
  readonly accepted: Finish | null
}

/** A path that reached the end: where it came from in the ranking, what happened on the way. */
export interface Finish {
  readonly from: number
  readonly actions: readonly number[]
}

/** Bytes spent on looking one symbol ahead. */
const MAX_USEFUL = 1 << 21
/** In place of a symbol: the end is looked for, nothing is consumed. */
const AT_END = -1

const NO_ACTIONS: readonly number[] = []

export class Stepper {
  readonly automaton: RankedNfa
  /** Epsilon edges and comparisons done so far; a measure of work. */
  work = 0

  // The result of the last `advance`: the ranking in the first `count` places of states and common, and its leaves.
  count = 0
  states: Int32Array
  common: Int32Array
  /** The state from which each was reached, where `trace` begins. */
  readonly leaves: Int32Array

  // The ranking that the present closure starts from.
  private rootCount = 0
  private roots: Int32Array
  private rootCommon: Int32Array
  /** Of each state reached: the state before it; -1 for one that is in the ranking. */
  private readonly parent: Int32Array
  /** Where in the ranking the path to it began. */
  private readonly root: Int32Array
  /** The edge by which it was reached. */
  private readonly via: Int32Array
  /** The least depth on the way to it, from its place in the ranking on. */
  private readonly low: Int32Array
  /** Reached in the closure of this number. */
  private readonly stamp: Int32Array
  private readonly pending: Uint32Array
  private closures = 0
  private leafCount = 0
  /** Place in `leaves` of the best leaf into each target, by the closure's number. */
  private readonly placeOf: Int32Array
  private readonly placeStamp: Int32Array
  /** Set by `compare`: the brackets that both paths keep. */
  private shared = 0
  /** Symbols that can be consumed after epsilon edges alone, as `state * classes + symbol`; empty where too large. */
  private readonly useful: Uint8Array
  /** Whether the end can be reached by epsilon edges alone. */
  private readonly ending: Uint8Array

  constructor(automaton: RankedNfa) {
    const count = automaton.states
    const array = (): Int32Array => new Int32Array(count + 1)
    this.automaton = automaton
    this.states = array()
    this.common = array()
    this.leaves = array()
    this.roots = array()
    this.rootCommon = array()
    this.parent = array()
    this.root = array()
    this.via = array()
    this.low = array()
    this.stamp = array()
    this.pending = new Uint32Array((count + 32) >> 5)
    this.placeOf = array()
    this.placeStamp = array()
    this.ending = new Uint8Array(count)
    this.useful = new Uint8Array(
      count * automaton.alphabet.classes <= MAX_USEFUL ? count * automaton.alphabet.classes : 0,
    )
    this.lookAhead()
  }

  /** Fills `useful` and `ending`, from the last state to the first. */
  private lookAhead(): void {
    const { useful, ending } = this
    const { states, accept, set, edgeStart, edgeTo, alphabet } = this.automaton
    const { classes } = alphabet
    const copy = useful.length > 0
    ending[accept] = 1
    for (let state = states - 1; state >= 0; state--) {
      const consumed = set[state]!
      for (let edge = edgeStart[state]!; edge < edgeStart[state + 1]!; edge++) {
        const to = edgeTo[edge]!
        if (ending[to]) ending[state] = 1
        if (!copy) continue
        for (let symbol = 0; symbol < classes; symbol++) {
          if (useful[to * classes + symbol]) useful[state * classes + symbol] = 1
        }
      }
      if (!copy || consumed < 0) continue
      for (let symbol = 0; symbol < classes; symbol++) {
        useful[state * classes + symbol] = holds(alphabet, consumed, symbol) ? 1 : 0
      }
    }
  }

  initial(): Ranking {
    return { states: Int32Array.of(this.automaton.start), common: new Int32Array(0) }
  }

  /** Makes `ranking` the one that `advance` goes on from. */
  load({ states, common }: Ranking): void {
    this.count = states.length
    this.states.set(states)
    this.common.set(common)
  }

  /** Adds a fresh attempt, ranked last. */
  addStart(): void {
    this.states[this.count] = this.automaton.start
    if (this.count > 0) this.common[this.count - 1] = 0
    this.count++
  }

  /** `advance` from a given ranking, the result as a value. */
  step(ranking: Ranking, mask: number, symbol: number, cut = false): Step {
    this.load(ranking)
    const accepted = this.advance(mask, symbol, cut) ? this.trace(this.automaton.accept) : null
    const { count } = this
    const from = new Int32Array(count)
    const actions: (readonly number[])[] = []
    for (let i = 0; i < count; i++) {
      const path = this.trace(this.leaves[i]!)
      from[i] = path.from
      actions.push(path.actions)
    }
    const next = { states: this.states.slice(0, count), common: this.common.slice(0, Math.max(0, count - 1)) }
    return { ranking: next, from, actions, accepted }
  }

  /**
   * Reads a character of class `symbol` where the assertions in `mask` hold before it. With `cut`, a path that may end
   * here ends all worse ones: which of the two is better is final, as no bracket of its fork is open any more. True if
   * there was such a path; it can be traced from the accepting state.
   */
  advance(mask: number, symbol: number, cut: boolean): boolean {
    const { automaton, leaves, placeOf, placeStamp, leafCount } = this.close(mask, symbol, cut)
    const { accept, set: sets, next, alphabet } = automaton
    const { members, classes } = alphabet
    const isTable = members.length > 0
    const closure = this.closures
    const ends = cut && this.stamp[accept] === closure
    let count = 0
    for (let l = 0; l < leafCount; l++) {
      const leaf = leaves[l]!
      const set = sets[leaf]!
      if (set < 0) continue
      if (isTable ? members[set * classes + symbol] === 0 : !holds(alphabet, set, symbol)) continue
      if (ends && this.compare(leaf, -1, accept, -1) > 0) continue
      const target = next[leaf]!
      if (placeStamp[target] !== closure) {
        placeStamp[target] = closure
        placeOf[target] = count
        leaves[count++] = leaf
      } else {
        const place = placeOf[target]!
        if (this.compare(leaf, -1, leaves[place]!, -1) < 0) leaves[place] = leaf
      }
    }
    this.order(count)
    const { states, common } = this
    for (let i = 0; i < count; i++) {
      const leaf = leaves[i]!
      states[i] = next[leaf]!
      if (i > 0) {
        this.compare(leaves[i - 1]!, -1, leaf, -1)
        common[i - 1] = this.shared
      }
    }
    this.count = count
    return ends
  }

  /** The best path to the end of the automaton where the assertions in `mask` hold, or null. */
  finish(ranking: Ranking, mask: number): Finish | null {
    this.load(ranking)
    return this.end(mask)
  }

  /** The same from where `advance` got to. */
  end(mask: number): Finish | null {
    const { accept } = this.automaton
    this.close(mask, AT_END, true)
    return this.stamp[accept] === this.closures ? this.trace(accept) : null
  }

  /** Puts the first `count` leaves in order, best first. */
  private order(count: number): void {
    const { leaves } = this
    if (count > 32) {
      leaves.subarray(0, count).sort((a, b) => this.compare(a, -1, b, -1))
      return
    }
    // They come nearly in order, or are few.
    for (let i = 1; i < count; i++) {
      const leaf = leaves[i]!
      let k = i - 1
      while (k >= 0 && this.compare(leaves[k]!, -1, leaf, -1) > 0) {
        leaves[k + 1] = leaves[k]!
        k--
      }
      leaves[k + 1] = leaf
    }
  }

  /**
   * Follows epsilon edges, keeping the best path to each state; collects the states that end one. Edges that lead neither
   * to a state that consumes `symbol` nor, with `ends`, to the end are left out.
   */
  private close(mask: number, symbol: number, ends: boolean): this {
    ;[this.roots, this.states] = [this.states, this.roots]
    ;[this.rootCommon, this.common] = [this.common, this.rootCommon]
    this.rootCount = this.count
    const { automaton, parent, root, via, low, stamp, pending, leaves, roots, rootCount, useful, ending } =
      this
    const { classes } = automaton.alphabet
    const looking = useful.length > 0 && symbol >= 0
    const { depth, edgeStart, edgeTo, edgeNeeds } = automaton
    const closure = this.nextClosure()
    let first = pending.length
    let last = -1
    for (let i = 0; i < rootCount; i++) {
      const state = roots[i]!
      stamp[state] = closure
      parent[state] = -1
      root[state] = i
      low[state] = depth[state]!
      const word = state >> 5
      pending[word] = pending[word]! | (1 << (state & 31))
      if (word < first) first = word
      if (word > last) last = word
    }
    let leafCount = 0
    let work = 0
    for (let word = first; word <= last; word++) {
      let bits = pending[word]!
      while (bits !== 0) {
        const state = (word << 5) + 31 - Math.clz32(bits & -bits)
        pending[word] = bits & (bits - 1)
        const end = edgeStart[state + 1]!
        let edge = edgeStart[state]!
        if (edge === end) leaves[leafCount++] = state
        work += 1 + end - edge
        const lowest = low[state]!
        for (; edge < end; edge++) {
          const needs = edgeNeeds[edge]!
          if ((needs & mask) !== needs) continue
          const to = edgeTo[edge]!
          const idle = symbol < 0 ? true : looking && useful[to * classes + symbol] === 0
          if (idle && !(ends && ending[to])) continue
          if (stamp[to] === closure) {
            // Another path was here first. It keeps the place unless this one is better.
            const rival = parent[to]!
            if (rival === state) continue
            const [from, by] = rival < 0 ? [to, -1] : [rival, via[to]!]
            if (this.compare(state, edge, from, by) > 0) continue
          }
          stamp[to] = closure
          parent[to] = state
          root[to] = root[state]!
          via[to] = edge
          const deep = depth[to]!
          low[to] = deep < lowest ? deep : lowest
          const target = to >> 5
          pending[target] = pending[target]! | (1 << (to & 31))
          if (target > last) last = target
        }
        bits = pending[word]!
      }
    }
    this.work += work
    this.leafCount = leafCount
    return this
  }

  /** Numbers wrap in an Int32Array: behind the last one, all that is stamped is forgotten and counting begins anew. */
  private nextClosure(): number {
    if (this.closures === MAX_INT32) {
      this.stamp.fill(0)
      this.placeStamp.fill(0)
      this.closures = 0
    }
    return ++this.closures
  }

  /**
   * Compares the path to state x, then along edge ex (-1: it ends in x), with that to y along ey. Negative: x is better.
   * Both edges lead to the same state, if there are any.
   */
  private compare(x: number, ex: number, y: number, ey: number): number {
    this.work++
    const leafX = x
    const leafY = y
    const { parent, root, via } = this
    const { depth, edgeTo, bracket, hasLoops } = this.automaton
    const edge = ex >= 0 ? ex : ey
    const meeting = edge >= 0 ? depth[edgeTo[edge]!]! : 0x7fffffff
    const rootX = root[x]!
    const rootY = root[y]!
    let lowX = meeting
    let lowY = meeting
    let held: number
    let order: number
    let fork: number
    if (rootX === rootY) {
      // They forked just now. A state comes after those before it on a path, so the later one steps back.
      while (x !== y) {
        if (x > y) {
          lowX = least(lowX, depth[x]!)
          ex = via[x]!
          x = parent[x]!
        } else {
          lowY = least(lowY, depth[y]!)
          ey = via[y]!
          y = parent[y]!
        }
      }
      fork = x
      held = depth[x]!
      order = ex - ey
    } else {
      lowX = least(lowX, this.low[x]!)
      lowY = least(lowY, this.low[y]!)
      fork = this.roots[rootX]!
      held = this.commonOf(rootX, rootY)
      order = rootX - rootY
    }
    const keptX = least(held, lowX)
    const keptY = least(held, lowY)
    const shared = least(keptX, keptY)
    this.shared = shared
    if (hasLoops && held > shared) this.shared += this.sameLoop(fork, leafX, leafY, shared + 1)
    if (keptX === keptY) return order
    let deciding = bracket[fork]!
    const { bracketDepth, bracketParent, bracketLazy } = this.automaton
    while (bracketDepth[deciding]! > shared + 1) deciding = bracketParent[deciding]!
    return bracketLazy[deciding] ? keptX - keptY : keptY - keptX
  }

  /**
   * 1 where both paths are in the same loop at this depth, as they were at the fork, if in different iterations: the one
   * that stays in its iteration longer shall be better then too. (Only TRE's rules have such loops.)
   */
  private sameLoop(fork: number, x: number, y: number, level: number): number {
    const loop = this.bracketAt(fork, level)
    if (loop < 0 || this.automaton.bracketLoop[loop] === 0) return 0
    return this.bracketAt(x, level) === loop && this.bracketAt(y, level) === loop ? 1 : 0
  }

  private bracketAt(state: number, level: number): number {
    const { bracket, bracketDepth, bracketParent } = this.automaton
    let at = bracket[state]!
    while (at >= 0 && bracketDepth[at]! > level) at = bracketParent[at]!
    return at >= 0 && bracketDepth[at] === level ? at : -1
  }

  /** Brackets shared by two states of the ranking. */
  private commonOf(i: number, j: number): number {
    const { rootCommon } = this
    const from = i < j ? i : j
    const to = i < j ? j : i
    let fewest = 0x7fffffff
    for (let k = from; k < to; k++) fewest = least(fewest, rootCommon[k]!)
    return fewest
  }

  /** Where the path to `leaf` began and what happened on it, in order. */
  trace(leaf: number): Finish {
    const { edgeAction } = this.automaton
    let list: number[] | undefined
    let at = leaf
    for (;;) {
      const above = this.parent[at]!
      if (above < 0) break
      const action = edgeAction[this.via[at]!]!
      if (action !== 0) (list ??= []).push(action)
      at = above
    }
    return { from: this.root[leaf]!, actions: list === undefined ? NO_ACTIONS : list.reverse() }
  }
}

const least = (a: number, b: number): number => (a < b ? a : b)
