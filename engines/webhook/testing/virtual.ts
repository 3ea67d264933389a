/**
 * The scheduler in virtual time: receivers are a function, the store is at once durable, and the clock jumps from event
 * to event. The same core that runs live; `virtual.test.ts` compares the two.
 */
import { acceptedAt } from '../message/id.ts'
import type { Outcome } from '../policy/policy.ts'
import { Scheduler, type Draw, type SchedulerOptions } from '../schedule/scheduler.ts'
import type { Save } from '../schedule/effects.ts'
import { Wheel } from '../schedule/wheel.ts'

/** How a receiver answers attempt `attempt` (1 for the first) of a message, and after how many ms. */
export type Receiver = (
  seq: number,
  attempt: number,
  now: number,
) => { readonly outcome: Outcome; readonly after: number }

export interface Stored {
  readonly endpoint: number
  state: 'pending' | 'delivered' | 'dead'
  tries: number
  attempts: number
  due: number
  readonly log: { readonly at: number; readonly status: number | null; readonly error: string | null }[]
}

export class VirtualService {
  now: number
  readonly scheduler: Scheduler
  /** What a store would hold. */
  readonly messages = new Map<number, Stored>()
  readonly events: { readonly endpoint: number; readonly at: number; readonly event: string }[] = []
  private readonly receiver: Receiver
  private readonly draw: Draw
  private readonly responses: Wheel
  private readonly flights: (() => void)[] = []
  private readonly free: number[] = []

  constructor(options: SchedulerOptions, receiver: Receiver, draw: Draw) {
    this.now = options.start
    this.scheduler = new Scheduler(options)
    this.receiver = receiver
    this.draw = draw
    this.responses = new Wheel(options.start)
  }

  /** A message is accepted now. */
  accept(endpoint: number, seq: number): void {
    const accepted = acceptedAt(seq)
    this.messages.set(seq, { endpoint, state: 'pending', tries: 0, attempts: 0, due: accepted, log: [] })
    this.scheduler.accepted(endpoint, seq, accepted, this.now)
    this.perform()
  }

  /** Does something to the scheduler, and what follows from it. */
  act(does: (scheduler: Scheduler, now: number) => void): void {
    does(this.scheduler, this.now)
    this.perform()
  }

  /** Lets everything happen that happens until `end`, ms. */
  runUntil(end: number): void {
    for (;;) {
      const at = Math.min(this.scheduler.earliest(), this.responses.earliest())
      if (at > end) break
      this.now = Math.max(this.now, at)
      this.responses.advance(this.now, (flight) => {
        this.flights[flight]!()
        this.free.push(flight)
      })
      this.scheduler.advance(this.now)
      this.perform()
    }
    this.now = Math.max(this.now, end)
    this.scheduler.advance(this.now)
    this.perform()
  }

  private perform(): void {
    for (let effects = this.scheduler.take(); effects.length > 0; effects = this.scheduler.take()) {
      for (const effect of effects) {
        if (effect.do === 'send') this.send(effect.seq, effect.attempt)
        else if (effect.do === 'save') this.save(effect)
        else if (effect.do === 'load') {
          const { endpoint, due, seq, limit } = effect
          const rows = [...this.messages]
            .filter(([, m]) => m.endpoint === endpoint && m.state === 'pending')
            .map(([seq, m]) => ({ ...m, seq, due: Math.ceil(m.due), accepted: acceptedAt(seq) }))
            .filter((row) => row.due > due || (row.due === due && row.seq > seq))
            .sort((a, b) => a.due - b.due || a.seq - b.seq)
          this.scheduler.loaded(effect, rows.slice(0, limit), this.now)
        } else if (effect.event !== null) {
          this.events.push({ endpoint: effect.endpoint, at: this.now, event: effect.event })
        }
      }
    }
  }

  private send(seq: number, attempt: number): void {
    const { outcome, after } = this.receiver(seq, attempt, this.now)
    const flight = this.free.pop() ?? this.flights.length
    this.flights[flight] = () => {
      this.scheduler.responded(seq, outcome, this.now, this.draw)
      this.perform()
    }
    this.responses.arm(this.now + after, flight)
  }

  private save({ seq, state, tries, attempts, due, at, status, error }: Save): void {
    const message = this.messages.get(seq)!
    Object.assign(message, { state, tries, attempts, due })
    message.log.push({ at, status, error })
    this.scheduler.saved(seq, this.now)
  }
}
