/**
 * The live service: the scheduler on a real clock, its effects performed by the store and the sender.
 *
 *   accept   store (durable) -> answer -> scheduler
 *   send     scheduler -> body from memory or store -> signed now -> sender -> scheduler
 *   save     scheduler -> store (durable) -> scheduler
 *
 * An outcome is saved after the attempt, so a crash between the two repeats the delivery and never loses it.
 */
import { randomBytes } from 'node:crypto'
import { BadUrl, judgeResolved, parseEndpointUrl, type EndpointUrl } from '../address/url.ts'
import { acceptedAt, assertTag, formatMessageId, firstSequenceAt } from '../message/id.ts'
import { BODY_LIMIT, envelope } from '../message/envelope.ts'
import { DEFAULT_POLICY, POLICIES } from '../policy/policies.ts'
import type { Policy } from '../policy/policy.ts'
import { Scheduler, type SchedulerOptions } from '../schedule/scheduler.ts'
import type { Effect, Load, Save, Send } from '../schedule/effects.ts'
import { can, ENDPOINT, move, type EndpointEvent, type EndpointState } from '../schedule/transitions.ts'
import { signatureHeader } from '../sign/signer.ts'
import { Bodies } from './bodies.ts'
import { openClock, type Clock } from './clock.ts'
import { resolveBySystem } from './connect.ts'
import { faultOf, type Fault } from './fault.ts'
import { Keys, newPrivateKey, newSecret, SERVICE } from './keys.ts'
import { Sender, type SenderOptions } from './sender.ts'
import { ServiceError } from './service-error.ts'
import type { DeliveryRow, EndpointRow } from './store/database.ts'
import type { Arguments, Operation, Result } from './store/protocol.ts'
import { DEAD, DELIVERED, PENDING } from './store/schema.ts'
import { Store, StoreUnavailable, type StoreOptions } from './store/store.ts'

const DAY = 86_400_000
/** Accepts that may wait for the store; beyond, senders are told to slow down. */
const MOST_WAITING = 20_000
/** Each takes about 2 kB of memory. */
const MOST_ENDPOINTS = 100_000
const KEPT_CHARS = 32 * 1024 * 1024
const RETRY_SAVE_MS = 500
/** No timer sleeps longer: the clock is looked at again. */
const LONGEST_SLEEP = 60_000
const PRUNE_MS = 60_000

export type Mode = 'static' | 'dynamic'
export type MessageView = 'pending' | 'held' | 'delivered' | 'dead' | 'cancelled'

export interface ServiceOptions extends SenderOptions {
  readonly dir: string
  readonly store?: StoreOptions
  readonly scheduler?: Omit<SchedulerOptions, 'start'>
  /** Besides the built-in ones. */
  readonly policies?: readonly Policy[]
  /** Attempts under way at once to one endpoint; default 16. */
  readonly concurrency?: number
  /** Messages that have ended are removed after so many ms; default 7 days. */
  readonly retention?: number
  readonly draw?: () => number
  readonly clock?: Clock
  /** Told of events: an endpoint was disabled. */
  readonly onEvent?: (event: { readonly endpoint: number; readonly type: string }) => void
}

export interface Endpoint {
  readonly id: number
  readonly target: EndpointUrl
  readonly mode: Mode
  readonly policy: string
  readonly rate: number | null
  readonly created: number
}

/** A character takes 3 bytes at most: for nearly all messages no byte need be counted. */
const isTooLong = (type: string, data: string): boolean =>
  3 * data.length + 512 > BODY_LIMIT && Buffer.byteLength(envelope(type, 0, data)) > BODY_LIMIT

const SAVED_STATE = { pending: PENDING, delivered: DELIVERED, dead: DEAD } as const

export class WebhookService {
  readonly tag: string
  private readonly store: Store
  private readonly sender: Sender
  private readonly scheduler: Scheduler
  private readonly keys: Keys
  private readonly endpoints = new Map<number, Endpoint>()
  private readonly bodies = new Bodies(KEPT_CHARS)
  private readonly policies: ReadonlyMap<string, Policy>
  private readonly options: ServiceOptions
  private readonly clock: Clock
  private readonly draw: () => number
  private readonly fault: Fault
  private timer: NodeJS.Timeout | undefined
  private timerAt = Infinity
  private readonly pruner: NodeJS.Timeout
  private performing = false
  private closing = false
  private unsaved = 0
  readonly counters = { accepted: 0, repeated: 0, refused: 0, unavailable: 0 }

