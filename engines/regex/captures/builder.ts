/**
 * From tree to states, brackets and edges; `automaton.ts` says what the automaton is and how brackets order its paths.
 *
 * Every node can be built in three ways: `full` matches whatever it matches, `some` only what is not empty, `none` only
 * nothing. Loops need the second and the third. `apart` builds both with an exit for each, where the order of branches
 * must be kept because a minimal repetition is inside.
 */
import type { Node } from '../syntax/ast.ts'
import { RegexBudgetError } from '../types.ts'
import { Sets } from './alphabet.ts'
import { CLOSE, FORGET, OPEN } from './actions.ts'
import { assertBit } from './context.ts'
import { factsOf, hasGroups, isMinimal } from '../automaton/facts.ts'

type Repeat = Extract<Node, { kind: 'repeat' }>
type Cat = Extract<Node, { kind: 'cat' }>

type Bracket = 'plain' | 'lazy' | 'loop'
/** Which ways of matching a node are built; see above. */
type Way = 'full' | 'some' | 'none' | 'apart'

/** The two ways out of a node: having matched nothing, having matched something; -1 where there is none. */
interface Exits {
  readonly none: number
  readonly some: number
}

/** Measured: a state with its edges, and what the matchers keep for it. While it is built, lists take as much again. */
export const BYTES_PER_STATE = 200

const NOWHERE: Exits = { none: -1, some: -1 }

export class RankedNfaBuilder {
  readonly sets = new Sets()
  readonly depth: number[] = []
  readonly bracketOf: number[] = []
  /** Epsilon edges as four numbers: from, to, needs, action; of those from one state, the better branch first. */
  readonly edges: number[] = []
  readonly set: number[] = []
  readonly next: number[] = []
  readonly forgets: number[] = []
  readonly bracketParent: number[] = []
  readonly bracketDepth: number[] = []
  readonly bracketLazy: number[] = []
  readonly bracketLoop: number[] = []
  private readonly maxBytes: number
  private readonly lastFirst: boolean
  private bracket = -1

  constructor(maxBytes: number, lastFirst: boolean) {
    this.maxBytes = maxBytes
    this.lastFirst = lastFirst
  }

  state(): number {
    const id = this.depth.length
    const bytes = (id + 1) * BYTES_PER_STATE
    if (bytes > this.maxBytes) throw new RegexBudgetError('compileBytes', bytes, this.maxBytes)
    this.depth.push(this.bracket < 0 ? 0 : this.bracketDepth[this.bracket]!)
    this.bracketOf.push(this.bracket)
    this.set.push(-1)
    this.next.push(-1)
    return id
  }

  /** What the states take so far. */
  get bytes(): number {
    return this.depth.length * BYTES_PER_STATE
  }

  edge(from: number, to: number, action = 0, needs = 0): number {
    this.edges.push(from, to, needs, action)
    return to
  }

  private join(exits: readonly number[]): number {
    const live = exits.filter((exit) => exit >= 0)
    if (live.length < 2) return live[0] ?? -1
    const meeting = this.state()
    for (const exit of live) this.edge(exit, meeting)
    return meeting
  }

  // Brackets are opened and closed by two calls, not around a callback: a tree 500 deep must fit on the stack, and every
  // frame between two levels counts.

  /** Enters a bracket where `wanted`. */
  private enter(wanted: boolean, from: number, kind: Bracket = 'plain'): number {
    return wanted ? this.openBracket(from, kind) : from
  }

  /** Leaves it again. */
  private leave(wanted: boolean, exits: Exits): Exits {
    return wanted ? this.closeBracket(exits) : exits
  }

  private leaveOne(wanted: boolean, exit: number): number {
    return wanted ? this.closeBracket({ none: -1, some: exit }).some : exit
  }

