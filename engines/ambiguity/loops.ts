/**
 * Words that an automaton can read in many ways: the pumps of attacks.
 *
 * A state with two different ways to itself over one word doubles the ways with every pump: exponential. Two states, each
 * with a way to itself and one from the first to the second, all over one word, make as many ways as there are pumps:
 * polynomial (Weber and Seidl, "On the degree of ambiguity of finite automata", 1991). The state ANYWHERE is such a first
 * one too: it is the search that starts again at every place.
 */
import { ANYWHERE, BEGIN, type Automaton } from './automaton.ts'

/** A word of classes. */
type Word = readonly number[]

export interface Loop {
  /** A word that leads from the begin to the loop. */
  readonly prefix: Word
  readonly pump: Word
  /** Where the pump goes round: what may follow it is known there. */
  readonly state: number
}

export interface Loops {
  readonly exponential: readonly Loop[]
  readonly polynomial: readonly Loop[]
  /** Every loop that there is, by its shortest words. */
  readonly plain: readonly Loop[]
  /** Whether all that there is was searched. */
  readonly complete: boolean
}

const MOST_VISITED = 6_000
/** Moves tried by one search, and by all for one automaton. */
const MOST_MOVES = 120_000
const MOST_MOVES_IN_ALL = 2_000_000
const MOST_OF_COMPONENT = 6
const MOST_PAIRS = 1_000

export function findLoops(automaton: Automaton): Loops {
  const search = new Search(automaton)
  const components = strongComponents(automaton)
  const prefixTo = prefixes(automaton)
  const reachable = (state: number): boolean => prefixTo(state) !== undefined
  const loops = components
    .map((states) => spread(states.filter(reachable)))
    .filter((states) => states.length > 0)
  const componentOf = new Map(components.flatMap((states, id) => states.map((state) => [state, id] as const)))
  const at = (state: number, pump: Word): Loop => ({ prefix: prefixTo(state)!, pump, state })

  const exponential = loops.flatMap((states) =>
    states.flatMap((state) => {
      const pump = ambiguousWord(search, state, componentOf)
      return pump === null ? [] : [at(state, pump)]
    }),
  )
  const polynomial: Loop[] = []
  let pairs = 0
  const firsts = [ANYWHERE, ...loops.map(([state]) => state!)]
  for (const first of firsts) {
    for (const states of loops) {
      for (const second of states.slice(0, 3)) {
        if (second === first) continue
        if (++pairs > MOST_PAIRS) {
          search.complete = false
          continue
        }
        const pump = spreadingWord(search, first, second, componentOf)
        if (pump !== null)
          polynomial.push({ ...at(second, pump), prefix: first === ANYWHERE ? [] : prefixTo(first)! })
      }
    }
  }
  const plain = loops.flatMap((states) =>
    states.flatMap((state) => {
      const pump = roundWord(search, state, componentOf)
      return pump === null ? [] : [at(state, pump)]
    }),
  )
  return { exponential, polynomial, plain, complete: automaton.complete && search.complete }
}

/** Some of many, far apart. */
function spread(states: readonly number[]): number[] {
  if (states.length <= MOST_OF_COMPONENT) return [...states]
  return Array.from(
    { length: MOST_OF_COMPONENT },
    (_, k) => states[Math.floor((k * states.length) / MOST_OF_COMPONENT)]!,
  )
}

/** Components that have a loop, ANYWHERE's left out (Tarjan, without recursion). */
function strongComponents({ edges }: Automaton): number[][] {
  const index = new Int32Array(edges.length).fill(-1)
  const low = new Int32Array(edges.length)
  const onStack = new Uint8Array(edges.length)
  const stack: number[] = []
  const out: number[][] = []
  let counter = 0
  for (let root = 2; root < edges.length; root++) {
    if (index[root] !== -1) continue
    const work: [number, number][] = [[root, 0]]
    while (work.length > 0) {
      const frame = work.at(-1)!
      const [state, next] = frame
      if (next === 0) {
        index[state] = low[state] = counter++
        stack.push(state)
        onStack[state] = 1
      }
      const edge = edges[state]![next]
      if (edge !== undefined) {
        frame[1]++
        if (index[edge.to] === -1) work.push([edge.to, 0])
        else if (onStack[edge.to]) low[state] = Math.min(low[state]!, index[edge.to]!)
        continue
      }
      work.pop()
      const parent = work.at(-1)
      if (parent) low[parent[0]] = Math.min(low[parent[0]]!, low[state]!)
      if (low[state] !== index[state]) continue
      const component: number[] = []
      for (let member = -1; member !== state;) {
        member = stack.pop()!
        onStack[member] = 0
        component.push(member)
      }
      if (component.length > 1 || edges[state]!.some(({ to }) => to === state))
        out.push(component.toReversed())
    }
  }
  return out
}

