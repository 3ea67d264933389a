/**
 * What goes out when: the engine's core. It holds no clock, no socket and no file. Time, draws and outcomes are
 * arguments; what is to be done is collected as effects, which `take` hands out. The same code runs live
 * (`io/service.ts`) and in virtual time (`virtual/service.ts`, the simulations).
 *
 * Memory is bounded whatever the backlog. Each endpoint has up to `lane` fresh and `lane` older messages in memory; the
 * rest is in the store, found by its index of (endpoint, due), and read page by page when it is nearly due
 * (`horizon.ts`). Pages are per endpoint, so a million messages for a dead receiver cost one page, and nobody waits
 * behind them.
 *
 * One order is relied on: `accepted`, `saved` and `loaded` are called in the order in which the store did the work.
 * A job is dropped from memory only in `saved`, when the store has what a later `load` must find.
 */
import { judge, longestDelay, nextDelay, type Outcome } from '../policy/policy.ts'
import type { Effect } from './effects.ts'
import { Endpoint, type EndpointSettings } from './endpoint.ts'
import type { Page } from './horizon.ts'
import type { Job, StoredMessage } from './job.ts'
import { JobTable } from './job-table.ts'
import { Slots } from './slots.ts'
import { ENDPOINT, MESSAGE, move, type EndpointEvent, type EndpointState } from './transitions.ts'
import { Wheel } from './wheel.ts'

/** A page is read this long before its first message is due. */
const AHEAD = 1000
/** So many go out to a quick receiver while the store answers, which may be two slow syncs. */
const LANE = 2048

export interface SchedulerOptions {
  /** The first moment, ms. */
  readonly start: number
  /** Attempts under way or not yet recorded, of all endpoints. */
  readonly maxInFlight?: number
  /** Fresh messages of one endpoint in memory, and as many older ones. Infinity: nothing is left to the store. */
  readonly lane?: number
  /** Messages in memory; when there are more, each endpoint keeps a few. */
  readonly maxJobs?: number
}

/** A uniform draw from [0, 1). */
export type Draw = () => number

export class Scheduler {
  private readonly wheel: Wheel
  private readonly endpoints = new Map<number, Endpoint>()
  private readonly jobs: JobTable
  private readonly slots: Slots
  private effects: Effect[] = []
  /** Exact counts of work done. */
  readonly counters = { sent: 0, delivered: 0, failed: 0, dead: 0, probes: 0, spilled: 0, loads: 0 }

  constructor(options: SchedulerOptions) {
    this.wheel = new Wheel(options.start)
    this.slots = new Slots(options.maxInFlight ?? 4096)
    this.jobs = new JobTable(options.lane ?? LANE, options.maxJobs ?? 100_000)
  }

  /** Times a timer was linked into the wheel. */
  get timerLinks(): number {
    return this.wheel.links
  }

  /** Messages in memory, and how many of them are under way. */
  get load(): { readonly jobs: number; readonly inFlight: number } {
    return { jobs: this.jobs.size, inFlight: this.slots.taken }
  }

  /** The effects since the last call, in order. */
  take(): Effect[] {
    const { effects } = this
    this.effects = []
    return effects
  }

  /** Nothing happens by itself before this moment, ms. */
  earliest(): number {
    return this.wheel.earliest()
  }

  /** Adds an endpoint. `empty`: the store has nothing pending for it. `resumed`: when its last hold ended. */
  addEndpoint(
    id: number,
    settings: EndpointSettings,
    now: number,
    {
      state = 'enabled',
      failingSince = null,
      resumed = -Infinity,
      empty = true,
    }: {
      readonly state?: EndpointState
      readonly failingSince?: number | null
      readonly resumed?: number
      readonly empty?: boolean
    } = {},
  ): void {
    // Written by a clock that was ahead, it would keep what is over from being over. (The live store puts that right.)
    const endpoint = new Endpoint(id, settings, {
      state,
      failingSince: failingSince === null ? null : Math.min(failingSince, now),
      resumed: Math.min(resumed, Math.floor(now)),
    })
    this.endpoints.set(id, endpoint)
    if (empty) endpoint.horizon.clear()
    this.touch(endpoint, now)
    this.pump(now)
  }

  endpointState(id: number): EndpointState | undefined {
    return this.endpoints.get(id)?.state
  }

  /** What is to be kept of an endpoint; null when there is none, or none any more. */
  standing(id: number): Pick<Endpoint, 'state' | 'failingSince'> | null {
    const endpoint = this.endpoints.get(id)
    if (endpoint === undefined || endpoint.state === 'deleted') return null
    const { state, failingSince } = endpoint
    return { state, failingSince }
  }

  /** What its owner or this service made of an endpoint, already durable. @throws NoTransition */
  apply(id: number, event: EndpointEvent, now: number): void {
    const endpoint = this.endpoint(id)
    endpoint.state = move(ENDPOINT, endpoint.state, event)
    if (event === 'resume') endpoint.resume(now)
    else if (event === 'delete') this.forget(endpoint)
    this.touch(endpoint, now)
    this.pump(now)
  }