  private openBracket(from: number, kind: Bracket): number {
    this.bracketParent.push(this.bracket)
    this.bracketDepth.push(this.bracket < 0 ? 1 : this.bracketDepth[this.bracket]! + 1)
    this.bracketLazy.push(kind === 'lazy' ? 1 : 0)
    this.bracketLoop.push(kind === 'loop' ? 1 : 0)
    this.bracket = this.bracketParent.length - 1
    return this.edge(from, this.state())
  }

  /** Leaves the innermost bracket by each of the exits. */
  private closeBracket(exits: Exits): Exits {
    this.bracket = this.bracketParent[this.bracket]!
    const leave = (exit: number): number => (exit < 0 ? -1 : this.edge(exit, this.state()))
    return { none: leave(exits.none), some: leave(exits.some) }
  }

  /** A child of a node that has no bracket because a minimal repetition is inside needs one of its own. */
  private exposed(parent: Node, child: Node): boolean {
    return !factsOf(parent).plain && factsOf(child).plain && factsOf(child).length < 0
  }

  /** The whole pattern. Its end is known or searched for; in a search, what is plain must want to be long. */
  whole(root: Node, from: number): number {
    const { plain, length } = factsOf(root)
    const bracketed = plain && length < 0
    return this.leaveOne(bracketed, this.full(root, this.enter(bracketed, from)))
  }

  /** Matches `node`; the one way out, or -1. */
  full(node: Node, from: number): number {
    switch (node.kind) {
      case 'empty':
        return from
      case 'set': {
        if (node.ranges.length === 0) return -1
        const state = this.edge(from, this.state())
        this.set[state] = this.sets.add(node.ranges)
        return (this.next[state] = this.state())
      }
      case 'assert':
        return this.edge(from, this.state(), 0, assertBit(node.what))
      case 'approx':
        return this.full(node.node, from)
      case 'group':
      case 'alt':
        return this.merge(this.around(node, from, 'full'))
      case 'cat':
        return this.merge(this.cat(node, from, 'full'))
      default:
        return this.merge(this.repeat(node, from, 'full'))
    }
  }

  private merge(exits: Exits): number {
    return this.join([exits.some, exits.none])
  }

  /** A group or an alternation, its children in the same way. */
  private around(node: Extract<Node, { kind: 'group' | 'alt' }>, from: number, way: Way): Exits {
    if (node.kind === 'group') {
      const bracketed = this.exposed(node, node.node)
      const inner = this.enter(bracketed, this.edge(from, this.state(), (node.index << 2) | OPEN))
      const exits = this.leave(bracketed, this.inWay(way, node.node, inner))
      const close = (exit: number): number =>
        exit < 0 ? -1 : this.edge(exit, this.state(), (node.index << 2) | CLOSE)
      return { none: close(exits.none), some: close(exits.some) }
    }
    const branches: Exits[] = []
    for (const part of node.parts) {
      const bracketed = this.exposed(node, part)
      const branch = this.enter(bracketed, this.edge(from, this.state()))
      branches.push(this.leave(bracketed, this.inWay(way, part, branch)))
    }
    return { none: this.join(branches.map((b) => b.none)), some: this.join(branches.map((b) => b.some)) }
  }

  private inWay(way: Way, node: Node, from: number): Exits {
    switch (way) {
      case 'full':
        return { none: -1, some: this.full(node, from) }
      case 'some':
        return { none: -1, some: this.some(node, from) }
      case 'none':
        return { none: this.none(node, from), some: -1 }
      default:
        return this.apart(node, from)
    }
  }

  /** Matches `node` with both ways out apart. */
  private apart(node: Node, from: number): Exits {
    const facts = factsOf(node)
    if (facts.plain) {
      const some = facts.consumes ? this.some(node, from) : -1
      return { some, none: facts.nullable ? this.none(node, from) : -1 }
    }
    switch (node.kind) {
      case 'approx':
        return this.apart(node.node, from)
      case 'group':
      case 'alt':
        return this.around(node, from, 'apart')
      case 'cat':
        return this.cat(node, from, 'apart')
      case 'repeat':
        return this.repeat(node, from, 'apart')
      default:
        return NOWHERE
    }
  }

