/**
 * Whose turn it is: one attempt from each endpoint that has something to send, in turn, while there are slots.
 *
 * Slots are shared by a threshold that moves (Choudhury and Hahne, 1998): an endpoint may hold a quarter of what is free.
 * However many receivers hang, some slots stay free, and one that answers gets one.
 */
import type { Endpoint } from './endpoint.ts'
import { Fifo } from './fifo.ts'

/** Share of the free slots that one endpoint may hold. */
const SHARE = 0.25

export class Slots {
  /** Taken: attempts under way or not yet recorded. */
  taken = 0
  private readonly runnable = new Fifo<Endpoint>()
  private readonly most: number

  constructor(most: number) {
    this.most = most
  }

  /** The endpoint may have something to send. */
  offer(endpoint: Endpoint): void {
    if (endpoint.queued || endpoint.readyJobs === 0) return
    endpoint.queued = true
    this.runnable.push(endpoint)
  }

  /**
   * Takes a slot for the next endpoint that may send now; null when there is none. One that may not before a later
   * moment is told of to `later`, and is to be offered again then.
   */
  take(now: number, later: (endpoint: Endpoint, at: number) => void): Endpoint | null {
    let stuck = 0
    while (this.taken < this.most && stuck < this.runnable.length) {
      const endpoint = this.runnable.shift()!
      const at = endpoint.gate()
      if (at > now) {
        endpoint.queued = false
        later(endpoint, at)
        continue
      }
      this.runnable.push(endpoint)
      if (endpoint.inFlight >= Math.max(1, SHARE * (this.most - this.taken))) {
        stuck++
        continue
      }
      this.taken++
      return endpoint
    }
    return null
  }

  /** An attempt has ended and is recorded. */
  release(): void {
    this.taken--
  }
}
