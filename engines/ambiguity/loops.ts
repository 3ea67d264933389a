/**
 * Words that an automaton can read in many ways: the pumps of attacks.
 *
 * A state with two different ways to itself over one word doubles the ways with every pump: exponential. Two states, each
 * with a way to itself and one from the first to the second, all over one word, make as many ways as there are pumps:
 * polynomial (Weber and Seidl, "On the degree of ambiguity of finite automata", 1991). The places where a search may
 * start again are such first ones too.
 *
 * Of a component whose states have two ways to themselves, each state shows that, and a few are asked. That two loops lie
 * one behind the other is shown by some pairs of their states and not by others: all pairs are asked.
 */
import { BEGIN, type Automaton } from './automaton.ts'
import { strongComponents } from './components.ts'
import { TupleSearch, type Word } from './tuple-search.ts'

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

type Within = (state: number) => boolean

const MOST_OF_COMPONENT = 6
const MOST_PAIRS = 4_000
/** Words kept of two loops one behind the other. */
const MOST_OF_PAIR = 3

/** `onlyPlain`: no other words are wanted. */
export function findLoops(automaton: Automaton, onlyPlain = false): Loops {
  const { isReached, prefixTo } = prefixes(automaton)
  const loops = strongComponents(automaton)
    .filter(({ isLoop, states }) => isLoop && states.every(isReached))
    .map(({ states }) => ({ states, isIn: among(states) }))
  const starts = { states: automaton.starts, isIn: among(automaton.starts) }

  const search = new TupleSearch(automaton)
  const exponential: Loop[] = []
  const wanted = onlyPlain ? [] : loops
  for (const { states, isIn } of wanted) {
    for (const state of spread(states)) {
      const pump = ambiguousWord(search, state, isIn)
      if (pump !== null) exponential.push({ prefix: prefixTo(state), pump, state })
    }
  }

  const before = reversed(automaton)
  const polynomial: Loop[] = []
  let pairs = 0
  for (const seconds of wanted) {
    const leads = leadsTo(seconds.states, before)
    for (const firsts of [starts, ...loops]) {
      if (firsts === seconds || !firsts.states.some((state) => leads.has(state))) continue
      const words: Loop[] = []
      for (const first of firsts.states) {
        for (const second of seconds.states) {
          if (++pairs > MOST_PAIRS) {
            search.complete = false
            continue
          }
          const pump = spreadingWord(search, [first, firsts.isIn], [second, seconds.isIn], leads)
          if (pump === null) continue
          words.push({ prefix: firsts === starts ? [] : prefixTo(first), pump, state: second })
        }
      }
      polynomial.push(...shortestFirst(words).slice(0, MOST_OF_PAIR))
    }
  }

  // Of these no more are wanted than there is time for.
  const rounds = new TupleSearch(automaton)
  const plain = loops.flatMap(({ states, isIn }) =>
    spread(states).flatMap((state) => {
      const pump = roundWord(rounds, state, isIn)
      return pump === null ? [] : [{ prefix: prefixTo(state), pump, state }]
    }),
  )
  return {
    exponential,
    polynomial,
    plain,
    complete: automaton.complete && search.complete && !onlyPlain,
  }
}

export const shortestFirst = (loops: readonly Loop[]): Loop[] =>
  loops.toSorted((a, b) => a.pump.length + a.prefix.length - b.pump.length - b.prefix.length)

function among(states: readonly number[]): Within {
  const set = new Set(states)
  return (state) => set.has(state)
}

/** Some of many, far apart. */
function spread(states: readonly number[]): number[] {
  if (states.length <= MOST_OF_COMPONENT) return [...states]
  return Array.from(
    { length: MOST_OF_COMPONENT },
    (_, k) => states[Math.floor((k * states.length) / MOST_OF_COMPONENT)]!,
  )
}

/** Of each state, those that lead to it. */
function reversed({ edges }: Automaton): readonly (readonly number[])[] {
  const before = edges.map((): number[] => [])
  for (const [from, those] of edges.entries()) for (const { to } of those) before[to]!.push(from)
  return before
}

/** The states from which a way leads to one of these. */
function leadsTo(states: readonly number[], before: readonly (readonly number[])[]): Set<number> {
  const out = new Set(states)
  for (const state of out) for (const from of before[state]!) out.add(from)
  return out
}

/**
 * The shortest word from the begin to each state, by one search. Of what no attempt at the begin comes to, as behind a
 * `\B`, the word has a character before it at which none begins.
 */
function prefixes({ edges, takes, starts }: Automaton): {
  isReached: Within
  prefixTo: (state: number) => Word
} {
  const parent = new Map<number, number>()
  const reach = (queue: number[]): void => {
    for (const state of queue) {
      for (const { to } of edges[state]!) {
        if (parent.has(to) || starts.includes(to)) continue
        parent.set(to, state)
        queue.push(to)
      }
    }
  }
  reach([BEGIN])
  for (const start of starts) parent.set(start, BEGIN)
  reach([...starts])
  const prefixTo = (state: number): Word => {
    const word: number[] = []
    for (let at = state; at !== BEGIN; at = parent.get(at)!) word.push(takes[at]![0]!)
    return word.toReversed()
  }
  return { isReached: (state) => parent.has(state), prefixTo }
}

/** Two walkers start at `state`, part, and meet there again. The mark says whether they have parted. */
function ambiguousWord(search: TupleSearch, state: number, isHome: Within): Word | null {
  const walker = { from: state, within: isHome }
  return search.shortest(
    [walker, walker],
    ({ states: [one, other], mark }, [first, second]) => {
      const part = first!.to !== second!.to || (one === other && first!.ways > 1)
      // Which of the two is which makes no difference.
      const [low, high] = first!.to < second!.to ? [first!.to, second!.to] : [second!.to, first!.to]
      return [[low, high], mark === 1 || part ? 1 : 0]
    },
    ([one, other], mark) => one === state && other === state && mark === 1,
  )
}

/** One walker goes round at `first`, one from there to `second`, one round at `second`. */
function spreadingWord(
  search: TupleSearch,
  [first, isFirst]: readonly [number, Within],
  [second, isSecond]: readonly [number, Within],
  leads: ReadonlySet<number>,
): Word | null {
  return search.shortest(
    [
      { from: first, within: isFirst },
      { from: first, within: (state) => leads.has(state) },
      { from: second, within: isSecond },
    ],
    (_, moves) => [moves.map(({ to }) => to), 0],
    ([one, two, three]) => one === first && two === second && three === second,
  )
}

function roundWord(search: TupleSearch, state: number, isHome: Within): Word | null {
  return search.shortest(
    [{ from: state, within: isHome }],
    (_, [move]) => [[move!.to], 1],
    ([at], mark) => at === state && mark === 1,
  )
}
