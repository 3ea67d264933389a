/**
 * One endpoint's side of the schedule: may it be sent to now, what goes next, what do its answers say of it.
 *
 *   breaker   after some failures in a row nothing goes out but one probe at a time; messages wait and spend no attempts
 *   window    how many attempts may be under way: halved when the receiver says slower, grown by one with each success
 *   hold      nothing before this moment: the receiver's own Retry-After
 *   rate      the endpoint's limit, paced by the generic cell rate algorithm (ITU-T I.371): evenly, with a small burst
 */
import { holdFor, probeDelay, type Outcome, type Policy, type Verdict } from '../policy/policy.ts'
import type { EndpointChange } from './effects.ts'
import { Fifo } from './fifo.ts'
import { Horizon } from './horizon.ts'
import type { Job } from './job.ts'
import { BREAKER, can, ENDPOINT, move, type BreakerState, type EndpointState } from './transitions.ts'
import { Waiting } from './waiting.ts'

export interface EndpointSettings {
  readonly policy: Policy
  /** Attempts under way at once, at most. */
  readonly concurrency: number
  /** Attempts a second at most; null: no limit. */
  readonly rate: number | null
}

/** This share of a second's attempts may go at once. */
const BURST_SECONDS = 0.1
/** One send in so many is from the backlog while there is fresh traffic: fresh goes first, the backlog never stands. */
const BACKLOG_TURN = 4

export class Endpoint {
  readonly id: number
  settings: EndpointSettings
  state: EndpointState
  failingSince: number | null
  /** When its last hold ended, ms: what is older than this was held. */
  resumed: number
  breaker: BreakerState = 'closed'
  inFlight = 0
  /** Jobs in memory: accepted while running, and read back or to be retried. */
  freshJobs = 0
  backlogJobs = 0
  readonly waiting = new Waiting()
  readonly horizon = new Horizon()
  /** In the scheduler's queue of those that may have something to send. */
  queued = false
  /** Its timer in the wheel, -1 for none, and when that fires. */
  timer = -1
  timerAt = Infinity
  private readonly fresh = new Fifo<Job>()
  private readonly backlog = new Fifo<Job>()
  private failures = 0
  private probes = 0
  private probeAt = 0
  private window: number
  private holdUntil = 0
  /** When the next cell is due by the rate. */
  private cellAt = 0
  private turn = 0

  constructor(
    id: number,
    settings: EndpointSettings,
    {
      state,
      failingSince,
      resumed,
    }: { readonly state: EndpointState; readonly failingSince: number | null; readonly resumed: number },
  ) {
    this.resumed = resumed
    this.id = id
    this.settings = settings
    this.state = state
    this.failingSince = failingSince
    this.window = settings.concurrency
  }

  get jobs(): number {
    return this.freshJobs + this.backlogJobs
  }

  /** Nothing but a probe can go out now. */
  get isAway(): boolean {
    return this.breaker !== 'closed' || this.state !== 'enabled'
  }

  get readyJobs(): number {
    return this.fresh.length + this.backlog.length
  }

  makeReady(job: Job): void {
    // What comes while the receiver is away is backlog by the time it is back.
    if (this.isAway) this.settle(job)
    ;(job.fresh ? this.fresh : this.backlog).push(job)
  }

  /** From now on this job is one of the backlog. */
  settle(job: Job): void {
    if (!job.fresh) return
    job.fresh = false
    this.freshJobs--
    this.backlogJobs++
  }

  /** When something may go out, by what is known now: `now` or earlier means at once, Infinity not before an event. */
  gate(): number {
    if (this.state !== 'enabled' || this.readyJobs === 0) return Infinity
    if (this.breaker === 'probing') return Infinity
    if (this.breaker === 'open') return Math.max(this.probeAt, this.holdUntil)
    if (this.inFlight >= Math.min(this.settings.concurrency, Math.floor(this.window))) return Infinity
    return Math.max(this.holdUntil, this.cellAt - this.tolerance())
  }

