/** A message that is in memory. */
import type { MessageState } from './transitions.ts'

export interface Job {
  readonly seq: number
  readonly endpoint: number
  /** From when on a policy's window counts, ms: acceptance, a replay, or the first attempt after a hold. */
  since: number
  /** Never attempted, and not read back from the store. */
  fresh: boolean
  state: MessageState
  /** Attempts that the policy counts, and all. */
  tries: number
  attempts: number
  /** When it is to go, ms. */
  due: number
  /** True while its attempt is the breaker's probe, */
  probe: boolean
  /** which began at, ms. */
  sentAt: number
  /** Its place in the scheduler's table of jobs, and its timer while it waits. */
  readonly slot: number
  timer: number
  /** Its neighbours among those that wait; null at either end and while it does not. */
  before: Job | null
  after: Job | null
}

/** A pending message as the store has it. */
export interface StoredMessage {
  readonly seq: number
  readonly since: number
  readonly tries: number
  readonly attempts: number
  readonly due: number
}
