/**
 * Performs what the scheduler asks for, on a real clock: attempts by the sender, outcomes into the store, pages out of it.
 *
 *   send   scheduler -> body from memory or store -> signed now -> sender -> scheduler
 *   save   scheduler -> store (durable) -> scheduler
 *
 * An outcome is saved after the attempt, so a crash between the two repeats the delivery and never loses it.
 */
import { acceptedAt, formatMessageId } from '../message/id.ts'
import type { Scheduler } from '../schedule/scheduler.ts'
import type { Effect, EndpointChange, Load, Save, Send } from '../schedule/effects.ts'
import { signatureHeader } from '../sign/signer.ts'
import type { Bodies } from './bodies.ts'
import type { Clock } from './clock.ts'
import type { Endpoints } from './endpoints.ts'
import type { Fault } from './fault.ts'
import { SERVICE, type Keys } from './keys.ts'
import { ABANDONED, type Sender } from './sender.ts'
import { DEAD, DELIVERED, PENDING } from './store/schema.ts'
import type { Store } from './store/store.ts'
import type { Turns } from './turns.ts'

const RETRY_STORE_MS = 500
/** No timer sleeps longer: the clock is looked at again. */
const LONGEST_SLEEP = 60_000
const GRACE_STEP_MS = 10

const SAVED_STATE = { pending: PENDING, delivered: DELIVERED, dead: DEAD } as const

/** What it works with. */
export interface DeliveryParts {
  readonly scheduler: Scheduler
  readonly store: Store
  readonly sender: Sender
  readonly endpoints: Endpoints
  readonly keys: Keys
  readonly bodies: Bodies
  readonly turns: Turns
  readonly clock: Clock
  readonly draw: () => number
  readonly fault: Fault
  /** The store's part of every public id. */
  readonly tag: string
  /** Told of events: an endpoint was disabled. */
  readonly onEvent: (event: { readonly endpoint: number; readonly type: string }) => void
  /** Told each time that the store did not take an outcome or give a body. */
  readonly onUnavailable: () => void
}

export class Delivery {
  /** Outcomes that are not durable yet. */
  unsaved = 0
  private sending = 0
  private performing = false
  private closing = false
  private timer: NodeJS.Timeout | undefined
  private soon: NodeJS.Immediate | undefined
  private timerAt = Infinity
  private readonly parts: DeliveryParts

  constructor(parts: DeliveryParts) {
    this.parts = parts
  }

  /** Performs the scheduler's effects until there are none, and sets the timer for what comes next. */
  perform(): void {
    if (this.performing) return
    this.performing = true
    for (
      let effects = this.parts.scheduler.take();
      effects.length > 0;
      effects = this.parts.scheduler.take()
    ) {
      for (const effect of effects) this.performOne(effect)
    }
    this.performing = false
    this.setTimer()
  }

  /**
   * The same in a moment. What is asked of the store by then is on its way first, so that the next commit runs beside
   * the sending; and those who wait for an answer have it.
   */
  performSoon(): void {
    if (this.soon !== undefined) return
    this.soon = setImmediate(() => {
      this.soon = undefined
      this.parts.store.post()
      this.perform()
    })
  }

