/**
 * What stands behind a pump so that no match comes about, and a matcher goes through all ways before it says so.
 *
 * Mostly that is one character: one that nothing in the pattern takes, or nothing at that place. But what is read there
 * may take every character: `^(.+)-(.+)/?$` without newlines reads on to the end and matches. So the sets of states that
 * a text leads to are searched for a word behind which none is left: a slash and what must not follow it.
 */
import { BEGIN, type Automaton, type Beside } from './automaton.ts'
import { strongComponents } from './components.ts'
import type { Loop } from './loops.ts'

const MOST_SUFFIXES = 4
/** Sets of states met by one search for the shortest word, and by one for any. */
const MOST_SETS = 100
const MOST_SMALLER_SETS = 400
/** Transitions followed by all searches. */
const MOST_MOVES_IN_ALL = 1_000_000
/** Pumps behind which the states are those of many. */
const PUMPS = 3

interface Completion {
  readonly word: readonly number[]
  readonly looksBehind: boolean
}

interface Reached {
  readonly states: readonly number[]
  readonly word: readonly number[]
}

export class Endings {
  private readonly automaton: Automaton
  /** Classes that nothing in the pattern takes. */
  readonly foreign: readonly number[]
  private readonly dead = new Map<string, readonly number[]>()
  private readonly complete = new Map<number, Completion>()
  private movesLeft = MOST_MOVES_IN_ALL

  constructor(automaton: Automaton) {
    this.automaton = automaton
    const taken = new Set(automaton.takes.slice(automaton.positions).flat())
    this.foreign = automaton.alphabet.members.map((_, id) => id).filter((id) => !taken.has(id))
  }

  /** The end, characters that nothing there takes, and a word behind which nothing is left. */
  behind(loop: Loop): string[] {
    const { alphabet, takes, edges } = this.automaton
    const { foreign } = this
    const taken = new Set(edges[loop.state]!.flatMap(({ to }) => takes[to]!))
    const classes = alphabet.members.map((_, id) => id)
    const refused = classes.filter((id) => !taken.has(id) && !foreign.includes(id))
    const follows = classes.filter((id) => taken.has(id) && !loop.pump.includes(id))
    const chars = [...foreign.slice(0, 1), ...refused.slice(0, 2), ...follows.slice(0, 1)].map((id) =>
      this.text([id]),
    )
    const short = ['', ...chars, ...(taken.size === classes.length ? ['\n'] : [])].slice(0, MOST_SUFFIXES + 1)
    return [...new Set([...short, this.text(this.deadEnd(loop))])]
  }

  /**
   * A word behind which nothing is left, and then all that a match would have gone on with: engines that look for what a
   * match must hold before they begin find it. What is looked for behind is matched from its end, and fails before the
   * pump: it needs what it goes on with alone. Empty where there is no such word.
   */
  completed(loop: Loop): string {
    const { word, looksBehind } = this.completion(loop.state)
    if (looksBehind) return this.text(word)
    const dead = this.deadEnd(loop)
    return dead.length === 0 ? '' : this.text([...dead, ...word])
  }

  /**
   * The automaton without the states in which an attempt cannot fail any more: of an attempt that fails no way comes to one
   * of them, so that only what has many ways without them is an attack.
   */
  whereItFails(): Automaton {
    const { automaton } = this
    const inLoops = strongComponents(automaton).flatMap(({ states, isLoop }) => (isLoop ? states : []))
    const safe = new Set(inLoops.filter((state) => this.matchesAll(state)))
    return { ...automaton, edges: automaton.edges.map((those) => those.filter(({ to }) => !safe.has(to))) }
  }

  /** Whether every text that may follow a state is matched. False where that is not found out soon. */
  private matchesAll(state: number): boolean {
    const { kindOf, endsBefore } = this.automaton
    const seen = new Set([String(state)])
    const queue: (readonly number[])[] = [[state]]
    for (const states of queue) {
      if (queue.length > MOST_SETS || this.movesLeft < 0) return false
      const hasEnded = (next: Beside): boolean => states.some((one) => endsBefore[one]!.has(next))
      if (!hasEnded('edge')) return false
      const next = this.step(states)
      for (const [id, kind] of kindOf.entries()) {
        if (hasEnded(kind)) continue
        const reached = next.get(id)
        if (reached === undefined) return false
        const key = reached.join()
        if (seen.has(key)) continue
        seen.add(key)
        queue.push(reached)
      }
    }
    return true
  }

