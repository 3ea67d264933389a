/**
 * The live service, as its callers see it: endpoints, keys, messages. Beneath it the scheduler on a real clock, whose
 * effects `delivery.ts` performs.
 *
 *   accept   store (durable) -> answer -> scheduler
 */
import { randomBytes } from 'node:crypto'
import { BODY_LIMIT, envelope } from '../message/envelope.ts'
import { assertTag, firstDue, formatMessageId } from '../message/id.ts'
import { DEFAULT_POLICY } from '../policy/policies.ts'
import { Scheduler, type SchedulerOptions } from '../schedule/scheduler.ts'
import { can, ENDPOINT, move, type EndpointEvent, type EndpointState } from '../schedule/transitions.ts'
import { Bodies } from './bodies.ts'
import { openClock, shifted, type Clock } from './clock.ts'
import { Delivery } from './delivery.ts'
import { Endpoints, type Endpoint, type EndpointsOptions, type Mode } from './endpoints.ts'
import { faultOf, type Fault } from './fault.ts'
import { Keys, newPrivateKey, newSecret, SERVICE } from './keys.ts'
import { Messages, type Ask } from './messages.ts'
import { openResolve } from './resolve.ts'
import { Sender, type SenderOptions } from './sender.ts'
import { ServiceError } from './service-error.ts'
import type { Arguments, Operation, Result } from './store/protocol.ts'
import { OVERLAP } from './store/schema.ts'
import { Store, StoreUnavailable, type StoreOptions } from './store/store.ts'
import { Turns } from './turns.ts'

const DAY = 86_400_000
const MOST_WAITING = 20_000
const KEPT_CHARS = 32 * 1024 * 1024
const PRUNE_MS = 60_000

export interface ServiceOptions extends SenderOptions, EndpointsOptions {
  readonly dir: string
  readonly store?: StoreOptions
  readonly scheduler?: Omit<SchedulerOptions, 'start'>
  /** Messages that have ended are removed after so many ms, not counting when it is down; default 7 days. */
  readonly retention?: number
  /** Requests that may wait for the store; beyond, senders are told to slow down. Default 20,000. */
  readonly mostWaiting?: number
  readonly draw?: () => number
  readonly clock?: Clock
  /** Told of events: an endpoint was disabled. */
  readonly onEvent?: (event: { readonly endpoint: number; readonly type: string }) => void
}

/** What its owner may do to an endpoint. */
type OwnersEvent = Extract<EndpointEvent, 'pause' | 'resume' | 'delete'>

/** A character takes 3 bytes at most: for nearly all messages no byte need be counted. */
const isTooLong = (type: string, data: string): boolean =>
  3 * data.length + 512 > BODY_LIMIT && Buffer.byteLength(envelope(type, 0, data)) > BODY_LIMIT

export class WebhookService {
  readonly tag: string
  readonly messages: Messages
  private readonly store: Store
  private readonly sender: Sender
  private readonly scheduler: Scheduler
  private readonly keys: Keys
  private readonly endpoints: Endpoints
  private readonly delivery: Delivery
  private readonly bodies = new Bodies(KEPT_CHARS)
  private readonly turns = new Turns()
  private readonly options: ServiceOptions
  private readonly clock: Clock
  private readonly fault: Fault
  private readonly pruner: NodeJS.Timeout
  private closing = false
  readonly counters = { accepted: 0, repeated: 0, refused: 0, unavailable: 0 }

  /** Opens the folder and takes up what is pending in it. @throws StoreNotOpened */
  static async open(options: ServiceOptions): Promise<WebhookService> {
    const store = await Store.open(options.dir, options.store)
    const candidate = assertTag(randomBytes(4).toString('hex'))
    const shown = options.clock ?? openClock()
    const now = shown()
    const start = await store
      .ask('start', { candidate, now })
      .catch((cause: unknown) =>
        store.ask('startAsItIs', { now }).catch(() => Promise.reject(cause as Error)),
      )
    const clock = shifted(shown, (start.now ?? now) - now)
    if (!start.secrets.some(({ endpoint }) => endpoint === SERVICE)) {
      const key = { endpoint: SERVICE, secret: newPrivateKey(), now: clock(), othersExpire: null }
      start.secrets.push(...(await store.ask('addSecret', key)))
    }
    return new WebhookService(options, clock, store, start)
  }