  /** Begins nothing new; resolves when what is under way has ended and is recorded, after `grace` ms at most. */
  async stop(grace: number): Promise<void> {
    this.closing = true
    clearTimeout(this.timer)
    const end = performance.now() + grace
    // Held effects count as under way in the scheduler, so it is the sockets that are waited for.
    const waits = (): boolean => this.sending > 0 || (this.unsaved > 0 && !this.parts.store.isGone)
    while (waits() && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, GRACE_STEP_MS))
    }
  }

  private performOne(effect: Effect): void {
    if (effect.do === 'send') this.send(effect)
    else if (effect.do === 'save') this.save(effect)
    else if (effect.do === 'load') this.load(effect)
    else this.saveEndpoint(effect)
  }

  private setTimer(): void {
    const at = this.parts.scheduler.earliest()
    if (this.closing || (at >= this.timerAt && this.timer !== undefined)) return
    clearTimeout(this.timer)
    this.timerAt = at
    this.timer = setTimeout(
      () => {
        this.timer = undefined
        this.timerAt = Infinity
        this.parts.scheduler.advance(this.parts.clock())
        this.perform()
      },
      Math.min(Math.max(Math.ceil(at - this.parts.clock()), 0), LONGEST_SLEEP),
    )
  }

  private send(effect: Send): void {
    if (this.closing) return
    const body = this.parts.bodies.take(effect.seq)
    if (body === undefined) this.read(effect)
    else this.attempt(effect, body)
  }

  /** That the store gives nothing now is no fault of the receiver's and costs the message nothing: it is asked again. */
  private read(effect: Send): void {
    if (this.closing) return
    if (!this.parts.endpoints.has(effect.endpoint)) return this.failed(effect, 'endpoint deleted')
    this.parts.store.ask('bodies', { seqs: [effect.seq] }).then(
      ([text]) => {
        if (typeof text === 'string') this.attempt(effect, Buffer.from(text))
        else this.failed(effect, 'message removed')
      },
      () => {
        this.parts.onUnavailable()
        setTimeout(() => this.read(effect), RETRY_STORE_MS).unref()
      },
    )
  }

  /** Nothing was sent. */
  private failed(effect: Send, error: string): void {
    this.respond(effect, { status: null, error, retryAfter: null })
  }

  private attempt(effect: Send, body: Buffer): void {
    const endpoint = this.parts.endpoints.get(effect.endpoint)
    if (this.closing) return
    if (endpoint === undefined) return this.failed(effect, 'endpoint deleted')
    const { target, mode, policy } = endpoint
    const id = formatMessageId(effect.seq, this.parts.tag)
    const timestamp = Math.floor(Date.now() / 1000)
    const keys = this.parts.keys.of(mode === 'dynamic' ? SERVICE : endpoint.id)
    const signature = signatureHeader(keys, id, timestamp, body, this.parts.clock())
    // Unsigned it would be anybody's.
    if (signature === '') return this.failed(effect, 'no live key')
    const headers = [
      'content-type',
      'application/json',
      'user-agent',
      'flowbench-webhooks',
      'webhook-id',
      id,
      'webhook-timestamp',
      String(timestamp),
      'webhook-signature',
      signature,
    ]
    const timeout = this.parts.endpoints.timeoutOf(policy)
    const { concurrency } = this.parts.endpoints
    this.sending++
    this.parts.fault('send-started')
    this.parts.sender.send(
      { endpoint: endpoint.id, target, concurrency, timeout, body, headers },
      (outcome) => {
        this.sending--
        this.parts.fault('response-received')
        // Cut by our own end: nothing is known of it, so it is made again after the next start and costs nothing.
        if (outcome.error === ABANDONED) return
        this.respond(effect, outcome)
      },
    )
  }

  private respond({ seq }: Send, outcome: Parameters<Scheduler['responded']>[1]): void {
    this.parts.scheduler.responded(seq, outcome, this.parts.clock(), this.parts.draw)
    this.perform()
  }

  private save(effect: Save): void {
    const { do: _, state, ...outcome } = effect
    const ask = () => this.parts.store.ask('save', { ...outcome, state: SAVED_STATE[state] })
    this.saving(ask, () => {
      this.parts.fault('outcome-durable')
      this.parts.scheduler.saved(effect.seq, this.parts.clock())
      this.perform()
    })
  }

  /** What is recorded is the endpoint as it is by then: its owner may have come first, or while the store took nothing. */
  private saveEndpoint({ endpoint: id, event }: EndpointChange): void {
    const { scheduler, store, turns, clock, onEvent } = this.parts
    const now = clock()
    const write = async (): Promise<void> => {
      const standing = scheduler.standing(id)
      if (standing !== null) await store.ask('setEndpoint', { id, ...standing, event, now })
    }
    this.saving(
      () => turns.take(id, write),
      () => {},
    )
    if (event !== null) onEvent({ endpoint: id, type: event })
  }

  /** What has happened must be recorded: while the store takes nothing, it is asked again. */
  private saving(asks: () => Promise<unknown>, done: () => void): void {
    this.unsaved++
    const ask = (): void => {
      asks().then(
        () => {
          this.unsaved--
          done()
        },
        () => {
          this.parts.onUnavailable()
          setTimeout(ask, RETRY_STORE_MS).unref()
        },
      )
    }
    ask()
  }

  private load(effect: Load): void {
    const { endpoint, due, seq, limit } = effect
    this.parts.store.ask('load', { endpoint, due, seq, limit }).then(
      (rows) => {
        const messages = rows.map((row) => ({ ...row, since: row.since ?? acceptedAt(row.seq) }))
        this.parts.scheduler.loaded(effect, messages, this.parts.clock())
        this.perform()
      },
      () => {
        this.parts.scheduler.notLoaded(endpoint, this.parts.clock())
        this.perform()
      },
    )
  }
}