  /** Matches something; where a minimal repetition is inside, in the order that the ways to do so have in the whole. */
  private some(node: Node, from: number): number {
    const facts = factsOf(node)
    if (!facts.consumes) return -1
    if (!facts.nullable) return this.full(node, from)
    switch (node.kind) {
      case 'approx':
        return this.some(node.node, from)
      case 'group':
      case 'alt':
        return this.around(node, from, 'some').some
      case 'cat':
        return this.cat(node, from, 'some').some
      case 'repeat':
        return this.repeat(node, from, 'some').some
      default:
        return -1
    }
  }

  /** Matches nothing; where a minimal repetition is inside, in the order that the ways to do so have in the whole. */
  private none(node: Node, from: number): number {
    if (!factsOf(node).nullable) return -1
    switch (node.kind) {
      case 'approx':
        return this.none(node.node, from)
      case 'group':
        return this.around(node, from, 'none').none
      case 'alt': {
        // Without assertions the first alternative that can be empty always is.
        const sure = node.parts.findIndex((part) => factsOf(part).nullable && factsOf(part).pure)
        const parts = sure < 0 ? node.parts : node.parts.slice(0, sure + 1)
        return this.join(parts.map((part) => this.none(part, this.edge(from, this.state()))))
      }
      case 'cat': {
        let at = from
        for (const part of node.parts) {
          at = this.none(part, at)
          if (at < 0) return -1
        }
        return at
      }
      case 'repeat':
        return this.emptyRepeat(node, from)
      default:
        return this.full(node, from)
    }
  }

  /**
   * A concatenation. Read to the right, each part but the last has its own bracket; read to the left, the first part is
   * in a bracket, the first two in one around it, and so on. `apart` and `some` keep two paths side by side: nothing
   * matched yet, and something matched already.
   */
  private cat(node: Cat, from: number, mode: 'full' | 'apart' | 'some'): Exits {
    const plain = factsOf(node).plain
    const last = node.parts.length - 1
    const firstMixed = plain ? node.parts.length : node.parts.findIndex((part) => !factsOf(part).plain)
    const lastWithGroup = node.parts.findLastIndex(hasGroups)
    const choice = (k: number): boolean => factsOf(node.parts[k] as Node).length < 0
    const nested = (k: number): boolean =>
      !node.rightAssoc && (lastWithGroup >= 0 || !plain) && k < Math.min(last, firstMixed) && choice(k)
    const own = (k: number): boolean =>
      (k <= lastWithGroup || !plain) &&
      choice(k) &&
      (node.rightAssoc || k >= firstMixed) &&
      factsOf(node.parts[k] as Node).plain &&
      (k < last || !plain)
    const outside = this.bracket
    let inner = from
    for (let k = 0; k <= last; k++) if (nested(k)) inner = this.openBracket(inner, 'plain')
    let at: Exits = mode === 'full' ? { none: -1, some: inner } : { none: inner, some: -1 }
    for (const [k, part] of node.parts.entries()) {
      at = this.part(part, at, own(k), mode, k === last)
      if (nested(k)) at = this.closeBracket(at)
      if (at.none < 0 && at.some < 0) break
    }
    this.bracket = outside
    return at
  }

  private part(
    part: Node,
    at: Exits,
    bracket: boolean,
    mode: 'full' | 'apart' | 'some',
    isLast: boolean,
  ): Exits {
    if (mode === 'full') {
      return { none: -1, some: this.leaveOne(bracket, this.full(part, this.enter(bracket, at.some))) }
    }
    const { plain, nullable } = factsOf(part)
    if (!plain && !isEager(part)) {
      // The order of its branches must be kept, so it is built once for each path.
      const first = at.none < 0 ? NOWHERE : this.inWay(isLast ? mode : 'apart', part, at.none)
      const again = at.some < 0 ? -1 : this.full(part, at.some)
      return { none: first.none, some: this.join([first.some, again]) }
    }
    // Matching something continues both paths alike, so both enter the same states.
    const entry = this.state()
    if (at.none >= 0) this.edge(at.none, entry)
    if (at.some >= 0) this.edge(at.some, entry)
    const some = this.leaveOne(bracket, this.some(part, this.enter(bracket, entry)))
    if (!nullable) return { none: -1, some }
    const kept = at.some < 0 ? -1 : this.none(part, at.some)
    return { none: at.none < 0 ? -1 : this.none(part, at.none), some: this.join([some, kept]) }
  }

