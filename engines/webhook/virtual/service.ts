/**
 * The scheduler in virtual time: receivers are a function, the store is at once durable, and the clock jumps from event
 * to event. The same core that runs live; `service.test.ts` compares the two.
 */
import { firstDue } from '../message/id.ts'
import type { Outcome } from '../policy/policy.ts'
import { Scheduler, type Draw, type SchedulerOptions } from '../schedule/scheduler.ts'
import { Wheel } from '../schedule/wheel.ts'
import { MessageLog, type VirtualStore } from './store.ts'

/** What a receiver makes of an attempt, and after how many ms. */
export interface Answer {
  readonly outcome: Outcome
  readonly after: number
}

/** How a receiver answers attempt `attempt` (1 for the first) of a message. */
export type Receiver = (seq: number, attempt: number, now: number) => Answer

export class VirtualService<S extends VirtualStore = MessageLog> {
  now: number
  readonly scheduler: Scheduler
  readonly store: S
  private readonly receiver: Receiver
  private readonly draw: Draw
  private readonly responses: Wheel
  /** By flight: which message's attempt it is, and what will come of it. */
  private readonly seqs: number[] = []
  private readonly outcomes: Outcome[] = []
  private readonly free: number[] = []

  constructor(options: SchedulerOptions, receiver: Receiver, draw: Draw, store: S) {
    this.now = options.start
    this.scheduler = new Scheduler(options)
    this.receiver = receiver
    this.draw = draw
    this.store = store
    this.responses = new Wheel(options.start)
  }

  /** With a store that keeps every message and every attempt. */
  static logged(options: SchedulerOptions, receiver: Receiver, draw: Draw): VirtualService {
    return new VirtualService(options, receiver, draw, new MessageLog())
  }

  /** A message is accepted now. */
  accept(endpoint: number, seq: number): void {
    const due = firstDue(seq, this.now)
    this.store.accepted(endpoint, seq, due)
    this.scheduler.accepted(endpoint, seq, due, this.now)
    this.perform()
  }

  /** Does something to the scheduler, and what follows from it. */
  act(does: (scheduler: Scheduler, now: number) => void): void {
    does(this.scheduler, this.now)
    this.perform()
  }

  /** Nothing happens by itself before this moment, ms; Infinity when nothing is left to happen. */
  earliest(): number {
    return Math.min(this.scheduler.earliest(), this.responses.earliest())
  }

  /** Lets everything happen that happens until `end`, ms. */
  runUntil(end: number): void {
    for (;;) {
      const at = this.earliest()
      if (at > end) break
      this.now = Math.max(this.now, at)
      this.responses.advance(this.now, this.land)
      this.scheduler.advance(this.now)
      this.perform()
    }
    this.now = Math.max(this.now, end)
    this.scheduler.advance(this.now)
    this.perform()
  }

  private readonly land = (flight: number): void => {
    this.scheduler.responded(this.seqs[flight]!, this.outcomes[flight]!, this.now, this.draw)
    this.free.push(flight)
    this.perform()
  }

  private perform(): void {
    for (let effects = this.scheduler.take(); effects.length > 0; effects = this.scheduler.take()) {
      for (const effect of effects) {
        if (effect.do === 'send') this.send(effect.seq, effect.attempt)
        else if (effect.do === 'save') {
          this.store.saved(effect, this.now)
          this.scheduler.saved(effect.seq, this.now)
        } else if (effect.do === 'load') {
          this.scheduler.loaded(effect, this.store.page(effect), this.now)
        } else this.store.changed(effect, this.now)
      }
    }
  }

  private send(seq: number, attempt: number): void {
    const { outcome, after } = this.receiver(seq, attempt, this.now)
    const flight = this.free.pop() ?? this.seqs.length
    this.seqs[flight] = seq
    this.outcomes[flight] = outcome
    this.responses.arm(this.now + after, flight)
  }
}
