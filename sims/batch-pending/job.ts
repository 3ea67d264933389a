/** A job of many requests on its way through the queue. */
import { NO_TIMER, type Timer } from '../lab/kernel/kernel.ts'

/** Where a job is. From SUCCEEDED on it stays there. */
export const PENDING = 0
export const RUNNING = 1
export const SUCCEEDED = 2
export const PARTIAL = 3
export const EXPIRED = 4
export const CANCELLED = 5
export type JobState = 0 | 1 | 2 | 3 | 4 | 5

export const hasEnded = (state: JobState): boolean => state >= SUCCEEDED

export class Job {
  readonly id: number
  /** 1 goes before 0. */
  readonly tier: 0 | 1
  readonly requests: number
  /** Requests of it that may run at once. */
  readonly atOnce: number
  /** Submitted in the window that is measured. */
  readonly isMeasured: boolean
  /** Virtual time, s; NaN for what has not happened. */
  readonly submitted: number
  started = NaN
  ended = NaN
  state: JobState = PENDING
  /** Requests not begun, running, done. */
  left: number
  inFlight = 0
  done = 0
  /** Validated, and in the line of its tier. */
  hasJoined = false
  /** In the list of running jobs that could begin another request. */
  isReady = false
  /** While PENDING: expiry or cancellation; then the end of the longest run. */
  timer: Timer = NO_TIMER

  constructor(fields: {
    readonly id: number
    readonly tier: 0 | 1
    readonly requests: number
    readonly atOnce: number
    readonly isMeasured: boolean
    readonly submitted: number
  }) {
    this.id = fields.id
    this.tier = fields.tier
    this.requests = fields.requests
    this.atOnce = fields.atOnce
    this.isMeasured = fields.isMeasured
    this.submitted = fields.submitted
    this.left = fields.requests
  }

  get canBegin(): boolean {
    return this.state <= RUNNING && this.left > 0 && this.inFlight < this.atOnce
  }
}
