/**
 * A pattern as states with empty ways between them, of which `automaton.ts` makes positions: its counts written out, or
 * taken for loops.
 *
 * A count that is taken for a loop is taken for more than it is, and never for less: what cannot be found in the raw
 * automaton is not in the pattern either, while what can be found has to be tried.
 */
import type { CharSet } from './charset.ts'
import type { Node, Pattern } from './syntax.ts'

export type Asks = 'start' | 'end' | 'line-start' | 'line-end' | 'word' | 'not-word'

export interface Raw {
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
  /** Whether a count is taken for a loop. */
  widened: boolean
  /** Whether the pattern looks around or refers back. */
  loose: boolean
}

/** Caps on counts, each with how many steps there may be: what stays small is written out far, what is large hardly. */
const CAPS: readonly (readonly [cap: number, steps: number])[] = [
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
/** Counts above this are loops where loops are looked for in them. */
const MOST_WRITTEN_OUT = 2
/** States a step: those of what takes no character are not counted as steps. */
const MOST_STATES = 4
const FEW_STATES = 100

/** Null when even with the least cap it is too large. `loops`: counts of three and more are loops. */
export function buildRaw(pattern: Pattern, loops: boolean): Raw | null {
  for (const [cap, steps] of CAPS) {
    const raw = build(pattern, cap, loops ? Math.min(cap, MOST_WRITTEN_OUT) : cap, steps)
    if (raw !== null) return raw
  }
  return null
}

/** `cap`: the most copies of what must be there; `most`: counts up to which all copies are written out. */
function build(pattern: Pattern, cap: number, most: number, mostSteps: number): Raw | null {
  const raw: Raw = {
    steps: [],
    free: [],
    stepsFrom: [],
    loops: new Set(),
    ends: new Set(),
    behind: new Map(),
    cut: false,
    widened: false,
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

  const add = (node: Node, from: number): number => {
    if (isFull()) return from
    switch (node.is) {
      case 'set': {
        const to = state()
        raw.stepsFrom[from]!.push(raw.steps.push({ set: node.set, to }) - 1)
        return to
      }
      case 'sequence':
        return node.items.reduce((at, item) => add(item, at), from)
      case 'choice': {
        const to = state()
        for (const item of node.items) {
          const branch = state()
          link(from, branch)
          link(add(item, branch), to)
        }
        return to
      }
      case 'group': {
        const to = add(node.item, from)
        // Not before: inside itself a group has taken nothing yet, and what refers to it takes nothing.
        groups.set(node.index, node.item)
        return to
      }
      case 'look': {
        raw.loose = true
        const side = state()
        link(from, side)
        const end = add(node.item, side)
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
        const to = items.length === 1 ? add(items[0]!, from) : add({ is: 'choice', items }, from)
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
    const isWrittenOut = max <= most
    const isBounded = max < Infinity
    // The loop stands before the copies that must be there: so it is reached by what stands before it alone, as when the
    // count begins, and what is behind it by as many copies as there must be.
    let at = isBounded && !isWrittenOut ? loop(item, from) : from
    for (let k = 0; k < Math.min(min, cap); k++) at = add(item, at)
    if (min > cap || (isBounded && !isWrittenOut)) raw.widened = true
    if (!isBounded) return loop(item, at)
    if (!isWrittenOut) return at
    const exit = state()
    link(at, exit)
    for (let k = min; k < max; k++) {
      const inside = state()
      link(at, inside)
      at = add(item, inside)
      link(at, exit)
    }
    return exit
  }

  const loop = (item: Node, from: number): number => {
    const round = state()
    raw.loops.add(round)
    link(from, round)
    const inside = state()
    link(round, inside)
    link(add(item, inside), round)
    const exit = state()
    link(round, exit)
    return exit
  }

  raw.ends.add(add(pattern.root, state()))
  return isFull() ? null : raw
}