  /** Opens the folder and takes up what is pending in it. @throws StoreNotOpened */
  static async open(options: ServiceOptions): Promise<WebhookService> {
    const store = await Store.open(options.dir, options.store)
    const candidate = assertTag(randomBytes(4).toString('hex'))
    const start = await store.ask('start', { candidate })
    if (!start.secrets.some(({ endpoint }) => endpoint === SERVICE)) {
      const key = { endpoint: SERVICE, secret: newPrivateKey(), now: Date.now(), othersExpire: null }
      start.secrets.push(...(await store.ask('addSecret', key)))
    }
    return new WebhookService(options, store, start)
  }

  private constructor(options: ServiceOptions, store: Store, start: Result<'start'>) {
    this.options = options
    this.store = store
    this.tag = start.tag
    this.clock = options.clock ?? openClock()
    this.draw = options.draw ?? Math.random
    this.fault = faultOf(options.store?.fault)
    this.policies = new Map([...POLICIES, ...(options.policies ?? []).map((p) => [p.name, p] as const)])
    this.keys = new Keys(start.secrets)
    this.sender = new Sender(options)
    const now = this.clock()
    this.scheduler = new Scheduler({ ...options.scheduler, start: now })
    for (const row of start.endpoints) if (row.state !== 'deleted') this.enter(row, false)
    this.pruner = setInterval(() => void this.prune().catch(() => {}), PRUNE_MS)
    this.pruner.unref()
    this.perform()
  }

  /** Makes an endpoint; the secret is shown this once. @throws ServiceError */
  async addEndpoint(wish: {
    readonly url: string
    readonly mode?: Mode
    readonly policy?: string
    readonly rate?: number | null
  }): Promise<{ readonly id: number; readonly secret: string | null }> {
    const { url, mode = 'static', policy = DEFAULT_POLICY, rate = null } = wish
    if (!this.policies.has(policy)) {
      throw new ServiceError(
        'invalid',
        `policy must be one of ${[...this.policies.keys()].join(', ')}`,
        'policy',
      )
    }
    if (this.endpoints.size >= MOST_ENDPOINTS) {
      throw new ServiceError('overloaded', `there are ${MOST_ENDPOINTS} endpoints already`)
    }
    await this.judgeUrl(url)
    const secret = mode === 'static' ? newSecret() : null
    const now = Math.floor(this.clock())
    const { id } = await this.ask('addEndpoint', { url, mode, policy, rate, now, secret })
    if (secret !== null) this.keys.set(id, [{ secret, expires: null }])
    this.enter({ id, url, mode, policy, rate, state: 'enabled', failingSince: null, created: now }, true)
    this.perform()
    return { id, secret }
  }

  /** @throws ServiceError when there is none */
  endpoint(id: number): Endpoint & { readonly state: EndpointState } {
    const endpoint = this.endpoints.get(id)
    if (endpoint === undefined) throw new ServiceError('not_found', 'there is no such endpoint', 'endpoint')
    return { ...endpoint, state: this.scheduler.endpointState(id)! }
  }

  eventsOf(id: number): Promise<Result<'events'>> {
    return this.ask('events', { endpoint: this.endpoint(id).id })
  }

  /** What its owner does to an endpoint. @throws ServiceError when its state does not allow it */
  async change(
    id: number,
    event: Extract<EndpointEvent, 'pause' | 'resume' | 'delete'>,
  ): Promise<EndpointState> {
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
    this.perform()
    return next
  }

  /** A new secret; the others end now or in 24 h. For a dynamic endpoint `null`: see `rotateService`. */
  async rotate(id: number, revoke: 'now' | '24h'): Promise<{ readonly secret: string }> {
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
    await this.changeKeys(SERVICE, newPrivateKey(), revoke)
  }

  private async changeKeys(endpoint: number, secret: string, revoke: 'now' | '24h'): Promise<void> {
    const now = Date.now()
    const othersExpire = revoke === 'now' ? now : now + DAY
    this.keys.set(endpoint, await this.ask('addSecret', { endpoint, secret, now, othersExpire }))
  }

