/**
 * The real scheduler over the real store in virtual time, started again and again, each time under the clock that it is
 * told. Beside it goes true time, and the time that the server was up, which no clock has a part in; and against these is
 * held what README.md promises of messages, keys and secrets. `wrong` is what was not so.
 */
import { acceptedAt } from '../message/id.ts'
import type { Policy } from '../policy/policy.ts'
import type { EndpointChange, Load, Save } from '../schedule/effects.ts'
import type { StoredMessage } from '../schedule/job.ts'
import type { EndpointState } from '../schedule/transitions.ts'
import { Database, type Start } from '../io/store/database.ts'
import { DEAD, DELIVERED, OVERLAP, PENDING } from '../io/store/schema.ts'
import { VirtualService } from '../virtual/service.ts'
import type { VirtualStore } from '../virtual/store.ts'
import { HOUR, MINUTE, ours, status } from './world.ts'

/** A first clock before this is taken for one that is behind. */
const WRITTEN = Date.UTC(2026, 0)
export const DELAY = 2 * HOUR
const WINDOW = 20 * HOUR
const RETENTION = 15 * HOUR
/** What is done to the server is so far apart at most; it notes its clock after each, and up to `NOTE` before its end. */
const STRETCH = 4 * HOUR
const NOTE = MINUTE
/** Times are whole ms, and an attempt takes some. */
const EXACT = 1000

const jitter = { kind: 'none' } as const
const patient = { retries: 10_000, breaker: null, disableAfter: null }
const policy: Policy = { ...ours, ...patient, delays: [DELAY], window: WINDOW, jitter }
const SAVED = { pending: PENDING, delivered: DELIVERED, dead: DEAD } as const

/** In truth; and by how much more, at most, time was believed to have passed while the server was down. */
interface Moment {
  readonly real: number
  readonly up: number
  readonly starts: number
  readonly over: number
}

interface Message {
  readonly key: string
  readonly accepted: Moment
  /** When its window began; null: with its next attempt, and before the hold that it was in, at `held`. */
  window: Moment | null
  held: Moment | null
  last: Moment | null
  /** It has to be tried when the server has been up for so long. */
  due: number
  state: Save['state']
}

/** A secret that has a successor. */
interface Rotated {
  readonly secret: string
  readonly at: Moment
  hasEnded: boolean
}

export class ClockWorld implements VirtualStore {
  readonly wrong: string[] = []
  readonly seen = { dead: 0, pruned: 0, endedSecrets: 0, asItIs: 0 }
  isReceiving = false
  private readonly path: string
  private readonly draw: () => number
  private readonly messages = new Map<number, Message>()
  private count = 0
  private isHeld = false
  /** When its endpoint was made, held or let go. */
  private turned: Moment = { real: 0, up: 2 * EXACT, starts: 1, over: 0 }
  private old: Rotated | null = null
  private secrets: Start['secrets'] = []
  private database!: Database
  private service!: VirtualService<ClockWorld>
  /** At the last start, by the clock of the service and in truth; and what clocks had come to before. */
  private begun = 0
  private truth: Moment
  private furthest = WRITTEN
  private last = WRITTEN
  /** What was written before cannot be told from what a clock ahead has written. */
  private sureFrom = 0

  constructor(path: string, draw: () => number, real: number) {
    this.path = path
    this.draw = draw
    this.truth = { real, up: 0, starts: 0, over: 0 }
  }

  get real(): number {
    return this.truth.real
  }

