/** What stands in for the store in virtual time: durable at once, and free to keep as little as its user needs. */
import type { EndpointChange, Load, Save } from '../schedule/effects.ts'
import type { StoredMessage } from '../schedule/job.ts'

export interface VirtualStore {
  /** A message, and when it is first to go. */
  accepted(endpoint: number, seq: number, due: number): void
  /** An attempt has ended. */
  saved(save: Save, now: number): void
  /** The endpoint's next pending messages behind (due, seq). Never asked for where the scheduler keeps all in memory. */
  page(load: Load): readonly StoredMessage[]
  /** An endpoint's state, as its attempts have made it. */
  changed(change: EndpointChange, now: number): void
}

export interface LoggedMessage {
  readonly endpoint: number
  state: 'pending' | 'delivered' | 'dead'
  tries: number
  attempts: number
  due: number
  since: number
  readonly log: { readonly at: number; readonly status: number | null; readonly error: string | null }[]
}

/** Keeps every message with every attempt. */
export class MessageLog implements VirtualStore {
  readonly messages = new Map<number, LoggedMessage>()
  readonly events: { readonly endpoint: number; readonly at: number; readonly event: string }[] = []

  accepted(endpoint: number, seq: number, due: number): void {
    this.messages.set(seq, { endpoint, state: 'pending', tries: 0, attempts: 0, due, since: due, log: [] })
  }

  saved({ seq, state, tries, attempts, due, since, at, status, error }: Save): void {
    const message = this.messages.get(seq)!
    Object.assign(message, { state, tries, attempts, due, since })
    message.log.push({ at, status, error })
  }

  page({ endpoint, due, seq, limit }: Load): StoredMessage[] {
    return [...this.messages]
      .filter(([, message]) => message.endpoint === endpoint && message.state === 'pending')
      .map(([seq, message]) => ({
        ...message,
        seq,
        due: Math.ceil(message.due),
        since: Math.floor(message.since),
      }))
      .filter((row) => row.due > due || (row.due === due && row.seq > seq))
      .sort((a, b) => a.due - b.due || a.seq - b.seq)
      .slice(0, limit)
  }

  changed({ endpoint, event }: EndpointChange, now: number): void {
    if (event !== null) this.events.push({ endpoint, at: now, event })
  }
}
