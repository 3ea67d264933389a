/** Counts the work of one call against the budget. */
import { RegexBudgetError } from '../types.ts'

/** What a call may take where the budget does not say: seconds, whatever the limits. */
const DEFAULT_STEPS = 1e8
/** Reading a long text is not to fail for its length. */
const DEFAULT_STEPS_PER_BYTE = 100

export class ApproxMeter {
  /** Characters walked, pairs looked at and labels compared since the pattern was compiled. */
  steps = 0
  /** Times a full cache was emptied. */
  resets = 0
  private readonly budget: number | undefined
  private allowed = 0
  private limit = 0

  constructor(stepsPerCall: number | undefined) {
    this.budget = stepsPerCall
  }

  /** A call begins, on a text of so many bytes. */
  begin(length: number): void {
    this.allowed = this.budget ?? Math.max(DEFAULT_STEPS, DEFAULT_STEPS_PER_BYTE * length)
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