  private constructor(options: ServiceOptions, clock: Clock, store: Store, start: Result<'start'>) {
    this.options = options
    this.store = store
    this.tag = start.tag
    this.clock = clock
    this.fault = faultOf(options.store?.fault)
    this.keys = new Keys(start.secrets)
    const resolve = options.resolve ?? openResolve()
    this.sender = new Sender({ ...options, resolve })
    this.scheduler = new Scheduler({ ...options.scheduler, start: clock() })
    this.endpoints = new Endpoints(options, resolve, this.scheduler, this.clock)
    const { scheduler, sender, endpoints, keys, bodies, turns, fault, tag } = this
    this.delivery = new Delivery({
      scheduler,
      store,
      sender,
      endpoints,
      keys,
      bodies,
      turns,
      clock,
      fault,
      tag,
      draw: options.draw ?? Math.random,
      onEvent: (event) => options.onEvent?.(event),
      onUnavailable: () => this.counters.unavailable++,
    })
    const ask: Ask = (name, args) => this.ask(name, args)
    this.messages = new Messages(ask, scheduler, endpoints, clock, () => this.delivery.perform())
    for (const row of start.endpoints) if (row.state !== 'deleted') endpoints.enter(row, false)
    this.pruner = setInterval(() => {
      this.messages.prune(options.retention ?? 7 * DAY).catch(() => {})
      void this.mark()
    }, PRUNE_MS)
    this.pruner.unref()
    this.delivery.perform()
  }

  /** Makes an endpoint; the secret is shown this once. @throws ServiceError */
  async addEndpoint(wish: {
    readonly url: string
    readonly mode?: Mode
    readonly policy?: string
    readonly rate?: number | null
  }): Promise<{ readonly id: number; readonly secret: string | null }> {
    const { url, mode = 'static', policy = DEFAULT_POLICY, rate = null } = wish
    await this.endpoints.judge({ url, policy })
    const secret = mode === 'static' ? newSecret() : null
    const now = Math.floor(this.clock())
    const { id } = await this.ask('addEndpoint', { url, mode, policy, rate, now, secret })
    if (secret !== null) this.keys.set(id, [{ secret, expires: null }])
    const times = { failingSince: null, changed: now, created: now }
    const row = { id, url, mode, policy, rate, state: 'enabled', ...times }
    this.endpoints.enter(row, true)
    this.delivery.perform()
    return { id, secret }
  }

  /** @throws ServiceError when there is none */
  endpoint(id: number): Endpoint & { readonly state: EndpointState } {
    return this.endpoints.known(id)
  }

  eventsOf(id: number): Promise<Result<'events'>> {
    return this.ask('events', { endpoint: this.endpoint(id).id })
  }

  /** What its owner does to an endpoint. @throws ServiceError when its state does not allow it */
  change(id: number, event: OwnersEvent): Promise<EndpointState> {
    return this.turns.take(id, () => this.changeNow(id, event))
  }

  private async changeNow(id: number, event: OwnersEvent): Promise<EndpointState> {
    const { state } = this.endpoint(id)
    if (!can(ENDPOINT, state, event))
      throw new ServiceError('conflict', `this endpoint is ${state}`, 'endpoint')
    const next = move(ENDPOINT, state, event)
    const now = this.clock()
    await this.ask('setEndpoint', { id, state: next, failingSince: null, event: `endpoint.${event}`, now })
    // A verdict on the receiver may have come in between.
    const current = this.scheduler.endpointState(id)
    if (current !== undefined && can(ENDPOINT, current, event)) this.scheduler.apply(id, event, this.clock())
    if (event === 'delete') {
      this.endpoints.delete(id)
      this.keys.delete(id)
      this.sender.drop(id)
    }
    this.delivery.perform()
    return next
  }

  /** A new secret; the others end now or in 24 h. For a dynamic endpoint `null`: see `rotateService`. */
  rotate(id: number, revoke: 'now' | '24h'): Promise<{ readonly secret: string }> {
    return this.turns.take(id, () => this.rotateNow(id, revoke))
  }

  private async rotateNow(id: number, revoke: 'now' | '24h'): Promise<{ readonly secret: string }> {
    if (this.endpoint(id).mode === 'dynamic') {
      throw new ServiceError(
        'conflict',
        "a dynamic endpoint is signed by the service's keys: POST /keys/rotate",
        'endpoint',
      )
    }
    const secret = newSecret()
    await this.changeKeys(id, secret, revoke)
    return { secret }
  }

