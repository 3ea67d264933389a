/**
 * A pattern as an automaton of positions: every place of the pattern that takes a character is a state, and a transition
 * goes to each place that may take the next one, with the number of ways to get there (up to two: `(a*)*` has two from a
 * to a, and that is all that makes it exponential).
 *
 * Where the pattern asks what stands before and after (`\b`, `^`, `$`), positions are split by the kind of character they
 * take, and only ways that these questions allow are kept. Looking around is a side path that goes nowhere; a reference
 * back takes whatever its group takes; bounds above a cap are loops. So the automaton may do a little more than the
 * pattern: what is found in it are candidates, to be run.
 *
 * Where it has fewer copies of something than the pattern counts, no text gets past that in the pattern: what is behind
 * it has not been looked into, and the automaton is not complete.
 */
import { Alphabet, MAX_POINT, MAX_UNIT, NEWLINE, WORD, type CharSet } from './charset.ts'
import type { Node, Pattern } from './syntax.ts'

/** A text's begin, and anywhere in it: where a search may start again. */
export const BEGIN = 0
export const ANYWHERE = 1

export interface Edge {
  readonly to: number
  /** 1, or 2 for two and more. */
  readonly ways: 1 | 2
}

export interface Automaton {
  readonly alphabet: Alphabet
  /** Classes that a state takes; of ANYWHERE all, of BEGIN none. */
  readonly takes: readonly (readonly number[])[]
  readonly edges: readonly (readonly Edge[])[]
  /** Whether the pattern, or what it looks for, may end behind a state, if what it asks for there holds. */
  readonly ends: readonly boolean[]
  /** Where a text goes on behind a state with which what is looked for behind may end. */
  readonly beyond: ReadonlyMap<number, readonly Edge[]>
  /** Whether all ways were followed, through all that the pattern asks for: of some patterns there are too many. */
  readonly complete: boolean
  /** Whether the pattern looks around or refers back: not every text that the automaton reads is one of the pattern's. */
  readonly loose: boolean
}

interface Raw {
  /** Set edges: [set, target]. */
  readonly steps: { readonly set: CharSet; readonly to: number }[]
  /** Empty edges, some with a question. */
  readonly free: { readonly to: number; readonly asks: Asks | null }[][]
  readonly stepsFrom: number[][]
  /** States that a round of a loop comes back to. */
  readonly loops: Set<number>
  /** Where the pattern has ended, or what is looked for. */
  readonly ends: Set<number>
  /** Where what is looked for behind has ended, and from where the pattern goes on there. */
  readonly behind: Map<number, number>
  /** Whether something is left out that a text has to have. */
  cut: boolean
  loose: boolean
}

type Asks = 'start' | 'end' | 'line-start' | 'line-end' | 'word' | 'not-word'

/** Caps on bounds, each with how many steps there may be: what stays small is expanded far, what is large hardly. */
const EXACT: readonly (readonly [cap: number, steps: number])[] = [
  [1_000, 600],
  [300, 600],
  [100, 600],
  [30, 600],
  [10, 600],
  [4, 600],
  [2, 600],
  [1, 600],
  [30, 6_000],
  [10, 6_000],
  [4, 6_000],
  [2, 6_000],
  [1, 6_000],
]
const LOOPED = EXACT.filter(([cap]) => cap <= 2)
/** Copies that may be left out are a loop from here on, which is as good; those that must be there are not. */
const MOST_OPTIONAL = 30
/** States a step: those of what takes no character are not counted as steps. */
const MOST_STATES = 4
const FEW_STATES = 100
const MOST_PATHS = 4_000
const MOST_PATHS_IN_ALL = 400_000
/** What a position takes, where that is asked for. */
type Kind = 'word' | 'newline' | 'other' | 'any'

/** Null when even with the least cap it is too large. `loops`: bounds of three and more are loops. */
export function buildAutomaton(pattern: Pattern, loops: boolean): Automaton | null {
  for (const [cap, steps] of loops ? LOOPED : EXACT) {
    const raw = buildRaw(pattern, cap, steps)
    if (raw !== null) return positions(pattern, raw)
  }
  return null
}

function buildRaw(pattern: Pattern, cap: number, mostSteps: number): Raw | null {
  const raw: Raw = {
    steps: [],
    free: [],
    stepsFrom: [],
    loops: new Set(),
    ends: new Set(),
    behind: new Map(),
    cut: false,
    loose: false,
  }
  const groups = new Map<number, Node>()
  const state = (): number => {
    raw.free.push([])
    return raw.stepsFrom.push([]) - 1
  }
  const link = (from: number, to: number, asks: Asks | null = null): void =>
    void raw.free[from]!.push({ to, asks })
  let deep = 0
  const isFull = (): boolean =>
    raw.steps.length > mostSteps || raw.free.length > MOST_STATES * mostSteps + FEW_STATES

  const build = (node: Node, from: number): number => {
    if (isFull()) return from
    switch (node.is) {
      case 'set': {
        const to = state()
        raw.stepsFrom[from]!.push(raw.steps.push({ set: node.set, to }) - 1)
        return to
      }
      case 'sequence':
        return node.items.reduce((at, item) => build(item, at), from)
      case 'choice': {
        const to = state()
        for (const item of node.items) {
          const branch = state()
          link(from, branch)
          link(build(item, branch), to)
        }
        return to
      }
      case 'group': {
        const to = build(node.item, from)
        // Not before: inside itself a group has taken nothing yet, and what refers to it takes nothing.
        groups.set(node.index, node.item)
        return to
      }
      case 'look': {
        raw.loose = true
        const side = state()
        link(from, side)
        const end = build(node.item, side)
        if (node.behind) raw.behind.set(end, from)
        else raw.ends.add(end)
        return from
      }
      case 'back': {
        const items = node.indices.flatMap((index) => groups.get(index) ?? [])
        if (items.length === 0) return from
        raw.loose = true
        // References in references double each time.
        if (deep > 2) {
          raw.cut = true
          return from
        }
        deep++
        const to = items.length === 1 ? build(items[0]!, from) : build({ is: 'choice', items }, from)
        deep--
        return to
      }
      case 'repeat':
        return repeat(node, from)
      default: {
        const to = state()
        link(from, to, node.is)
        return to
      }
    }
  }

  const repeat = ({ item, min, max }: Node & { is: 'repeat' }, from: number): number => {
    let at = from
    for (let k = 0; k < Math.min(min, cap); k++) at = build(item, at)
    if (min > cap) raw.cut = true
    if (max <= Math.min(cap, MOST_OPTIONAL) || max === min) {
      const exit = state()
      link(at, exit)
      for (let k = min; k < max; k++) {
        const inside = state()
        link(at, inside)
        at = build(item, inside)
        link(at, exit)
      }
      return exit
    }
    const loop = state()
    raw.loops.add(loop)
    link(at, loop)
    const inside = state()
    link(loop, inside)
    link(build(item, inside), loop)
    const exit = state()
    link(loop, exit)
    return exit
  }

  raw.ends.add(build(pattern.root, state()))
  return isFull() ? null : raw
}

