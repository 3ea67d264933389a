/** Counts the work of one call against the budget. */
import { RegexBudgetError } from '../types.ts'

export class Meter {
  /** Characters walked and pairs looked at since the pattern was compiled. */
  steps = 0
  /** Times a full cache was emptied. */
  resets = 0
  private readonly allowed: number
  private limit: number

  constructor(stepsPerCall: number) {
    this.allowed = stepsPerCall
    this.limit = stepsPerCall
  }

  /** A call begins. */
  begin(): void {
    this.limit = this.steps + this.allowed
  }

  /** @throws RegexBudgetError `stepsPerCall` */
  spend(steps: number): void {
    this.steps += steps
    if (this.steps > this.limit) {
      throw new RegexBudgetError('stepsPerCall', this.steps - this.limit + this.allowed, this.allowed)
    }
  }
}