  /** Takes the next job out, after `gate` allowed it. */
  next(now: number): Job {
    const isBacklogTurn = ++this.turn % BACKLOG_TURN === 0
    const [first, second] = isBacklogTurn ? [this.backlog, this.fresh] : [this.fresh, this.backlog]
    const job = first.shift() ?? second.shift()!
    job.probe = this.breaker === 'open'
    if (job.probe) this.breaker = move(BREAKER, this.breaker, 'probe')
    this.inFlight++
    const { rate } = this.settings
    if (rate !== null) this.cellAt = Math.max(now, this.cellAt) + 1000 / rate
    return job
  }

  /** Takes all that is ready out. */
  clear(): Job[] {
    return [...this.fresh.clear(), ...this.backlog.clear()]
  }

  /** What an attempt says of the receiver. `draw`: uniform, for the next probe. */
  heard(verdict: Verdict, outcome: Outcome, probe: boolean, now: number, draw: number): void {
    this.inFlight--
    if (verdict === 'delivered') return this.succeeded()
    const { policy } = this.settings
    const isThrottled = verdict === 'throttled' && policy.throttle
    if (isThrottled) {
      this.window = Math.max(1, this.window / 2)
      this.holdUntil = Math.max(this.holdUntil, now + holdFor(policy, outcome))
    }
    const rule = policy.breaker
    if (rule === null) return
    if (probe && this.breaker === 'probing') {
      this.breaker = move(BREAKER, this.breaker, 'fail')
      this.probeAt = now + probeDelay(rule, ++this.probes, draw)
    }
    // 429 is a receiver that is well and says so.
    if (outcome.status === 429 && isThrottled) return
    if (++this.failures >= rule.failures && can(BREAKER, this.breaker, 'trip')) {
      this.breaker = move(BREAKER, this.breaker, 'trip')
      this.probes = 0
      this.probeAt = now + probeDelay(rule, 0, draw)
      for (const job of this.fresh.clear()) this.makeReady(job)
    }
  }

  private succeeded(): void {
    this.failures = 0
    if (this.breaker === 'closed') {
      this.window = Math.min(this.settings.concurrency, this.window + 1)
      return
    }
    this.breaker = move(BREAKER, this.breaker, 'succeed')
    // Back from an outage: begin gently, each success makes room for one more.
    this.window = 1
  }

  /** What an attempt's verdict makes of it: disabled when it is gone or has failed for long. Null when nothing changes. */
  judged(verdict: Verdict, now: number): EndpointChange | null {
    if (this.state !== 'enabled' && this.state !== 'paused') return null
    const { policy } = this.settings
    const before = this.failingSince
    this.failingSince = verdict === 'delivered' ? null : (before ?? now)
    let event: string | null = null
    if (verdict === 'gone' && policy.disableOnGone) {
      this.state = move(ENDPOINT, this.state, 'gone')
      event = 'endpoint.disabled.gone'
    } else if (
      this.failingSince !== null &&
      policy.disableAfter !== null &&
      now - this.failingSince >= policy.disableAfter
    ) {
      this.state = move(ENDPOINT, this.state, 'fail long')
      event = 'endpoint.disabled.failing'
    }
    if (event === null && this.failingSince === before) return null
    const { id, state, failingSince } = this
    return { do: 'endpoint', endpoint: id, state, failingSince, event }
  }

  /** The owner has resumed it: forgets what past attempts said. */
  resume(now: number): void {
    // Messages' times are whole milliseconds: what was accepted within this one is not older.
    this.resumed = Math.floor(now)
    this.failingSince = null
    this.breaker = move(BREAKER, this.breaker, 'reset')
    this.failures = 0
    this.holdUntil = 0
    this.window = this.settings.concurrency
  }

  private tolerance(): number {
    const { rate } = this.settings
    if (rate === null) return 0
    return ((Math.max(1, rate * BURST_SECONDS) - 1) * 1000) / rate
  }
}
