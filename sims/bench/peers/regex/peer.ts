/**
 * A regex engine beside ours: how it takes a pattern, and how it answers the three questions of the benchmarks.
 *
 * Each reads the text in the form that suits it (a JavaScript string, bytes, another process's memory), made before
 * any clock runs.
 */
import type { Burst, Contestant } from '../../harness/row.ts'

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
  /** The engine's exact counts of its work since the pattern was compiled. */
  counters?(): Readonly<Record<string, number>>
  /** Makes the calls into a library that `run` makes, of a function that does nothing. */
  idle?(): void
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

/** The work of a row whose figure is in MB/s. */
export const megabytes = ({ text }: Task): number => text.length / 1e6

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

/** Never less than this part of what was measured: differences of two times are not better than that. */
const LEAST_SHARE = 0.05
const WARM_UP_MS = 3

/**
 * A peer with its calls taken off: the time of a run less that of as many calls of a function that does nothing. As
 * the same call would still cost a program in C something, this errs in the peer's favour.
 */
export function withFreeCalls(peer: RegexPeer, now = () => performance.now()): RegexPeer {
  return {
    ...peer,
    get version() {
      return peer.version
    },
    ask: async (task) => {
      const question = await peer.ask(task)
      if (question.idle === undefined) throw new Error('its calls cannot be told from its work')
      // The least of all rounds, as noise in it would be taken off the peer's time; the first runs are cold.
      let idleSeconds = Infinity
      const timeIdle = (repeats: number): void => {
        const begin = now()
        for (let run = 0; run < repeats; run++) question.idle?.()
        idleSeconds = Math.min(idleSeconds, (now() - begin) / 1000 / repeats)
      }
      for (const begin = now(); now() - begin < WARM_UP_MS;) timeIdle(1)
      // What is left of a run. A burst shall last as long as the caller reckons, by that: a longer one is interrupted
      // more often than ours.
      let share = 1
      const timed = (repeats: number): Promise<{ check: number; seconds: number }> => {
        const runs = Math.max(1, Math.round(share * repeats))
        timeIdle(runs)
        const begin = now()
        let check = 0
        for (let run = 0; run < runs; run++) check = question.run()
        const seconds = (now() - begin) / 1000
        share = Math.max(LEAST_SHARE, 1 - (runs * idleSeconds) / seconds)
        return Promise.resolve({ check, seconds: (share * seconds * repeats) / runs })
      }
      return { ...question, timed }
    },
  }
}
