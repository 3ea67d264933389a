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
 * So the whole order is a list of states and a list of small numbers. This is what distinguishes it from the matrix of
 * pairs in Borsotti and Trofimovich, "Efficient POSIX submatch extraction on NFA" (2022): the brackets shared by two
 * paths are shared by all paths ranked between them, because leaving one makes a path worse than those inside.
 *
 * COST. A step takes time proportional to the edges of the closure, plus a comparison wherever paths meet and k log k
 * of them to put k states in order. Nothing depends on how much text was read.
 *
 * Papers: Okui and Suzuki, "Disambiguation in regular expression matching via position automata with augmented
 * transitions" (2010); Kuklewicz (2007); Borsotti and Trofimovich (above). Tested by stepper.test.ts and the tester.
 */
import type { Automaton } from './automaton.ts'

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
  /** What happens to captures on the way, in the order of the path; see Automaton.edgeAction. */
  readonly actions: readonly (readonly number[])[]
  /** Only where `cut` was asked for: the path that ends before the character; what is worse than it is gone. */
  readonly accepted: Finish | null
}

/** A path that reached the end: where it came from in the ranking, what happened on the way. */
export interface Finish {
  readonly from: number
  readonly actions: readonly number[]
}

const NO_ACTIONS: readonly number[] = []

export class Stepper {
  readonly automaton: Automaton
  /** Epsilon edges and comparisons done so far; a measure of work. */
  work = 0
  private ranking: Ranking
  /** Of each state reached: the state before it, or -1 - index for one that is in the ranking. */
  private readonly parent: Int32Array
  /** The edge by which it was reached. */
  private readonly via: Int32Array
  /** The least depth on the way to it, from its place in the ranking on. */
  private readonly low: Int32Array
  /** Reached in the closure of this number. */
  private readonly stamp: Int32Array
  private readonly pending: Uint32Array
  private closures = 0
  private leaves: number[] = []
  /** Best leaf into each target, by the closure's number. */
  private readonly leafInto: Int32Array
  private readonly leafStamp: Int32Array
  /** Set by `compare`: the brackets that both paths keep. */
  private shared = 0

  constructor(automaton: Automaton) {
    const count = automaton.states
    this.automaton = automaton
    this.ranking = this.initial()
    this.parent = new Int32Array(count)
    this.via = new Int32Array(count)
    this.low = new Int32Array(count)
    this.stamp = new Int32Array(count)
    this.pending = new Uint32Array((count + 31) >> 5)
    this.leafInto = new Int32Array(count)
    this.leafStamp = new Int32Array(count)
  }

  initial(): Ranking {
    return { states: Int32Array.of(this.automaton.start), common: new Int32Array(0) }
  }

  /**
   * Reads a character of class `symbol` where the assertions in `mask` hold before it. With `cut`, a path that may end
   * here ends all worse ones: which of the two is better is final, as no bracket of its fork is open any more.
   */
  step(ranking: Ranking, mask: number, symbol: number, cut = false): Step {
    const { automaton, leaves } = this
    const { members, classes } = automaton.alphabet
    const { accept } = automaton
    this.close(ranking, mask)
    const ends = cut && this.stamp[accept] === this.closures
    let count = 0
    for (const leaf of leaves) {
      const set = automaton.set[leaf] as number
      if (set < 0 || members[set * classes + symbol] === 0) continue
      if (ends && this.compare(leaf, -1, accept, -1) > 0) continue
      const target = automaton.next[leaf] as number
      if (this.leafStamp[target] !== this.closures) {
        this.leafStamp[target] = this.closures
        this.leafInto[target] = leaf
        leaves[count++] = leaf
      } else {
        const rival = this.leafInto[target] as number
        if (this.compare(leaf, -1, rival, -1) < 0) {
          leaves[leaves.indexOf(rival)] = leaf
          this.leafInto[target] = leaf
        }
      }
    }
    leaves.length = count
    leaves.sort(this.byRank)
    const states = new Int32Array(count)
    const common = new Int32Array(Math.max(0, count - 1))
    const from = new Int32Array(count)
    const actions: (readonly number[])[] = []
    for (let i = 0; i < count; i++) {
      const leaf = leaves[i] as number
      states[i] = automaton.next[leaf] as number
      if (i > 0) {
        this.compare(leaves[i - 1] as number, -1, leaf, -1)
        common[i - 1] = this.shared
      }
      actions.push(this.trace(leaf))
      from[i] = this.origin
    }
    const accepted = ends ? { actions: this.trace(accept), from: this.origin } : null
    return { ranking: { states, common }, from, actions, accepted }
  }

  /** The best path to the end of the automaton where the assertions in `mask` hold, or null. */
  finish(ranking: Ranking, mask: number): Finish | null {
    const { accept } = this.automaton
    this.close(ranking, mask)
    if (this.stamp[accept] !== this.closures) return null
    const actions = this.trace(accept)
    return { from: this.origin, actions }
  }

  private readonly byRank = (a: number, b: number): number => this.compare(a, -1, b, -1)