/** The shortest word from the begin to each state, by one search; undefined where there is none. */
function prefixes({ edges, takes }: Automaton): (state: number) => Word | undefined {
  const parent = new Map<number, number>()
  const queue = [BEGIN]
  for (let head = 0; head < queue.length; head++) {
    const state = queue[head]!
    for (const { to } of edges[state]!) {
      if (parent.has(to) || to === ANYWHERE) continue
      parent.set(to, state)
      queue.push(to)
    }
  }
  return (state) => {
    if (!parent.has(state)) return undefined
    const word: number[] = []
    for (let at = state; at !== BEGIN; at = parent.get(at)!) word.push(takes[at]![0]!)
    return word.toReversed()
  }
}

interface Visit {
  readonly states: readonly number[]
  readonly word: number
  readonly parent: Visit | null
}

interface Move {
  readonly to: number
  readonly ways: number
}

/** Searches over tuples of states that read the same word. */
class Search {
  private readonly automaton: Automaton
  private movesLeft = MOST_MOVES_IN_ALL
  /** Whether no search ended at a limit. */
  complete = true

  constructor(automaton: Automaton) {
    this.automaton = automaton
  }

  /**
   * Breadth-first; the word of the first tuple that is `done`, null when there is none or it would take too long. The
   * last number of a tuple is the searcher's own. `next`: where moves lead, null for a tuple of no interest.
   */
  shortest(
    start: readonly number[],
    next: (states: readonly number[], moves: readonly Move[]) => readonly number[] | null,
    done: (states: readonly number[]) => boolean,
  ): Word | null {
    const { edges, takes } = this.automaton
    const seen = new Set<string>([start.join()])
    const queue: Visit[] = [{ states: start, word: -1, parent: null }]
    const walkers = start.length - 1
    let moved = 0
    for (let head = 0; head < queue.length; head++) {
      if (queue.length >= MOST_VISITED || moved > MOST_MOVES || this.movesLeft < 0) {
        this.complete = false
        return null
      }
      const visit = queue[head]!
      const moves: Move[] = []
      const choose = (walker: number, classes: readonly number[] | null): Visit | null => {
        if (walker === walkers) {
          const states = next(visit.states, moves)
          const key = states?.join()
          if (states === null || key === undefined || seen.has(key)) return null
          seen.add(key)
          const reached: Visit = { states, word: classes![0]!, parent: visit }
          queue.push(reached)
          return done(states) ? reached : null
        }
        for (const edge of edges[visit.states[walker]!]!) {
          moved++
          this.movesLeft--
          if (moved > MOST_MOVES) return null
          const own = takes[edge.to]!
          const common = classes === null ? own : classes.filter((id) => own.includes(id))
          if (common.length === 0) continue
          moves[walker] = edge
          const found = choose(walker + 1, common)
          if (found) return found
        }
        return null
      }
      const found = choose(0, null)
      if (found) return wordOf(found)
    }
    return null
  }
}

function wordOf(visit: Visit): Word {
  const word: number[] = []
  for (let at: Visit | null = visit; at !== null && at.parent !== null; at = at.parent) word.push(at.word)
  return word.toReversed()
}

type Components = ReadonlyMap<number, number>

/** Two walkers start at `state`, part, and meet there again. The last number says whether they have parted. */
function ambiguousWord(search: Search, state: number, of: Components): Word | null {
  const home = of.get(state)
  return search.shortest(
    [state, state, 0],
    ([one, other, parted], [first, second]) => {
      if (of.get(first!.to) !== home || of.get(second!.to) !== home) return null
      const part = first!.to !== second!.to || (one === other && first!.ways > 1)
      // Which of the two is which makes no difference.
      const [low, high] = first!.to < second!.to ? [first!.to, second!.to] : [second!.to, first!.to]
      return [low, high, parted || part ? 1 : 0]
    },
    ([one, other, parted]) => one === state && other === state && parted === 1,
  )
}

/** One walker goes round at `first`, one from there to `second`, one round at `second`. */
function spreadingWord(search: Search, first: number, second: number, of: Components): Word | null {
  const [home, goal] = [of.get(first), of.get(second)]
  return search.shortest(
    [first, first, second, 0],
    (_, [one, two, three]) => {
      const stays = first === ANYWHERE ? one!.to === ANYWHERE : of.get(one!.to) === home
      return stays && of.get(three!.to) === goal ? [one!.to, two!.to, three!.to, 0] : null
    },
    ([one, two, three]) => one === first && two === second && three === second,
  )
}

function roundWord(search: Search, state: number, of: Components): Word | null {
  const home = of.get(state)
  return search.shortest(
    [state, 0],
    (_, [move]) => (of.get(move!.to) === home ? [move!.to, 1] : null),
    ([at, moved]) => at === state && moved === 1,
  )
}