  /** A message has become durable; `due` as the store has it (`firstDue`). */
  accepted(endpointId: number, seq: number, due: number, now: number): void {
    const endpoint = this.endpoints.get(endpointId)
    if (endpoint === undefined || endpoint.state === 'deleted' || this.jobs.has(seq)) return
    if (!this.jobs.takesNew(endpoint)) this.lower(endpoint, due, seq)
    else {
      const job = this.jobs.add(endpoint, { seq, since: due, tries: 0, attempts: 0, due }, true)
      this.await(endpoint, job, now)
    }
    this.touch(endpoint, now)
    this.pump(now)
  }

  /** The store has pending messages of the endpoint from (due, seq) on that were not told of one by one. */
  stored(endpointId: number, due: number, seq: number, now: number): void {
    const endpoint = this.endpoints.get(endpointId)
    if (endpoint === undefined || endpoint.state === 'deleted') return
    this.lower(endpoint, due, seq)
    this.touch(endpoint, now)
    this.pump(now)
  }

  /** The answer to a `load` effect: the rows behind (due, seq), fewer than `limit` when there are no more. */
  loaded(request: Page & { readonly endpoint: number }, rows: readonly StoredMessage[], now: number): void {
    const endpoint = this.endpoints.get(request.endpoint)
    if (endpoint === undefined || endpoint.state === 'deleted') return
    const { horizon } = endpoint
    // This clock has written nothing that is due later, rounded as the store does: what is, a clock did that was ahead.
    const most = Math.ceil(now + longestDelay(endpoint.settings.policy))
    const latest = Math.min(most, horizon.latest)
    let due = -Infinity
    for (const row of rows) {
      // What waits for no retry, new or replayed, was to go at once, whatever the clock showed.
      if (row.tries === 0) due = Math.min(row.due, now)
      else due = row.due > most ? latest : row.due
      if (this.jobs.has(row.seq)) continue
      const since = Math.min(row.since, now)
      this.await(endpoint, this.jobs.add(endpoint, { ...row, due, since }, false), now)
    }
    horizon.read(request, rows, due, latest)
    this.touch(endpoint, now)
    this.pump(now)
  }

  /** A `load` that could not be done: it is asked for again later. */
  notLoaded(endpointId: number, now: number): void {
    const endpoint = this.endpoints.get(endpointId)
    // One that is deleted goes with its last job: an alarm would outlive it.
    if (endpoint === undefined || endpoint.state === 'deleted') return
    endpoint.horizon.loading = false
    this.alarm(endpoint, now + AHEAD)
  }

  /** An attempt has ended, `now`. */
  responded(seq: number, outcome: Outcome, now: number, draw: Draw): void {
    const job = this.jobs.get(seq)
    const endpoint = this.endpoint(job.endpoint)
    const { policy } = endpoint.settings
    const verdict = judge(outcome)
    job.state = move(MESSAGE, job.state, 'respond')
    job.attempts++
    endpoint.heard(verdict, outcome, job.probe, now, draw())
    let state: 'pending' | 'delivered' | 'dead' = 'pending'
    if (verdict === 'delivered') {
      state = 'delivered'
      this.counters.delivered++
    } else {
      this.counters.failed++
      job.due = now
      const isHeld = verdict === 'gone' && policy.disableOnGone
      // A probe is the endpoint's affair: it costs the message nothing.
      if (!isHeld && !job.probe) {
        job.tries++
        const delay = nextDelay(policy, job.tries, outcome, now - job.since, draw())
        if (delay === null) {
          state = 'dead'
          this.counters.dead++
        } else job.due = now + delay
      }
    }
    const { tries, attempts, due, since, sentAt: at } = job
    const { status, error } = outcome
    this.effects.push({ do: 'save', seq, state, tries, attempts, due, since, at, status, error })
    job.state =
      state === 'pending' ? job.state : move(MESSAGE, job.state, state === 'dead' ? 'give up' : 'succeed')
    const change = endpoint.judged(verdict, now)
    if (change !== null) this.effects.push(change)
    this.touch(endpoint, now)
    this.pump(now)
  }

  /** A `save` effect is durable. */
  saved(seq: number, now: number): void {
    const job = this.jobs.get(seq)
    const endpoint = this.endpoint(job.endpoint)
    this.slots.release()
    endpoint.settle(job)
    if (job.state !== 'recording' || endpoint.state === 'deleted') this.drop(endpoint, job)
    else if (!this.jobs.keeps(endpoint)) this.spill(endpoint, job)
    else {
      job.state = move(MESSAGE, job.state, 'retry')
      this.await(endpoint, job, now)
    }
    this.touch(endpoint, now)
    this.pump(now)
  }

  /** The clock has come to `now`, ms. */
  advance(now: number): void {
    this.wheel.advance(now, (word) => {
      if (word >= 0) this.ripen(this.jobs.inSlot(word), now)
      else {
        const endpoint = this.endpoints.get(~word)!
        endpoint.timer = -1
        endpoint.timerAt = Infinity
        this.touch(endpoint, now)
      }
    })
    this.pump(now)
  }