  publishedKeys(): ReturnType<Keys['published']> {
    return this.keys.published(Date.now())
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
    if (!this.endpoints.has(endpoint)) this.endpoint(endpoint)
    if (this.store.pending > MOST_WAITING) {
      this.counters.refused++
      throw new ServiceError('overloaded', 'too many requests wait for the disk: send more slowly')
    }
    if (isTooLong(type, data)) {
      throw new ServiceError('too_large', `a delivery's body has ${BODY_LIMIT} bytes at most`, 'data')
    }
    const asked = this.store.ask('accept', { endpoint, type, key, data, now: this.clock() })
    this.fault('accept-posted')
    // The scheduler hears of it in the store's order, before anything else may happen.
    const result = await asked.then(
      (result) => {
        if ('fresh' in result && result.fresh) this.scheduleNew(endpoint, type, data, result.seq)
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

  private scheduleNew(endpoint: number, type: string, data: string, seq: number): void {
    this.fault('accept-durable')
    this.counters.accepted++
    const accepted = acceptedAt(seq)
    this.bodies.keep(seq, type, data)
    this.scheduler.accepted(endpoint, seq, accepted, this.clock())
    this.perform()
  }

  /** @throws ServiceError when there is none */
  async message(seq: number): Promise<NonNullable<Result<'message'>> & { readonly view: MessageView }> {
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
    for (let slices = 0; slices < 25; slices++) {
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
    this.endpoint(endpoint)
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

  /** Counts for `/metrics`. */
  metrics(): Readonly<Record<string, number>> {
    const { jobs, inFlight } = this.scheduler.load
    const { unsaved } = this
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
    clearTimeout(this.timer)
    const end = performance.now() + grace
    // Held effects count as under way in the scheduler, so it is the sockets that are waited for.
    while ((this.sending > 0 || this.unsaved > 0) && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    await this.sender.close()
    await this.store.close()
  }

  private sending = 0

  private ask<K extends Operation>(name: K, args: Arguments<K>): Promise<Result<K>> {
    return this.store.ask(name, args).catch((error: unknown) => this.unavailable(error))
  }

  private unavailable(error: unknown): never {
    if (!(error instanceof StoreUnavailable)) throw error
    this.counters.unavailable++
    throw new ServiceError('unavailable', `the store takes nothing now: ${error.message}`)
  }

  private viewOf({ state, endpoint }: DeliveryRow): MessageView {
    if (state !== PENDING) return state === DELIVERED ? 'delivered' : 'dead'
    const its = this.endpoints.has(endpoint) ? this.scheduler.endpointState(endpoint) : 'deleted'
    return its === 'deleted' ? 'cancelled' : its === 'enabled' ? 'pending' : 'held'
  }

  private async judgeUrl(url: string): Promise<void> {
    const { allow = [], resolve = resolveBySystem } = this.options
    try {
      const { host, isLiteral, needsAllowed } = parseEndpointUrl(url, allow)
      if (isLiteral) return
      const addresses = await resolve(host).catch(() => [])
      // A public name that does not resolve now may do so later; every connect judges again.
      if (addresses.length === 0 && needsAllowed) {
        throw new BadUrl('blocked_address', `${host} does not lead to an allowed address`)
      }
      judgeResolved(
        host,
        addresses.map(({ address }) => address),
        allow,
        needsAllowed,
      )
    } catch (error) {
      if (!(error instanceof BadUrl)) throw error
      throw new ServiceError(error.code === 'malformed' ? 'invalid' : 'blocked_address', error.message, 'url')
    }
  }

  private enter(row: EndpointRow, empty: boolean): void {
    const { id, mode, rate, created, failingSince } = row
    const policy = this.policies.get(row.policy) ?? POLICIES.get(DEFAULT_POLICY)!
    const target = this.targetOf(row.url)
    this.endpoints.set(id, { id, target, mode: mode as Mode, policy: row.policy, rate, created })
    const settings = { policy, rate, concurrency: this.options.concurrency ?? 16 }
    const state = row.state as EndpointState
    this.scheduler.addEndpoint(id, settings, this.clock(), { state, failingSince, empty })
  }

  /** An endpoint's URL was judged when it was made; what was allowed may since be blocked, which `connect` will say. */
  private targetOf(text: string): EndpointUrl {
    const url = new URL(text)
    try {
      return parseEndpointUrl(text, this.options.allow ?? [])
    } catch {
      return { url, host: url.hostname.replace(/^\[|\]$/g, ''), isLiteral: true, needsAllowed: true }
    }
  }

  /** Performs the scheduler's effects until there are none, and sets the timer for what comes next. */
  private perform(): void {
    if (this.performing) return
    this.performing = true
    for (let effects = this.scheduler.take(); effects.length > 0; effects = this.scheduler.take()) {
      for (const effect of effects) this.performOne(effect)
    }
    this.performing = false
    this.setTimer()
  }

  private performOne(effect: Effect): void {
    if (effect.do === 'send') this.send(effect)
    else if (effect.do === 'save') this.save(effect)
    else if (effect.do === 'load') this.load(effect)
    else {
      const { endpoint: id, state, failingSince, event } = effect
      const now = this.clock()
      this.saving('setEndpoint', { id, state, failingSince, event, now }, () => {})
      if (event !== null) this.options.onEvent?.({ endpoint: id, type: event })
    }
  }

  private setTimer(): void {
    const at = this.scheduler.earliest()
    if (this.closing || (at >= this.timerAt && this.timer !== undefined)) return
    clearTimeout(this.timer)
    this.timerAt = at
    this.timer = setTimeout(
      () => {
        this.timer = undefined
        this.timerAt = Infinity
        this.scheduler.advance(this.clock())
        this.perform()
      },
      Math.min(Math.max(Math.ceil(at - this.clock()), 0), LONGEST_SLEEP),
    )
  }

  private send(effect: Send): void {
    if (this.closing) return
    const body = this.bodies.take(effect.seq)
    if (body !== undefined) return this.attempt(effect, body)
    this.store.ask('bodies', { seqs: [effect.seq] }).then(
      ([text]) => this.attempt(effect, Buffer.from(text!)),
      () => this.respond(effect, { status: null, error: 'store unavailable', retryAfter: null }),
    )
  }

  private attempt(effect: Send, body: Buffer): void {
    const endpoint = this.endpoints.get(effect.endpoint)
    if (this.closing) return
    if (endpoint === undefined) {
      this.respond(effect, { status: null, error: 'endpoint deleted', retryAfter: null })
      return
    }
    const { target, mode, policy } = endpoint
    const id = this.publicId(effect.seq)
    const wall = Date.now()
    const timestamp = Math.floor(wall / 1000)
    const keys = this.keys.of(mode === 'dynamic' ? SERVICE : endpoint.id)
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
      signatureHeader(keys, id, timestamp, body, wall),
    ]
    const { timeout } = this.policies.get(policy) ?? POLICIES.get(DEFAULT_POLICY)!
    const concurrency = this.options.concurrency ?? 16
    this.sending++
    this.fault('send-started')
    this.sender.send({ endpoint: endpoint.id, target, concurrency, timeout, body, headers }, (outcome) => {
      this.sending--
      this.fault('response-received')
      this.respond(effect, outcome)
    })
  }

  private respond({ seq }: Send, outcome: Parameters<Scheduler['responded']>[1]): void {
    this.scheduler.responded(seq, outcome, this.clock(), this.draw)
    this.perform()
  }

  private save(effect: Save): void {
    const { do: _, state, ...outcome } = effect
    this.saving('save', { ...outcome, state: SAVED_STATE[state] }, () => {
      this.fault('outcome-durable')
      this.scheduler.saved(effect.seq, this.clock())
      this.perform()
    })
  }

  /** What has happened must be recorded: while the store takes nothing, it is asked again. */
  private saving<K extends 'save' | 'setEndpoint'>(name: K, args: Arguments<K>, done: () => void): void {
    this.unsaved++
    const ask = (): void => {
      this.store.ask(name, args).then(
        () => {
          this.unsaved--
          done()
        },
        () => {
          this.counters.unavailable++
          setTimeout(ask, RETRY_SAVE_MS).unref()
        },
      )
    }
    ask()
  }

  private load(effect: Load): void {
    const { endpoint, due, seq, limit } = effect
    // -Infinity has no place in SQL; no message is due before 1970.
    this.store.ask('load', { endpoint, due: Math.max(due, -1), seq, limit }).then(
      (rows) => {
        const messages = rows.map((row) => ({ ...row, accepted: acceptedAt(row.seq) }))
        this.scheduler.loaded(effect, messages, this.clock())
        this.perform()
      },
      () => {
        this.scheduler.notLoaded(endpoint, this.clock())
        this.perform()
      },
    )
  }

  private async prune(): Promise<void> {
    const before = firstSequenceAt(this.clock() - (this.options.retention ?? 7 * DAY))
    for (let after: number | null = 0; after !== null && !this.closing;) {
      const part: Result<'prune'> = await this.store.ask('prune', { after, before })
      after = part.next
    }
  }
}