  start(clock: number, down: number, isFull: boolean): void {
    const begin = this.open(clock, isFull)
    const now = (this.begun = begin.now!)
    // A step that may put the clock right is taken for an hour at most, any other forward for time that has passed; what
    // was not noted of the time that it was behind is in that.
    const [beyond, behind, isAsItIs] = [now - this.furthest, this.furthest - this.last, now !== clock]
    const rest = behind > HOUR ? HOUR : Math.max(beyond + NOTE * this.truth.starts, HOUR)
    const counted = isAsItIs ? now - this.last : behind === 0 ? beyond : rest
    const { real, up, starts, over } = this.truth
    this.truth = { real: real + down, up, starts: starts + 1, over: over + Math.max(0, counted - down) }
    if ((isAsItIs ? counted : beyond) > HOUR - 10 * NOTE) this.sureFrom = up + EXACT
    this.furthest = Math.max(this.furthest, now)
    this.secrets = begin.secrets
    for (const message of this.pending()) this.overStart(message)
    const receive = (seq: number) => ({
      outcome: status(this.isReceiving || seq % 3 === 0 ? 200 : 500),
      after: 20,
    })
    this.service = new VirtualService({ start: now, lane: 8 }, receive, this.draw, this)
    const { state, failingSince, changed: resumed } = begin.endpoints[0]!
    const was = { state: state as EndpointState, failingSince, resumed, empty: false }
    const settings = { policy, concurrency: 16, rate: null }
    this.service.act((scheduler, at) => scheduler.addEndpoint(1, settings, at, was))
    this.check()
  }

  private open(now: number, isFull: boolean): Start {
    const database = (this.database = new Database(this.path, { synchronous: 'OFF', mergeAt: 8 }))
    database.begin()
    const start = database.start({ candidate: 'testtest', now })
    if (this.truth.starts === 0) {
      const endpoint = { url: 'https://a.example/', mode: 'static', policy: 'a', rate: null }
      database.addEndpoint({ ...endpoint, now: Math.floor(now) + 2 * EXACT, secret: 'first' })
      return database.startAsItIs({ now })
    }
    if (!isFull) return start
    // As when the last page of it finds no room.
    database.rollback()
    const asItIs = database.startAsItIs({ now })
    database.begin()
    if (asItIs.now !== now) this.seen.asItIs++
    return asItIs
  }

  /** What a start may cost a message: the time since the last note, and more where nobody knows which clock was right. */
  private overStart(message: Message): void {
    const { last, held } = message
    message.due = Math.max(message.due + NOTE, this.truth.up)
    if (last !== null && !this.isSure(last)) message.due = Math.max(message.due, this.truth.up + DELAY)
    if (held !== null && !this.isSure(held)) message.window ??= held
  }

  /** Some hours in which something is done. */
  stretch(): void {
    this.run(EXACT + this.draw() * STRETCH)
    const what = this.draw()
    if (what < 0.6) this.accept()
    else if (what < 0.8) this.hold(!this.isHeld)
    else this.rotate()
    this.run(EXACT)
    const { now } = this.service
    this.database.mark({ now })
    const before = this.database.olderThan({ time: RETENTION, now })
    for (let after: number | null = 0; after !== null;) {
      after = this.database.prune({ after, before, time: now - RETENTION }).next
    }
    this.check()
  }

  kill(): void {
    this.run(this.draw() * NOTE)
    if (this.draw() < 0.3) this.accept()
    this.database.commit()
    this.database.close()
    this.truth = this.moment()
    const up = this.service.now - this.begun
    this.furthest += up
    this.last = this.begun + up
  }

  run(time: number): void {
    this.service.runUntil(this.service.now + time)
  }

  hold(isHeld: boolean): void {
    if (isHeld === this.isHeld) return
    this.isHeld = isHeld
    this.turned = this.moment()
    const [state, event] = isHeld ? (['paused', 'pause'] as const) : (['enabled', 'resume'] as const)
    this.changed({ do: 'endpoint', endpoint: 1, state, failingSince: null, event: null }, this.service.now)
    for (const message of isHeld ? [] : this.pending()) {
      message.due = Math.max(message.due, this.turned.up)
      message.held = message.window ?? message.held
      message.window = null
    }
    this.service.act((scheduler, at) => scheduler.apply(1, event, at))
    this.run(EXACT)
  }

  pending(): Message[] {
    return [...this.messages.values()].filter(({ state }) => state === 'pending')
  }

  private accept(): void {
    const at = this.moment()
    const key = `key-${this.count++}`
    const { seq } = this.post(key)
    const message = {
      key,
      accepted: at,
      window: at,
      held: null,
      last: null,
      due: at.up,
      state: 'pending' as const,
    }
    this.messages.set(seq, message)
    this.service.accept(1, seq)
  }

