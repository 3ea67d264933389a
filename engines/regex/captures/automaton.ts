/**
 * The automaton that captures are read from: a Thompson automaton whose paths carry the order of parse trees.
 *
 * Which parse of a span is the right one is a matter of comparing parse trees from the top: the first node, in the
 * order of reading, that one tree gives more characters than the other, decides. So the automaton brackets every node
 * whose length is a choice: a path enters the bracket where the node begins and leaves it where it ends. A state's
 * `depth` is the number of brackets open there. Of two paths that forked somewhere and came along the same text, the
 * one that left the outermost bracket later is the better one; if all that was open at the fork was left together, the
 * branch first tried at the fork is. `stepper.ts` does this comparing.
 *
 * Two things keep it small and quick:
 * - No bracket where the length is no choice: fixed lengths, and the last part of a bracketed node; nor where it decides
 *   nothing that is asked for: in a node without groups, and from the last part with a group on.
 * - No empty loops. POSIX allows no empty iteration beyond the minimum, so a loop's body is built in the variant that
 *   matches something, and matching nothing is a separate way around it. Both share their states, so nested stars do
 *   not multiply. Without empty loops the epsilon edges form an acyclic graph, states are numbered along it, and a
 *   closure is one sweep in the order of the numbers.
 *
 * A minimal repetition has a bracket that is better left early; nodes around one have no bracket at all.
 */
import { contextUse, Surroundings } from '../automaton/context.ts'
import type { Parsed } from '../syntax/ast.ts'
import type { Alphabet } from './alphabet.ts'
import { buildAlphabet } from './alphabet.ts'
import { RankedNfaBuilder } from './builder.ts'
import { factsOf } from '../automaton/facts.ts'
import { simplified } from './simplify.ts'

/**
 * POSIX makes the first iteration as long as possible, then the second. TRE makes the last iteration of `*` and `+` begin
 * as early as possible, then the one before; bounded repetitions it reads as concatenations.
 */
export type Rules = 'posix' | 'tre'

export interface RankedNfa {
  readonly alphabet: Alphabet
  readonly groups: number
  readonly states: number
  readonly start: number
  readonly accept: number
  readonly depth: Int32Array
  /** Innermost open bracket of each state, -1 outside of all. */
  readonly bracket: Int32Array
  readonly bracketParent: Int32Array
  readonly bracketDepth: Int32Array
  /** 1: better left early. */
  readonly bracketLazy: Uint8Array
  /** 1: around an iteration that is better the earlier it began, the last one first; see `Rules`. */
  readonly bracketLoop: Uint8Array
  /** Whether there is one of these. */
  readonly hasLoops: boolean
  /** Epsilon edges of state s: `edgeStart[s]` to `edgeStart[s + 1]`, the better branch first, always to a higher state. */
  readonly edgeStart: Int32Array
  readonly edgeTo: Int32Array
  /** Assertions that must hold, as a mask. */
  readonly edgeNeeds: Uint8Array
  /** See `actions.ts`. */
  readonly edgeAction: Int32Array
  /** Set that state s consumes, -1 for none, and where that leads. A state that consumes has no epsilon edges. */
  readonly set: Int32Array
  readonly next: Int32Array
  readonly forgets: Int32Array
  readonly hasAssertions: boolean
  /** Tells what lies outside a span. */
  readonly surroundings: Surroundings
}

/**
 * Builds the automaton. How many states it has is not known beforehand: some for each of the plain automaton, more where
 * minimal repetitions nest.
 *
 * @throws RegexBudgetError `compileBytes` as soon as it grows beyond `maxBytes`.
 */
export function buildAutomaton(parsed: Parsed, maxBytes: number, rules: Rules = 'posix'): RankedNfa {
  const builder = new RankedNfaBuilder(maxBytes, rules === 'tre')
  const start = builder.state()
  const exit = builder.whole(simplified(parsed.root), start)
  const accept = builder.state()
  if (exit >= 0) builder.edge(exit, accept)
  shorten(builder)
  const alphabet = buildAlphabet(parsed, builder.sets, maxBytes, builder.bytes)
  return number(builder, parsed, alphabet, start, accept)
}

/** The epsilon edges of a builder, grouped by the state they leave (or enter) and in the order they were made. */
interface Grouped {
  /** Edges of state s are `list[first[s]]` to `list[first[s + 1]]`, each the place of four numbers in the builder's. */
  readonly first: Int32Array
  readonly list: Int32Array
}

function group(builder: RankedNfaBuilder, end: 0 | 1): Grouped {
  const { edges } = builder
  const first = new Int32Array(builder.depth.length + 2)
  for (let e = 0; e < edges.length; e += 4) {
    const state = edges[e + end]! + 2
    first[state] = first[state]! + 1
  }
  for (let s = 2; s < first.length; s++) first[s] = first[s]! + first[s - 1]!
  const list = new Int32Array(edges.length / 4)
  for (let e = 0; e < edges.length; e += 4) {
    const state = edges[e + end]! + 1
    list[first[state]!] = e
    first[state] = first[state]! + 1
  }
  return { first, list }
}