  private endpoint(id: number): Endpoint {
    const endpoint = this.endpoints.get(id)
    if (endpoint === undefined) throw new RangeError(`there is no endpoint ${id}`)
    return endpoint
  }

  /** Sends while anything may go. */
  private pump(now: number): void {
    for (;;) {
      const endpoint = this.slots.take(now, this.alarm)
      if (endpoint === null) return
      this.send(endpoint, now)
    }
  }

  private send(endpoint: Endpoint, now: number): void {
    const job = endpoint.next(now)
    job.state = move(MESSAGE, job.state, 'send')
    job.sentAt = now
    if (job.since < endpoint.resumed) job.since = now
    this.counters.sent++
    if (job.probe) this.counters.probes++
    this.effects.push({ do: 'send', seq: job.seq, endpoint: endpoint.id, attempt: job.attempts + 1 })
  }

  /** Something about the endpoint has changed: it may have something to send, or room for more. */
  private touch(endpoint: Endpoint, now: number): void {
    this.replenish(endpoint, now)
    this.slots.offer(endpoint)
  }

  private replenish(endpoint: Endpoint, now: number): void {
    const { horizon } = endpoint
    if (endpoint.state !== 'enabled' || horizon.loading || horizon.at === Infinity) return
    if (horizon.at > now + AHEAD) return this.alarm(endpoint, horizon.at - AHEAD)
    const least = this.jobs.leastRoom
    if (this.jobs.roomOf(endpoint) < least) this.evict(endpoint)
    const room = this.jobs.roomOf(endpoint)
    if (room < least) return
    this.counters.loads++
    this.effects.push({ do: 'load', endpoint: endpoint.id, ...horizon.next(room) })
  }

  /** Jobs that wait for long must not keep out what is due now: leaves the later half of them to the store. */
  private evict(endpoint: Endpoint): void {
    const later = endpoint.horizon.at + AHEAD
    const jobs = [...endpoint.waiting]
      .filter(({ due }) => due > later)
      .sort((a, b) => a.due - b.due || a.seq - b.seq)
    for (const job of jobs.slice(jobs.length >> 1)) {
      this.release(endpoint, job)
      this.spill(endpoint, job)
    }
  }

  private lower(endpoint: Endpoint, due: number, seq: number): void {
    this.counters.spilled++
    endpoint.horizon.lower(due, seq)
  }

  /** Leaves a job that is not, or no longer, waiting to the store. */
  private spill(endpoint: Endpoint, job: Job): void {
    job.state = move(MESSAGE, job.state, 'spill')
    // The store keeps whole milliseconds, rounded up: to look from the one before on finds it.
    this.lower(endpoint, Math.floor(job.due), job.seq)
    this.drop(endpoint, job)
  }

  private drop(endpoint: Endpoint, job: Job): void {
    this.jobs.delete(endpoint, job)
    this.bury(endpoint)
  }

  /** A deleted endpoint goes with its last job. */
  private bury(endpoint: Endpoint): void {
    if (endpoint.state === 'deleted' && endpoint.jobs === 0) this.endpoints.delete(endpoint.id)
  }

  /** Ready now, or when its time comes. */
  private await(endpoint: Endpoint, job: Job, now: number): void {
    endpoint.waiting.add(job)
    if (job.due <= now) this.ripen(job, now)
    else job.timer = this.wheel.arm(job.due, job.slot)
  }

  private ripen(job: Job, now: number): void {
    const endpoint = this.endpoint(job.endpoint)
    job.timer = -1
    // Parked at the wheel's horizon.
    if (job.due > now) {
      job.timer = this.wheel.arm(job.due, job.slot)
      return
    }
    endpoint.waiting.delete(job)
    job.state = move(MESSAGE, job.state, 'due')
    endpoint.makeReady(job)
    this.touch(endpoint, now)
  }

  /** Takes a waiting job's timer back. */
  private release(endpoint: Endpoint, job: Job): void {
    endpoint.waiting.delete(job)
    if (job.timer >= 0) this.wheel.cancel(job.timer)
    job.timer = -1
  }

  /** Drops a deleted endpoint's jobs; those under way are dropped when they are recorded. */
  private forget(endpoint: Endpoint): void {
    endpoint.horizon.clear()
    for (const job of endpoint.waiting) {
      this.release(endpoint, job)
      this.drop(endpoint, job)
    }
    for (const job of endpoint.clear()) this.drop(endpoint, job)
    if (endpoint.timer >= 0) this.wheel.cancel(endpoint.timer)
    endpoint.timer = -1
    this.bury(endpoint)
  }

  private readonly alarm = (endpoint: Endpoint, at: number): void => {
    if (at >= endpoint.timerAt || at === Infinity) return
    if (endpoint.timer >= 0) this.wheel.cancel(endpoint.timer)
    endpoint.timerAt = at
    endpoint.timer = this.wheel.arm(at, ~endpoint.id)
  }
}
