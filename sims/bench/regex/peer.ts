/**
 * A regex engine beside ours: how it takes a pattern, and how it answers the three questions of the benchmarks.
 *
 * Each reads the text in the form that suits it (a JavaScript string, bytes, another process's memory), made before
 * any clock runs.
 */
import type { Burst, Contestant } from '../bench.ts'

export interface Task {
  readonly pattern: string
  readonly ignoreCase: boolean
  /** Characters are code points, `\w` and case are Unicode's; else bytes. */
  readonly unicode: boolean
  readonly text: Uint8Array<ArrayBuffer>
  /**
   * `count`: number of matches; `spans`: the sum of their lengths in bytes; `groups`: the sum of the lengths of all
   * groups of all matches; `test`: 1 when there is a match, else 0.
   */
  readonly ask: 'count' | 'spans' | 'groups' | 'test'
  readonly expected: number
}

export interface Question {
  run(): number
  timed?(repeats: number): Promise<{ readonly check: number; readonly seconds: number }>
  /** What `run` must return; `task.expected`, or the same in the engine's own units. */
  readonly expected: number
  close?(): void
}

export interface RegexPeer {
  readonly id: string
  readonly version: string
  missing: Contestant['missing']
  /** Compiles the pattern. Throws what the engine throws when it will not take it. */
  ask(task: Task): Question | Promise<Question>
  close?(): void
}

/** A peer as a contestant of a row that asks one thing; `work` in units of the row. */
export function contestant(peer: RegexPeer, task: () => Task, work: (task: Task) => number): Contestant {
  return {
    id: peer.id,
    get version() {
      return peer.version
    },
    missing: () => peer.missing(),
    prepare: async (): Promise<Burst> => {
      const one = task()
      return { ...(await peer.ask(one)), work: work(one) }
    },
  }
}