  /** The shortest word from a state to an end of the pattern. */
  private completion(state: number): Completion {
    const known = this.complete.get(state)
    if (known !== undefined) return known
    const found = this.shortestToEnd(state)
    this.complete.set(state, found)
    return found
  }

  private shortestToEnd(state: number): Completion {
    const { edges, takes, ends, beyond } = this.automaton
    /** Where each was come from: words would take as much again for every state of a long way. */
    const found = new Map<number, { readonly from: number; readonly looksBehind: boolean }>()
    found.set(state, { from: -1, looksBehind: false })
    for (const [at, { looksBehind }] of found) {
      if (ends[at]) {
        const word: number[] = []
        for (let back = at; back !== state; back = found.get(back)!.from) word.push(takes[back]![0]!)
        return { word: word.toReversed(), looksBehind: looksBehind || beyond.has(at) }
      }
      const go = (to: number, isBehind: boolean): void => {
        if (!found.has(to)) found.set(to, { from: at, looksBehind: isBehind })
      }
      for (const { to } of edges[at]!) go(to, looksBehind)
      for (const { to } of beyond.get(at) ?? []) go(to, true)
    }
    return { word: [], looksBehind: false }
  }

  /** Empty where there is none, or it is not found soon. */
  private deadEnd({ prefix, pump }: Loop): readonly number[] {
    const pumped = Array.from({ length: PUMPS }, () => pump).flat()
    let states: readonly number[] = [BEGIN]
    for (const id of [...prefix, ...pumped]) states = this.step(states).get(id) ?? []
    // What begins behind the pumps is another attempt.
    const first = states.filter((state) => state >= this.automaton.positions)
    const known = this.dead.get(first.join())
    if (known !== undefined) return known
    const word =
      this.wordToNothing(first, MOST_SETS, inOrder) ?? this.wordToNothing(first, MOST_SMALLER_SETS, fewest)
    this.dead.set(first.join(), word ?? [])
    return word ?? []
  }

  /** Null where there is none, or it is not found with so many sets. `next`: which of those that are left is looked at. */
  private wordToNothing(
    first: readonly number[],
    mostSets: number,
    next: (left: readonly Reached[]) => number,
  ): readonly number[] | null {
    const classes = this.automaton.alphabet.members.length
    const seen = new Set([first.join()])
    const left: Reached[] = [{ states: first, word: [] }]
    while (left.length > 0 && seen.size <= mostSets && this.movesLeft > 0) {
      const [{ states, word }] = left.splice(next(left), 1) as [Reached]
      const step = this.step(states)
      for (let id = 0; id < classes; id++) {
        const reached = step.get(id)
        if (reached === undefined) return [...word, id]
        const key = reached.join()
        if (seen.has(key)) continue
        seen.add(key)
        left.push({ states: reached, word: [...word, id] })
      }
    }
    return null
  }

  /** Where each class leads: states ascending. */
  private step(states: readonly number[]): Map<number, readonly number[]> {
    const { edges, takes } = this.automaton
    const reached = new Set(states.flatMap((state) => edges[state]!.map(({ to }) => to)))
    const next = new Map<number, number[]>()
    for (const to of [...reached].toSorted((a, b) => a - b)) {
      for (const id of takes[to]!) {
        this.movesLeft--
        const there = next.get(id)
        if (there === undefined) next.set(id, [to])
        else there.push(to)
      }
    }
    return next
  }

  private text(word: readonly number[]): string {
    const { alphabet } = this.automaton
    return word.map((id) => String.fromCodePoint(alphabet.representative(id))).join('')
  }
}

/** The first: it has one of the shortest words. */
const inOrder = (): number => 0

/** One with the fewest states: what runs out at a count's end, as in `^(a+)+[^]{0,120}$`, is found without all between. */
function fewest(left: readonly Reached[]): number {
  let best = 0
  for (const [at, { states }] of left.entries()) if (states.length < left[best]!.states.length) best = at
  return best
}