  private forget(node: Repeat): number {
    const { firstGroup, lastGroup } = factsOf(node.node)
    if (firstGroup > lastGroup) return 0
    this.forgets.push(firstGroup, lastGroup)
    return ((this.forgets.length / 2 - 1) << 2) | FORGET
  }

  private repeat(node: Repeat, from: number, way: 'full' | 'apart' | 'some'): Exits {
    const body = factsOf(node.node)
    const lazyBracket = isMinimal(node) && factsOf(node).length < 0
    const at = this.enter(lazyBracket, from, 'lazy')
    const exits = body.plain ? this.plainRepeat(node, at, way !== 'some') : this.mixedRepeat(node, at, way)
    return this.leave(lazyBracket, exits)
  }

  /** Matching nothing: one empty iteration where the body can, none at all where the minimum allows. */
  private emptyRepeat(node: Repeat, from: number): number {
    const body = factsOf(node.node)
    const mayBeAbsent = node.min === 0
    if (node.max === 0 || (mayBeAbsent && (isMinimal(node) || !body.nullable)))
      return this.edge(from, this.state())
    if (!body.nullable) return -1
    const empty = this.none(node.node, this.edge(from, this.state(), this.forget(node)))
    return mayBeAbsent && !body.pure ? this.join([empty, this.edge(from, this.state())]) : empty
  }

  /** A repetition whose body holds no minimal repetition. */
  private plainRepeat(node: Repeat, from: number, wantNone: boolean): Exits {
    const body = factsOf(node.node)
    const { min, max } = node
    const endless = max === Infinity
    const copies = endless ? Math.max(min, 1) : max
    if (!body.consumes || copies === 0)
      return { some: -1, none: wantNone ? this.emptyRepeat(node, from) : -1 }
    const lastFirst = this.lastFirst && !isMinimal(node) && endless && copies === 1
    const forget = this.forget(node)
    const first = this.state()
    this.edge(from, first)
    // Empty iterations that come first, then others: only assertions make that necessary.
    const padded = body.nullable && !body.pure && min > 1
    const none = wantNone || padded ? this.emptyRepeat(node, from) : -1
    const exit = this.state()
    let tail = -1
    let done = -1
    let entry = first
    for (let i = 1; i <= copies; i++) {
      if (i > 1) {
        entry = this.state()
        this.edge(done, entry)
        if (padded && none >= 0 && i <= min) this.edge(none, entry)
      }
      const bracketed = body.length < 0 && hasGroups(node)
      const start = this.edge(entry, this.state(), forget)
      const inner = this.enter(bracketed, start, lastFirst ? 'loop' : 'plain')
      const some = this.leaveOne(bracketed, this.some(node.node, inner))
      const idle = padded && i > 1 && i <= min ? this.edge(done, this.state(), forget) : -1
      done = this.join([some, idle < 0 ? -1 : this.none(node.node, idle)])
      if (i < min && body.nullable && body.pure) {
        // The rest of the minimum is empty; one empty iteration tells the same as many.
        if (tail < 0) tail = this.state()
        this.edge(done, tail)
      }
      if (endless && i === copies) this.edge(done, entry)
      if (i >= min) this.edge(done, exit)
    }
    if (tail >= 0) {
      const rest = this.none(node.node, this.edge(tail, this.state(), forget))
      this.edge(rest, exit)
    }
    return { none: wantNone ? none : -1, some: exit }
  }