  /** Follows epsilon edges, keeping the best path to each state; collects the states that end one. */
  private close(ranking: Ranking, mask: number): void {
    const { automaton, parent, via, low, stamp, pending, leaves } = this
    const { depth, edgeStart, edgeTo, edgeNeeds } = automaton
    const closure = ++this.closures
    this.ranking = ranking
    let first = pending.length
    let last = -1
    for (let i = 0; i < ranking.states.length; i++) {
      const state = ranking.states[i] as number
      stamp[state] = closure
      parent[state] = -1 - i
      low[state] = depth[state] as number
      const word = state >> 5
      pending[word] = (pending[word] as number) | (1 << (state & 31))
      if (word < first) first = word
      if (word > last) last = word
    }
    leaves.length = 0
    for (let word = first; word <= last; word++) {
      let bits = pending[word] as number
      while (bits !== 0) {
        const state = (word << 5) + 31 - Math.clz32(bits & -bits)
        pending[word] = bits & (bits - 1)
        const end = edgeStart[state + 1] as number
        let edge = edgeStart[state] as number
        if (edge === end) leaves.push(state)
        this.work += 1 + end - edge
        const lowest = low[state] as number
        for (; edge < end; edge++) {
          const needs = edgeNeeds[edge] as number
          if ((needs & mask) !== needs) continue
          const to = edgeTo[edge] as number
          if (stamp[to] === closure) {
            // Another path was here first. It keeps the place unless this one is better.
            const rival = parent[to] as number
            if (rival === state) continue
            const worse =
              rival < 0
                ? this.compare(state, edge, to, -1) > 0
                : this.compare(state, edge, rival, via[to] as number) > 0
            if (worse) continue
          }
          stamp[to] = closure
          parent[to] = state
          via[to] = edge
          const deep = depth[to] as number
          low[to] = deep < lowest ? deep : lowest
          const target = to >> 5
          pending[target] = (pending[target] as number) | (1 << (to & 31))
          if (target > last) last = target
        }
        bits = pending[word] as number
      }
    }
  }

  /**
   * Compares the path to state x, then along edge ex (-1: it ends in x), with that to y along ey. Negative: x is better.
   * Both edges lead to the same state, if there are any.
   */
  private compare(x: number, ex: number, y: number, ey: number): number {
    this.work++
    const [leafX, leafY] = [x, y]
    const { parent, via, low } = this
    const { depth, edgeTo, bracket, hasLoops } = this.automaton
    const meeting =
      ex >= 0
        ? (depth[edgeTo[ex] as number] as number)
        : ey >= 0
          ? (depth[edgeTo[ey] as number] as number)
          : Infinity
    let [lowX, lowY] = [meeting, meeting]
    let held: number
    let order: number
    let fork: number
    for (;;) {
      if (x === y) {
        fork = x
        held = depth[x] as number
        order = ex - ey
        break
      }
      if (x > y) {
        const above = parent[x] as number
        if (above < 0) {
          // x is in the ranking itself and not on the way to y, so the two came apart earlier.
          lowX = Math.min(lowX, depth[x] as number)
          lowY = Math.min(lowY, low[y] as number)
          const rootY = this.root(y)
          ;[held, order, fork] = [this.commonOf(-1 - above, rootY), -1 - above - rootY, x]
          break
        }
        lowX = Math.min(lowX, depth[x] as number)
        ex = via[x] as number
        x = above
      } else {
        const above = parent[y] as number
        if (above < 0) {
          lowY = Math.min(lowY, depth[y] as number)
          lowX = Math.min(lowX, low[x] as number)
          const rootX = this.root(x)
          ;[held, order, fork] = [this.commonOf(rootX, -1 - above), rootX + 1 + above, y]
          break
        }
        lowY = Math.min(lowY, depth[y] as number)
        ey = via[y] as number
        y = above
      }
    }
    const keptX = Math.min(held, lowX)
    const keptY = Math.min(held, lowY)
    const shared = Math.min(keptX, keptY)
    this.shared = shared
    if (hasLoops && held > shared) this.shared += this.sameLoop(fork, leafX, leafY, shared + 1)
    if (keptX === keptY) return order
    let deciding = bracket[fork] as number
    const { bracketDepth, bracketParent, bracketLazy } = this.automaton
    while ((bracketDepth[deciding] as number) > shared + 1) deciding = bracketParent[deciding] as number
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
    let at = bracket[state] as number
    while (at >= 0 && (bracketDepth[at] as number) > level) at = bracketParent[at] as number
    return at >= 0 && bracketDepth[at] === level ? at : -1
  }

  /** Index in the ranking of the state that the path to `state` began with. */
  private root(state: number): number {
    let at = state
    for (;;) {
      const above = this.parent[at] as number
      if (above < 0) return -1 - above
      at = above
    }
  }

  /** Brackets shared by two states of the ranking. */
  private commonOf(i: number, j: number): number {
    const { common } = this.ranking
    let least = Infinity
    for (let k = Math.min(i, j); k < Math.max(i, j); k++) least = Math.min(least, common[k] as number)
    return least
  }

  private origin = 0

  /** Actions on the path to `leaf`, in order; sets `origin` to the index in the ranking it began with. */
  private trace(leaf: number): readonly number[] {
    const { edgeAction } = this.automaton
    let list: number[] | undefined
    let at = leaf
    for (;;) {
      const above = this.parent[at] as number
      if (above < 0) {
        this.origin = -1 - above
        return list === undefined ? NO_ACTIONS : list.reverse()
      }
      const action = edgeAction[this.via[at] as number] as number
      if (action !== 0) (list ??= []).push(action)
      at = above
    }
  }
}