/** Leads edges past states that do nothing but lead on inside the same bracket. */
function shorten({ edges, next, set, bracketOf }: RankedNfaBuilder): void {
  const states = next.length
  /** Where a state leads on, itself where it does something. */
  const on = Int32Array.from(next, (_, state) => state)
  const ways = new Int32Array(states)
  for (let e = 0; e < edges.length; e += 4) {
    const from = edges[e]!
    const to = edges[e + 1]!
    const idle = edges[e + 2] === 0 && edges[e + 3] === 0 && bracketOf[from] === bracketOf[to]
    ways[from] = ways[from]! + 1
    on[from] = idle && ways[from] === 1 && set[from] === -1 ? to : from
  }
  const last = (state: number, bracket: number | undefined): number => {
    let at = state
    while (on[at] !== at && bracketOf[at] === bracket) at = on[at]!
    return at
  }
  for (let e = 0; e < edges.length; e += 4) {
    edges[e + 1] = last(edges[e + 1]!, bracketOf[edges[e]!])
  }
  for (let state = 0; state < states; state++) {
    if (next[state]! >= 0) next[state] = last(next[state]!, bracketOf[state])
  }
}

/** Drops what cannot reach the end and numbers the rest along the epsilon edges. */
function number(
  builder: RankedNfaBuilder,
  parsed: Parsed,
  alphabet: Alphabet,
  start: number,
  accept: number,
): RankedNfa {
  const out = group(builder, 0)
  const useful = usefulStates(builder, accept)
  useful[start] = 1
  const order = alongEdges(builder, out, useful, start)
  const states = order.length
  const rank = new Int32Array(builder.depth.length).fill(-1)
  order.forEach((state, i) => (rank[state] = i))
  const edgeStart = new Int32Array(states + 1)
  const [edgeTo, edgeNeeds, edgeAction]: [number[], number[], number[]] = [[], [], []]
  order.forEach((state, i) => {
    for (let k = out.first[state]!; k < out.first[state + 1]!; k++) {
      const e = out.list[k]!
      const to = rank[builder.edges[e + 1]!]!
      if (to < 0) continue
      edgeTo.push(to)
      edgeNeeds.push(builder.edges[e + 2]!)
      edgeAction.push(builder.edges[e + 3]!)
    }
    edgeStart[i + 1] = edgeTo.length
  })
  // Loops: with thousands of states, iterators take most of the time of building.
  const pick = (values: readonly number[]): Int32Array => {
    const picked = new Int32Array(states)
    for (let i = 0; i < states; i++) picked[i] = values[order[i]!]!
    return picked
  }
  return {
    alphabet,
    groups: parsed.groups,
    states,
    start: rank[start]!,
    accept: rank[accept]!,
    depth: pick(builder.depth),
    bracket: pick(builder.bracketOf),
    bracketParent: Int32Array.from(builder.bracketParent),
    bracketDepth: Int32Array.from(builder.bracketDepth),
    bracketLazy: Uint8Array.from(builder.bracketLazy),
    bracketLoop: Uint8Array.from(builder.bracketLoop),
    hasLoops: builder.bracketLoop.includes(1),
    edgeStart,
    edgeTo: Int32Array.from(edgeTo),
    edgeNeeds: Uint8Array.from(edgeNeeds),
    edgeAction: Int32Array.from(edgeAction),
    set: pick(builder.set),
    next: pick(builder.next).map((to) => (to < 0 ? -1 : rank[to]!)),
    forgets: Int32Array.from(builder.forgets),
    hasAssertions: !factsOf(parsed.root).pure,
    surroundings: new Surroundings(contextUse(parsed.root), parsed.bytes),
  }
}

/** Marks the states from which the end can be reached. */
function usefulStates(builder: RankedNfaBuilder, accept: number): Uint8Array {
  const { edges, next } = builder
  const into = group(builder, 1)
  const consumers: (number[] | undefined)[] = []
  next.forEach((to, from) => {
    if (to >= 0) (consumers[to] ??= []).push(from)
  })
  const useful = new Uint8Array(next.length)
  const stack = [accept]
  const mark = (state: number): void => {
    if (useful[state]) return
    useful[state] = 1
    stack.push(state)
  }
  useful[accept] = 1
  for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
    for (let k = into.first[state]!; k < into.first[state + 1]!; k++) {
      mark(edges[into.list[k]!]!)
    }
    consumers[state]?.forEach(mark)
  }
  return useful
}

/** The useful states that the start reaches, each before the states its epsilon edges lead to. */
function alongEdges(builder: RankedNfaBuilder, out: Grouped, useful: Uint8Array, start: number): number[] {
  const { edges, next } = builder
  const reached = new Uint8Array(useful.length)
  /** Epsilon edges into a state from states not yet in order. */
  const pending = new Int32Array(useful.length)
  const reachable = [start]
  reached[start] = 1
  const visit = (to: number): void => {
    if (reached[to]) return
    reached[to] = 1
    reachable.push(to)
  }
  for (let i = 0; i < reachable.length; i++) {
    const state = reachable[i]!
    for (let k = out.first[state]!; k < out.first[state + 1]!; k++) {
      const to = edges[out.list[k]! + 1]!
      if (!useful[to]) continue
      pending[to] = pending[to]! + 1
      visit(to)
    }
    const to = next[state]!
    if (to >= 0 && useful[to]) visit(to)
  }
  const order: number[] = reachable.filter((state) => pending[state] === 0)
  for (let i = 0; i < order.length; i++) {
    const state = order[i]!
    for (let k = out.first[state]!; k < out.first[state + 1]!; k++) {
      const to = edges[out.list[k]! + 1]!
      if (!useful[to]) continue
      pending[to] = pending[to]! - 1
      if (pending[to] === 0) order.push(to)
    }
  }
  if (order.length !== reachable.length) throw new Error('the automaton has an empty loop')
  return order
}
