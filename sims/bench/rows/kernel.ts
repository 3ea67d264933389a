/**
 * The event kernel's speed: an M/M/c queue as a flat loop, with everything that a real model asks of an event list.
 *
 * Besides arrivals and departures with real exponential draws: every eighth arrival cancels a watchdog timer and arms it
 * anew; every sixteenth schedules two events for exactly the same time, which must come in order. The row with far
 * timers keeps 100,000 timers of 72 h pending, spread over the next three days: they fire now and then and are armed
 * again, and every sixteenth arrival cancels one and arms it again. An event is one that `next` delivers; what was
 * cancelled does not count. After each burst customers, pending events and tie order must add up.
 *
 * SimPy's burst is the same queue in its own style, a generator a customer; its events are counted as arrivals and
 * departures too, not as its internal ones, and its mean wait must meet Erlang C before it is timed.
 */
import { codeOf, event, indexOf, Kernel, NO_TIMER, type Timer } from '../../lab/kernel/kernel.ts'
import { exponential } from '../../lab/kernel/random/exponential.ts'
import { openStream } from '../../lab/kernel/random/stream.ts'
import type { Burst, Contestant, Row, Rows } from '../harness/row.ts'
import { VERSION } from '../harness/version.ts'
import { simpy } from '../peers/simpy.ts'

const ARRIVAL = event(0)
const DEPARTURE = event(1)
const WATCHDOG = event(2)
const TIE = 3
const FAR = 4

const DAY = 86_400
const FAR_DELAY = 3 * DAY
const EVENTS = 100_000

export interface QueueModel {
  readonly servers: number
  /** Share of server time at work, below 1; service takes 1 s in the mean. */
  readonly utilisation: number
  /** Timers of 72 h kept pending. */
  readonly farTimers: number
}

/** An endless queue; each run goes on where the last one stopped. */
export class Queue {
  /** Counted since the start. */
  injected = 0
  completed = 0
  cancelled = 0
  ties = 0
  farFired = 0
  /** Integral of the number waiting, customer-seconds: what Erlang C foretells. */
  waited = 0
  readonly kernel = new Kernel()
  private readonly arrivals = openStream(1, 0, 'bench/arrivals')
  private readonly services = openStream(1, 0, 'bench/services')
  private readonly choices = openStream(1, 0, 'bench/choices')
  private readonly servers: number
  private readonly gap: number
  private readonly far: Float64Array
  private busy = 0
  private waiting = 0
  private since = 0
  private watchdog: Timer = NO_TIMER
  /** Tie events that are pending; the first of a pair is even. */
  private tiesPending = 0
  private nextTie = 0
  private sound = true

  constructor(model: QueueModel) {
    this.servers = model.servers
    this.gap = 1 / (model.servers * model.utilisation)
    this.far = new Float64Array(model.farTimers)
    for (let i = 0; i < model.farTimers; i++) {
      this.far[i] = this.kernel.arm(FAR_DELAY * this.choices.uniform(), event(FAR, i))
    }
    this.kernel.after(exponential(this.arrivals, this.gap), ARRIVAL)
  }

  /** Delivers `events` events and returns how many, or -1 when anything does not add up. */
  run(events: number): number {
    const { kernel } = this
    for (let i = 0; i < events; i++) {
      const e = kernel.next()
      if (e === ARRIVAL) this.arrive()
      else if (e === DEPARTURE) this.depart()
      else this.rare(e)
    }
    return this.sound && this.addsUp() ? events : -1
  }

  private arrive(): void {
    const { kernel } = this
    kernel.after(exponential(this.arrivals, this.gap), ARRIVAL)
    this.injected += 1
    if ((this.injected & 7) === 0) this.extras()
    if (this.busy < this.servers) {
      this.busy += 1
      kernel.after(exponential(this.services, 1), DEPARTURE)
    } else {
      this.count(1)
    }
  }

  private depart(): void {
    this.completed += 1
    if (this.waiting === 0) {
      this.busy -= 1
      return
    }
    this.count(-1)
    this.kernel.after(exponential(this.services, 1), DEPARTURE)
  }

  private count(change: 1 | -1): void {
    const now = this.kernel.now
    this.waited += this.waiting * (now - this.since)
    this.since = now
    this.waiting += change
  }

  /** Every eighth arrival: cancellation and ties. */
  private extras(): void {
    const { kernel } = this
    if (kernel.cancel(this.watchdog)) this.cancelled += 1
    this.watchdog = kernel.arm(30, WATCHDOG)
    if ((this.injected & 15) !== 0) return
    const at = kernel.now + 0.5
    kernel.at(at, event(TIE, this.ties))
    kernel.at(at, event(TIE, this.ties + 1))
    this.ties = (this.ties + 2) & 0xffff
    this.tiesPending += 2
    if (this.far.length > 0) {
      const i = this.choices.below(this.far.length)
      if (kernel.cancel(this.far[i]!)) this.cancelled += 1
      else this.sound = false
      this.far[i] = kernel.arm(FAR_DELAY, event(FAR, i))
    }
  }

  private rare(e: number): void {
    if (codeOf(e) === TIE) {
      // All ties are due half a second after they were made: they come in the order of their numbers.
      if (indexOf(e) !== this.nextTie) this.sound = false
      this.nextTie = (this.nextTie + 1) & 0xffff
      this.tiesPending -= 1
    } else if (codeOf(e) === FAR) {
      this.farFired += 1
      this.far[indexOf(e)] = this.kernel.arm(FAR_DELAY, e)
    }
  }

  private addsUp(): boolean {
    const watchdog = this.kernel.isPending(this.watchdog) ? 1 : 0
    return (
      this.injected === this.completed + this.waiting + this.busy &&
      this.kernel.pending === 1 + this.busy + this.tiesPending + watchdog + this.far.length
    )
  }
}

function ours(model: QueueModel): Contestant {
  return {
    id: 'flowbench',
    version: VERSION,
    missing: () => null,
    prepare: (): Burst => {
      const queue = new Queue(model)
      const counters = (): Record<string, number> => {
        const { injected, cancelled, farFired } = queue
        return { ...queue.kernel.work(), injected, cancelled, farFired }
      }
      return { run: () => queue.run(EVENTS), work: EVENTS, expected: EVENTS, counters }
    },
  }
}

function row(id: string, model: QueueModel, summary: string): Row {
  return { id, unit: 'events/s', better: 'higher', summary, ours: ours(model), peers: [simpy(model)] }
}

const TAIL = 'draws, cancellation and ties included; customers, pending events and tie order verified'

export const rows: Rows = [
  row('kernel/mm1', { servers: 1, utilisation: 0.8, farTimers: 0 }, `M/M/1 at 80 %: ${TAIL}`),
  row('kernel/mm20', { servers: 20, utilisation: 0.9, farTimers: 0 }, `M/M/20 at 90 %: ${TAIL}`),
  row(
    'kernel/mm20-100k-far-timers',
    { servers: 20, utilisation: 0.9, farTimers: 100_000 },
    `M/M/20 at 90 % beside 100,000 pending timers of 72 h that are cancelled and fire: ${TAIL}`,
  ),
]