  /**
   * A repetition with a minimal one inside: iterations in order, each way of making it kept in its place. The body is
   * built as seldom as that allows, since the bodies of nested ones multiply: of an iteration of which it does not matter
   * whether something was matched before it or is matched in it, once; and an endless one goes on in one more copy that
   * matches something, or in its last one where a body cannot be empty.
   */
  private mixedRepeat(node: Repeat, from: number, way: 'full' | 'apart' | 'some'): Exits {
    if (isEager(node)) return this.eagerRepeat(node, from, way)
    const { min, max } = node
    const greedy = !isMinimal(node)
    const endless = max === Infinity
    const { nullable } = factsOf(node.node)
    const forget = this.forget(node)
    const some = this.state()
    const none = way === 'full' ? some : this.state()
    const begin = (at: number): number => this.edge(at, this.state(), forget)
    /** From `at`, leaves to `exit` and goes on to `next`, in the order of preference. */
    const choose = (at: number, exit: number, mayLeave: boolean, next: number): void => {
      if (at < 0) return
      if (mayLeave && !greedy) this.edge(at, exit)
      this.edge(at, next)
      if (mayLeave && greedy) this.edge(at, exit)
    }
    // An empty first iteration leads to the iterations that the begin leads to, in the same order: it adds nothing.
    const straight = way === 'some' && endless && min < 2
    const copies = endless ? (straight && nullable ? 0 : Math.max(min, 1)) : max
    /** Where nothing was matched yet, or it does not matter; where something was. */
    let empty = from
    let filled = -1
    let entry = -1
    for (let i = 0; i < copies; i++) {
      const mayBeEmpty = i < Math.max(min, 1)
      entry = this.state()
      choose(empty, none, i >= min, entry)
      if (nullable && mayBeEmpty && way !== 'full') {
        const first = empty < 0 ? NOWHERE : this.apart(node.node, begin(entry))
        const again = filled < 0 ? -1 : this.state()
        choose(filled, some, i >= min, again)
        empty = first.none
        filled = this.join([first.some, again < 0 ? -1 : this.full(node.node, begin(again))])
      } else {
        choose(filled, some, i >= min, entry)
        const inner = begin(entry)
        const done = mayBeEmpty ? this.full(node.node, inner) : this.some(node.node, inner)
        ;[empty, filled] = way === 'full' ? [done, -1] : [-1, done]
      }
    }
    if (!endless) {
      if (empty >= 0) this.edge(empty, none)
      if (filled >= 0) this.edge(filled, some)
    } else if (nullable) {
      const loop = this.state()
      const back = this.some(node.node, begin(loop))
      if (straight) {
        this.edge(empty, loop)
        empty = -1
        filled = back
      } else if (back >= 0) this.edge(back, filled < 0 ? empty : filled)
      choose(empty, none, true, loop)
      choose(filled, some, true, loop)
    } else {
      choose(empty, none, true, entry)
      choose(filled, some, true, entry)
    }
    return { none: way === 'full' ? -1 : none, some }
  }

  /**
   * Of an empty first iteration the next one can do all that the first could, in the same order, and goes before leaving:
   * so it is left to those who leave having matched nothing.
   */
  private eagerRepeat(node: Repeat, from: number, way: 'full' | 'apart' | 'some'): Exits {
    const loop = this.edge(from, this.state())
    const back = this.some(node.node, this.edge(loop, this.state(), this.forget(node)))
    const some = back < 0 ? -1 : this.state()
    if (back >= 0) {
      this.edge(back, loop)
      this.edge(back, some)
    }
    return { none: way === 'some' ? -1 : this.emptyRepeat(node, from), some }
  }
}

/**
 * A repetition, or a group of one, with a minimal one inside that all the same matches something wherever it can: then
 * matching something and matching nothing can be built apart, and of paths that come together the first is built once.
 */
function isEager(node: Node): boolean {
  if (node.kind === 'group') return isEager(node.node)
  if (node.kind !== 'repeat' || node.max !== Infinity || node.min > 1) return false
  const { plain, nullable } = factsOf(node.node)
  return !plain && nullable && !isMinimal(node)
}
