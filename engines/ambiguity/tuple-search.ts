/** Searches over tuples of an automaton's states that read the same word. */
import type { Automaton } from './automaton.ts'

/** A word of classes. */
export type Word = readonly number[]

export interface Move {
  readonly to: number
  readonly ways: number
}

/** One of the states of a tuple, and where it may go. */
export interface Walker {
  readonly from: number
  readonly within: (state: number) => boolean
}

interface Visit {
  readonly states: readonly number[]
  /** What the searcher has noted. */
  readonly mark: number
  readonly word: number
  readonly parent: Visit | null
}

const MOST_VISITED = 6_000
/** Moves tried by one search, and by all for one automaton. */
const MOST_MOVES = 120_000
const MOST_MOVES_IN_ALL = 2_000_000

export class TupleSearch {
  private readonly automaton: Automaton
  private movesLeft = MOST_MOVES_IN_ALL
  /** Whether no search ended at a limit. */
  complete = true

  constructor(automaton: Automaton) {
    this.automaton = automaton
  }

  /**
   * Breadth-first; the word of the first tuple that is `done`, null when there is none or it would take too long. `next`:
   * the tuple that moves lead to, with a mark of the searcher's own, which is 0 at first.
   */
  shortest(
    walkers: readonly Walker[],
    next: (visit: Visit, moves: readonly Move[]) => readonly [states: readonly number[], mark: number],
    done: (states: readonly number[], mark: number) => boolean,
  ): Word | null {
    const { edges, takes } = this.automaton
    const first: Visit = { states: walkers.map(({ from }) => from), mark: 0, word: -1, parent: null }
    const keyOf = (states: readonly number[], mark: number): string => `${states.join()},${mark}`
    const seen = new Set([keyOf(first.states, 0)])
    const queue: Visit[] = [first]
    let moved = 0
    for (const visit of queue) {
      const moves: Move[] = []
      const choose = (at: number, classes: readonly number[] | null): Visit | null => {
        if (at === walkers.length) {
          const [states, mark] = next(visit, moves)
          const key = keyOf(states, mark)
          if (seen.has(key)) return null
          seen.add(key)
          const reached: Visit = { states, mark, word: classes![0]!, parent: visit }
          queue.push(reached)
          return done(states, mark) ? reached : null
        }
        for (const edge of edges[visit.states[at]!]!) {
          moved++
          this.movesLeft--
          if (moved > MOST_MOVES || this.movesLeft < 0) return null
          if (!walkers[at]!.within(edge.to)) continue
          const own = takes[edge.to]!
          const common = classes === null ? own : classes.filter((id) => own.includes(id))
          if (common.length === 0) continue
          moves[at] = edge
          const found = choose(at + 1, common)
          if (found) return found
        }
        return null
      }
      const found = choose(0, null)
      if (found) return wordOf(found)
      if (queue.length >= MOST_VISITED || moved > MOST_MOVES || this.movesLeft < 0) {
        this.complete = false
        return null
      }
    }
    return null
  }
}

function wordOf(visit: Visit): Word {
  const word: number[] = []
  for (let at: Visit | null = visit; at !== null && at.parent !== null; at = at.parent) word.push(at.word)
  return word.toReversed()
}
