/**
 * The controls of a gate: played by one benchmark, and by another only where that one is none to play them by.
 *
 * Base may not have the first one, or it may count another number in each process: that says nothing of how this gate
 * measures, and others may do. What a control finds is never a reason to try again: of enough benchmarks one would do.
 */
import type { Contest } from './contest.ts'
import type { GateControl } from './document.ts'
import { SideFailed } from './duel.ts'
import { Refused, TimeUp } from './refused.ts'

/** Who was tried when time was up. */
export interface Late {
  readonly id: string
  readonly message: string
}

export class Controls {
  readonly played: GateControl[] = []
  /** By which the counts were controlled. */
  private able: Contest | undefined

  /** A gate whose controls failed says nothing. */
  get failed(): boolean {
    return this.played.some(({ ok }) => !ok)
  }

  /** `run` returns first how base agreed with itself. Why there was no time for it, or null. */
  async count(
    contests: readonly Contest[],
    run: (contest: Contest) => Promise<readonly GateControl[]>,
  ): Promise<Late | null> {
    const counted = contests.filter(({ subject }) => subject !== null)
    return await this.play(counted, run, ([same]) => same?.ok === true)
  }

  /** By one that is timed, the one whose counts agreed before all others. Why there was no time for it, or null. */
  async time(
    contests: readonly Contest[],
    run: (contest: Contest) => Promise<readonly GateControl[]>,
  ): Promise<Late | null> {
    const timed = contests.filter(({ timed }) => timed)
    const first = timed.filter((contest) => contest === this.able)
    return await this.play([...new Set([...first, ...timed])], run, () => true)
  }

  private async play(
    candidates: readonly Contest[],
    run: (contest: Contest) => Promise<readonly GateControl[]>,
    isFit: (controls: readonly GateControl[]) => boolean,
  ): Promise<Late | null> {
    /** What is said where none will do. */
    let unfit: readonly GateControl[] = []
    for (const contest of candidates) {
      try {
        const controls = await run(contest)
        if (isFit(controls)) {
          this.able = contest
          this.played.push(...controls)
          return null
        }
        if (unfit.length === 0) unfit = controls
      } catch (error) {
        // Those that were given no time say nothing of how this gate measures.
        if (error instanceof TimeUp) return { id: contest.id, message: error.message }
        if (!(error instanceof SideFailed || error instanceof Refused)) throw error
        const said = error instanceof SideFailed ? `${error.side}: ${error.message}` : error.message
        if (unfit.length === 0) unfit = [{ of: 'any', benchmark: contest.id, ok: false, said }]
      }
    }
    this.played.push(...unfit)
    return null
  }
}