  private post(key: string): { readonly seq: number; readonly fresh: boolean } {
    const { now } = this.service
    return this.database.accept({ endpoint: 1, type: 'a', key, data: '{}', now }) as never
  }

  private rotate(): void {
    if (this.old?.hasEnded === false) return
    const { now } = this.service
    this.old = { secret: this.secrets[0]!.secret, at: this.moment(), hasEnded: false }
    const secret = `secret-${this.count++}`
    this.secrets = this.database.addSecret({ endpoint: 1, secret, now, othersExpire: now + OVERLAP })
  }

  private check(): void {
    const at = this.moment()
    for (const [seq, { key, state, due, accepted }] of this.messages) {
      const isThere = this.database.message({ seq }) !== null
      if (state === 'pending') {
        if (!isThere) this.say('lost', key)
        if (!this.isHeld && at.up > due + EXACT) this.say('held up', key)
      } else if (!isThere) {
        this.seen.pruned++
        if (at.real - accepted.real < RETENTION) this.say('forgotten early', key)
        this.messages.delete(seq)
      } else {
        const most = RETENTION + 3 * STRETCH + NOTE * (at.starts - accepted.starts)
        if (at.up - accepted.up > most) this.say('never forgotten', key)
        if (this.post(key).seq !== seq) this.say('taken for new', key)
      }
    }
    if (this.old !== null) this.checkSecret(this.old, at)
  }

  private checkSecret(old: Rotated, at: Moment): void {
    const { secret, at: rotated, hasEnded } = old
    const expires = this.secrets.find((row) => row.secret === secret)?.expires ?? -Infinity
    if (expires > this.service.now) {
      const isOver = at.up - rotated.up > OVERLAP + NOTE * (at.starts - rotated.starts) + EXACT
      if (this.isSure(rotated) && (hasEnded || isOver)) this.say('lives on', secret)
    } else if (!hasEnded) {
      old.hasEnded = true
      this.seen.endedSecrets++
      if (at.real - rotated.real < OVERLAP - (at.over - rotated.over) - EXACT) this.say('ended early', secret)
    }
  }

  // What the virtual service has of a store.

  accepted(): void {
    // By `accept`.
  }

  saved(save: Save, now: number): void {
    const { do: _, state, ...outcome } = save
    this.database.save({ ...outcome, state: SAVED[state] })
    const message = this.messages.get(save.seq)!
    const { key, last } = message
    const [began, ended] = [this.moment(save.at), this.moment(now)]
    const window = (message.window ??= began)
    if (last !== null && began.real - last.real < DELAY - (began.over - last.over) - EXACT)
      this.say('early', key)
    if (began.up > message.due + EXACT) this.say('late', key)
    const most = WINDOW + NOTE * (began.starts - window.starts) + EXACT
    const isSure = this.isSure(window) && this.isSure(this.turned)
    if (isSure && began.up - window.up > most) this.say('tried for too long', key)
    if (state === 'dead') {
      this.seen.dead++
      const least = WINDOW - DELAY - (ended.over - window.over) - EXACT
      if (ended.real - window.real < least) this.say('given up early', key)
    }
    Object.assign(message, { state, last: ended, due: ended.up + DELAY })
  }

  page(load: Load): StoredMessage[] {
    return this.database.load(load).map((row) => ({ ...row, since: row.since ?? acceptedAt(row.seq) }))
  }

  changed({ endpoint: id, state, failingSince, event }: EndpointChange, now: number): void {
    this.database.setEndpoint({ id, state, failingSince, event, now })
  }

  private isSure(then: Moment): boolean {
    return then.up > this.sureFrom
  }

  private moment(now = this.service.now): Moment {
    const { real, up, ...more } = this.truth
    return { real: real + now - this.begun, up: up + now - this.begun, ...more }
  }

  private say(what: string, whose: string): void {
    this.wrong.push(`start ${this.truth.starts}: ${whose} ${what}`)
  }
}