function positions(pattern: Pattern, raw: Raw): Automaton {
  const asked = raw.free.some((edges) => edges.some(({ asks }) => asks !== null))
  const sets = raw.steps.map(({ set }) => set)
  const alphabet = new Alphabet(
    asked ? [...sets, WORD, NEWLINE] : sets,
    pattern.unicode ? MAX_POINT : MAX_UNIT,
  )
  const isWord = alphabet.within(WORD)
  const isNewline = alphabet.within(NEWLINE)
  const kindOf = (id: number): Kind =>
    asked ? (isWord[id] ? 'word' : isNewline[id] ? 'newline' : 'other') : 'any'
  const all = alphabet.members.map((_, id) => id)

  const takes: number[][] = [[], all]
  const kinds: Kind[] = ['any', 'any']
  const kindsOf = new Map<CharSet, Map<Kind, number[]>>()
  for (const set of new Set(sets)) {
    const within = alphabet.within(set)
    const classes = all.filter((id) => within[id])
    kindsOf.set(set, Map.groupBy(classes, kindOf))
  }
  const placesOf: number[][] = raw.steps.map(({ set }) => {
    return [...kindsOf.get(set)!].map(([kind, members]) => {
      kinds.push(kind)
      return takes.push(members) - 1
    })
  })

  // Without the loops' states no way comes back to where it was; and to one of them none comes back without having
  // taken a character, since a round that takes nothing is no round.
  let total = 0
  let complete = !raw.cut
  /** Whether the end is among what was followed last. */
  let ended = false
  /** Where the pattern goes on behind what was looked for, if that may have ended there. */
  let goesOn: number | undefined
  const follow = (state: number, before: Kind | 'edge'): Edge[] => {
    ended = false
    goesOn = undefined
    const ways = new Map<number, number>()
    let paths = 0
    const onPath = new Set<number>()
    const visit = (at: number, questions: readonly Asks[]): void => {
      if (onPath.has(at)) return
      if (++paths > MOST_PATHS || ++total > MOST_PATHS_IN_ALL) {
        complete = false
        return
      }
      if (raw.ends.has(at)) ended = true
      goesOn = raw.behind.get(at) ?? goesOn
      for (const step of raw.stepsFrom[at]!) {
        for (const place of placesOf[step]!) {
          if (questions.every((asks) => allows(asks, before, kinds[place]!)))
            ways.set(place, (ways.get(place) ?? 0) + 1)
        }
      }
      if (raw.loops.has(at)) onPath.add(at)
      for (const { to, asks } of raw.free[at]!) {
        const known = asks === null || questions.includes(asks)
        visit(to, known ? questions : [...questions, asks])
      }
      onPath.delete(at)
    }
    visit(state, [])
    return [...ways].map(([to, count]) => ({ to, ways: count > 1 ? 2 : 1 }))
  }

  const edges: Edge[][] = [
    [...follow(0, 'edge'), { to: ANYWHERE, ways: 1 }],
    // A new start after some character: whichever kind lets it go on.
    [
      ...mergeEdges((['word', 'newline', 'other'] as const).map((kind) => follow(0, kind))),
      { to: ANYWHERE, ways: 1 },
    ],
  ]
  const ends = takes.map(() => false)
  const beyond = new Map<number, readonly Edge[]>()
  for (const [step, places] of placesOf.entries()) {
    for (const place of places) {
      edges[place] = follow(raw.steps[step]!.to, kinds[place]!)
      ends[place] = ended
      if (goesOn === undefined) continue
      beyond.set(place, follow(goesOn, kinds[place]!))
      ends[place] = ended
    }
  }
  return { alphabet, takes, edges, ends, beyond, complete, loose: raw.loose }
}

function mergeEdges(lists: readonly (readonly Edge[])[]): Edge[] {
  const byTarget = new Map<number, Edge>()
  for (const edge of lists.flat()) {
    if (edge.ways > (byTarget.get(edge.to)?.ways ?? 0)) byTarget.set(edge.to, edge)
  }
  return [...byTarget.values()]
}

function allows(asks: Asks, before: Kind | 'edge', after: Kind): boolean {
  switch (asks) {
    case 'start':
      return before === 'edge'
    case 'line-start':
      return before === 'edge' || before === 'newline'
    case 'end':
      return false
    case 'line-end':
      return after === 'newline'
    default:
      return ((before === 'word') !== (after === 'word')) === (asks === 'word')
  }
}