  /** A new key for all dynamic endpoints. */
  async rotateService(revoke: 'now' | '24h'): Promise<void> {
    await this.turns.take(SERVICE, () => this.changeKeys(SERVICE, newPrivateKey(), revoke))
  }

  private async changeKeys(endpoint: number, secret: string, revoke: 'now' | '24h'): Promise<void> {
    const now = this.clock()
    if (revoke === '24h') this.keys.refuseTooMany(endpoint, now)
    const othersExpire = revoke === 'now' ? now : now + OVERLAP
    this.keys.set(endpoint, await this.ask('addSecret', { endpoint, secret, now, othersExpire }))
  }

  publishedKeys(): ReturnType<Keys['published']> {
    return this.keys.published(this.clock())
  }

  /**
   * Takes a message; resolves when it is durable. `data` is JSON text and goes out as it is.
   * @throws ServiceError
   */
  async accept(wish: {
    readonly endpoint: number
    readonly type: string
    readonly data: string
    readonly idempotencyKey?: string | null
  }): Promise<{ readonly seq: number; readonly fresh: boolean }> {
    const { endpoint, type, data, idempotencyKey: key = null } = wish
    if (this.closing) throw new ServiceError('unavailable', 'the service is shutting down')
    if (!this.endpoints.has(endpoint)) this.endpoints.known(endpoint)
    if (this.store.pending >= (this.options.mostWaiting ?? MOST_WAITING)) {
      this.counters.refused++
      throw new ServiceError('overloaded', 'too many requests wait for the disk: send more slowly')
    }
    if (isTooLong(type, data)) {
      throw new ServiceError('too_large', `a delivery's body has ${BODY_LIMIT} bytes at most`, 'data')
    }
    const now = this.clock()
    const asked = this.store.ask('accept', { endpoint, type, key, data, now })
    this.fault('accept-posted')
    // The scheduler hears of it in the store's order, before anything else may happen.
    const result = await asked.then(
      (result) => {
        if ('fresh' in result && result.fresh) {
          this.bodies.keep(result.seq, type, data)
          this.scheduleNew(endpoint, result.seq, firstDue(result.seq, now))
        }
        return result
      },
      (error: unknown) => this.unavailable(error),
    )
    if ('conflict' in result) {
      throw new ServiceError('idempotency_conflict', 'this key was used with another body', 'idempotencyKey')
    }
    if (!result.fresh) this.counters.repeated++
    return result
  }

  private scheduleNew(endpoint: number, seq: number, due: number): void {
    this.fault('accept-durable')
    this.counters.accepted++
    this.scheduler.accepted(endpoint, seq, due, this.clock())
    this.delivery.performSoon()
  }

  /** Counts for `/metrics`. */
  metrics(): Readonly<Record<string, number>> {
    const { jobs, inFlight } = this.scheduler.load
    const { unsaved } = this.delivery
    return {
      ...this.counters,
      ...this.scheduler.counters,
      endpoints: this.endpoints.size,
      jobs,
      in_flight: inFlight,
      unsaved,
      store_queue: this.store.pending,
    }
  }

  census(): Promise<Result<'census'>> {
    return this.ask('census', {})
  }

  publicId(seq: number): string {
    return formatMessageId(seq, this.tag)
  }

  /** Lets attempts that are under way end (at most `grace` ms), records them, and closes. Nothing new goes out. */
  async close(grace = 20_000): Promise<void> {
    if (this.closing) return
    this.closing = true
    clearInterval(this.pruner)
    await this.delivery.stop(grace)
    await this.sender.close()
    await this.mark()
    await this.store.close()
  }

  /** For the next start, whose clock may be behind this one. */
  private mark(): Promise<void> {
    return this.store.ask('mark', { now: this.clock() }).catch(() => {})
  }

  private ask<K extends Operation>(name: K, args: Arguments<K>): Promise<Result<K>> {
    return this.store.ask(name, args).catch((error: unknown) => this.unavailable(error))
  }

  private unavailable(error: unknown): never {
    if (!(error instanceof StoreUnavailable)) throw error
    this.counters.unavailable++
    throw new ServiceError('unavailable', `the store takes nothing now: ${error.message}`)
  }
}
