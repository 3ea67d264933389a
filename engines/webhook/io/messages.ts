/** Messages as they are in the store: looked at, listed, sent again, removed when they are old. */
import { firstSequenceAt } from '../message/id.ts'
import type { Scheduler } from '../schedule/scheduler.ts'
import type { Clock } from './clock.ts'
import type { Endpoints } from './endpoints.ts'
import { ServiceError } from './service-error.ts'
import type { Arguments, Operation, Result } from './store/protocol.ts'
import type { DeliveryRow } from './store/rows.ts'
import { DEAD, DELIVERED, PENDING } from './store/schema.ts'

/** Slices of the store that one page of a list looks at. */
const SLICES = 25

export type MessageView = 'pending' | 'held' | 'delivered' | 'dead' | 'cancelled'

/** Asks the store. @throws ServiceError when it takes nothing now */
export type Ask = <K extends Operation>(name: K, args: Arguments<K>) => Promise<Result<K>>

export class Messages {
  private readonly ask: Ask
  private readonly scheduler: Scheduler
  private readonly endpoints: Endpoints
  private readonly clock: Clock
  private readonly perform: () => void

  /** `perform` lets the scheduler's effects happen. */
  constructor(ask: Ask, scheduler: Scheduler, endpoints: Endpoints, clock: Clock, perform: () => void) {
    this.ask = ask
    this.scheduler = scheduler
    this.endpoints = endpoints
    this.clock = clock
    this.perform = perform
  }

  /** @throws ServiceError when there is none */
  async read(seq: number): Promise<NonNullable<Result<'message'>> & { readonly view: MessageView }> {
    const message = await this.ask('message', { seq })
    if (message === null) throw new ServiceError('not_found', 'there is no such message')
    return { ...message, view: this.viewOf(message) }
  }

  /** Messages after `after`, oldest first; `next` is where to go on, null at the end. */
  async list(which: {
    readonly after: number
    readonly endpoint: number | null
    readonly view: MessageView | null
    readonly limit: number
  }): Promise<{
    readonly rows: (DeliveryRow & { readonly view: MessageView })[]
    readonly next: number | null
  }> {
    const { endpoint, view, limit } = which
    const state = view === null ? null : view === 'delivered' ? DELIVERED : view === 'dead' ? DEAD : PENDING
    const found: (DeliveryRow & { readonly view: MessageView })[] = []
    let after = which.after
    // Slice by slice, so that accepts go in between; a page may be short and still have a next one.
    for (let slices = 0; slices < SLICES; slices++) {
      const { rows, next } = await this.ask('list', { after, endpoint, state, limit: limit - found.length })
      for (const row of rows) {
        const seen = this.viewOf(row)
        if (view === null || view === seen) found.push({ ...row, view: seen })
      }
      if (next === null || found.length === limit) return { rows: found, next }
      after = next
    }
    return { rows: found, next: after }
  }

  /** Sends a message that has ended again, as if new. @throws ServiceError */
  async replay(seq: number): Promise<void> {
    const row = await this.ask('replay', { seq, now: this.clock() })
    if (row === null) throw new ServiceError('not_found', 'there is no such message')
    if (row === false)
      throw new ServiceError('conflict', 'this message is still to be delivered, or its endpoint is gone')
    this.scheduler.stored(row.endpoint, row.due, row.seq, this.clock())
    this.perform()
  }

  /** The same for an endpoint's messages accepted in [from, to), ms. Returns how many. */
  async replayRange(range: {
    readonly endpoint: number
    readonly from: number
    readonly to: number
    readonly view: 'delivered' | 'dead' | null
  }): Promise<number> {
    const { endpoint, view } = range
    this.endpoints.known(endpoint)
    const to = firstSequenceAt(range.to)
    const state = view === null ? null : view === 'dead' ? DEAD : DELIVERED
    let replayed = 0
    for (let from: number | null = firstSequenceAt(range.from); from !== null;) {
      const now = this.clock()
      const part: Result<'replayRange'> = await this.ask('replayRange', { endpoint, from, to, state, now })
      if (part.replayed > 0) this.scheduler.stored(endpoint, Math.ceil(now), -1, this.clock())
      replayed += part.replayed
      from = part.next
    }
    this.perform()
    return replayed
  }

  /** Removes what has ended and was accepted more than `retention` ms ago, not counting when the server was down. */
  async prune(retention: number): Promise<void> {
    const now = this.clock()
    const before = await this.ask('olderThan', { time: retention, now })
    for (let after: number | null = 0; after !== null;) {
      const part: Result<'prune'> = await this.ask('prune', { after, before, time: now - retention })
      after = part.next
    }
  }

  private viewOf({ state, endpoint }: DeliveryRow): MessageView {
    if (state !== PENDING) return state === DELIVERED ? 'delivered' : 'dead'
    const its = this.endpoints.has(endpoint) ? this.scheduler.endpointState(endpoint) : 'deleted'
    return its === 'deleted' ? 'cancelled' : its === 'enabled' ? 'pending' : 'held'
  }
}
