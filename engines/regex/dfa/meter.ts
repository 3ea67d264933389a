/** The budget of one call. */
import { RegexBudgetError } from '../types.ts'
import type { Tally } from './tally.ts'

/** Shared by all walks of one call: how much they may still do. */
export class Meter {
  readonly tally: Tally
  /** Whether there is a limit at all. */
  readonly limited: boolean
  private readonly perCall: number
  private end = Infinity

  constructor(tally: Tally, stepsPerCall: number) {
    this.tally = tally
    this.perCall = stepsPerCall
    this.limited = stepsPerCall !== Infinity
  }

  /** To be called at the start of each call of the public interface. */
  begin(): void {
    if (this.limited) this.end = this.spent() + this.perCall
  }

  /** A search that lives on between other calls goes on with what was left to it. */
  resume(left: number): void {
    if (this.limited) this.end = this.spent() + left
  }

  private spent(): number {
    const { steps, built, scanned } = this.tally
    return steps + built + scanned
  }

  left(): number {
    return this.end - this.spent()
  }

  /** How far a search from `at` may go, `to` at most. */
  bound(at: number, to: number): number {
    const left = this.left()
    return to - at > left ? at + Math.max(0, left) : to
  }

  /**
   * Counts work that is not done by a walk of its own.
   *
   * @throws RegexBudgetError `stepsPerCall`
   */
  spend(steps: number): void {
    this.tally.steps += steps
    if (this.limited) this.check()
  }

  /**
   * Takes from the budget work that is about to be done, and counted as something else than steps.
   *
   * @throws RegexBudgetError `stepsPerCall`
   */
  reserve(work: number): void {
    if (!this.limited) return
    this.end -= work
    this.check()
  }

  check(): void {
    if (this.limited && this.left() < 0) this.exceeded()
  }

  exceeded(): never {
    throw new RegexBudgetError('stepsPerCall', this.perCall + 1, this.perCall)
  }
}
