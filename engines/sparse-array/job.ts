/**
 * Work that may take long and lets others in between.
 *
 * A job begins on the live array. If it does not end within its first units, it takes a snapshot before anybody else
 * runs, so what it answers is the state of the instant at which it began.
 */
import type { Reply } from './resp/reply.ts'

export interface Job {
  /** Units of work done so far. */
  readonly work: number
  /** Bytes of its reply so far. */
  readonly pending: number
  /** It waits for something that is not its work: there is nothing to do now. */
  readonly isWaiting?: boolean
  /** Does about so many units of work (bytes looked at, and the like), at least some; true when all is done. */
  step(units: number): boolean
  /** Goes on over a snapshot from here. */
  detach(): void
  /** Writes the reply; after the last step. */
  reply(out: Reply): void
  /** Gives back what it holds, done or not. */
  close(): void
}
