/**
 * One replication of the queue on the event kernel: Poisson arrivals, c servers, one queue in order of arrival, no bound
 * on its length.
 *
 *     0 ---- warm-up ---- open ---- measured span ---- close ---- drain
 *
 * Customers who arrive while the window is open are measured, and all of them: after it has closed nobody arrives any
 * more, and those still here are served to the end. In order of arrival nobody waits for a later customer, so this
 * changes no wait; leaving them out would, for it is the long waits that are cut off.
 */
import { classify } from '../lab/analysis/classify.ts'
import { LogHistogram } from '../lab/analysis/histogram.ts'
import { codeOf, event, indexOf, Kernel, NONE } from '../lab/kernel/kernel.ts'
import { exponential } from '../lab/kernel/random/exponential.ts'
import type { Stream } from '../lab/kernel/random/stream.ts'
import { Ring } from '../lab/kernel/ring.ts'
import type { Flow, InvariantSample, Measures, PointState, ReplicationContext } from '../lab/contract/sim.ts'
import { Occupancy } from './occupancy.ts'
import { offeredLoad, type TimedMmcParams } from './params.ts'
import { serviceTimes } from './service.ts'
import { Samples } from './samples.ts'

const ARRIVAL = 0
const DEPARTURE = 1

export function simulate(params: TimedMmcParams, ctx: ReplicationContext): Measures {
  const queue = new Queue(params, ctx)
  queue.run()
  return queue.measures()
}

class Queue {
  private readonly params: TimedMmcParams
  private readonly ctx: ReplicationContext
  private readonly open: number
  private readonly close: number
  private readonly kernel = new Kernel()
  private readonly arrivals: Stream
  private readonly service: () => number

  /** Those who wait: customer number and arrival time. */
  private readonly line = new Ring()
  /** Per server: when its customer arrived, and when it was taken up. */
  private readonly arrivedAt: Float64Array
  private readonly startedAt: Float64Array
  private readonly idle: Int32Array
  private idleCount: number

  private readonly waiting: Occupancy
  private readonly system: Occupancy
  private readonly waits = new LogHistogram()
  private readonly samples: Samples
  private delayed = 0
  private serviceTime = 0
  private injected = 0
  private completed = 0
  private events = 0
  private flow: Flow | null = null
  private inOrder = true
  private workConserving = true

  constructor(params: TimedMmcParams, ctx: ReplicationContext) {
    this.params = params
    this.ctx = ctx
    this.open = params.warmUp
    this.close = params.warmUp + params.span
    this.arrivals = ctx.stream('arrivals')
    this.service = serviceTimes(ctx.stream('services'), params)
    const { servers } = params
    this.arrivedAt = new Float64Array(servers)
    this.startedAt = new Float64Array(servers)
    // A stack with server 0 on top; which server is idle makes no difference.
    this.idle = Int32Array.from({ length: servers }, (_, i) => servers - 1 - i)
    this.idleCount = servers
    this.waiting = new Occupancy(this.open, this.close)
    this.system = new Occupancy(this.open, this.close)
    this.samples = new Samples(this.open, this.close)
  }

  run(): void {
    const { kernel, samples, waiting, system, open, close } = this
    this.nextArrival()
    this.runUntil(open)
    waiting.begin()
    system.begin()
    this.runUntil(close)
    waiting.end()
    system.end()
    samples.take(Infinity, this.inSystem())
    const { injected, completed } = this
    const running = this.params.servers - this.idleCount
    this.flow = { injected, completed, queued: this.line.size, running, dropped: 0, expired: 0 }
    for (let e = kernel.next(); e !== NONE; e = kernel.next()) if (codeOf(e) === DEPARTURE) this.handle(e)
  }

  private runUntil(end: number): void {
    const { kernel, samples } = this
    for (let e = kernel.next(end); e !== NONE; e = kernel.next(end)) {
      if (kernel.now > samples.due) {
        samples.take(kernel.now, this.inSystem())
        this.ctx.progress(kernel.now / this.close, this.events)
      }
      this.handle(e)
    }
  }

  private inSystem(): number {
    return this.line.size + this.params.servers - this.idleCount
  }

  private nextArrival(): void {
    this.kernel.after(exponential(this.arrivals, 1 / this.params.arrivalRate), ARRIVAL)
  }

  private handle(e: number): void {
    this.events++
    if (codeOf(e) === ARRIVAL) this.arrive()
    else this.depart(indexOf(e))
    if (this.line.size > 0 && this.idleCount > 0) this.workConserving = false
  }

  private arrive(): void {
    const { now } = this.kernel
    this.injected++
    this.system.step(now, 1)
    if (this.idleCount > 0) {
      this.start(this.idle[--this.idleCount]!, now)
    } else {
      if (now >= this.open) this.delayed++
      this.line.push(this.injected, now)
      this.waiting.step(now, 1)
    }
    this.nextArrival()
  }

  private start(server: number, arrived: number): void {
    const { now } = this.kernel
    const service = this.service()
    this.arrivedAt[server] = arrived
    this.startedAt[server] = now
    if (this.waiting.record(arrived, now)) {
      this.waits.add(now - arrived)
      this.serviceTime += service
    }
    this.kernel.after(service, event(DEPARTURE, server))
  }

  private depart(server: number): void {
    const { now } = this.kernel
    const arrived = this.arrivedAt[server]!
    const started = this.startedAt[server]!
    if (!(arrived <= started && started <= now)) this.inOrder = false
    this.completed++
    this.system.step(now, -1)
    this.system.record(arrived, now)
    if (this.line.size > 0) {
      this.waiting.step(now, -1)
      const next = this.line.firstValue
      this.line.shift()
      this.start(server, next)
    } else {
      this.idle[this.idleCount++] = server
    }
  }

  measures(): Measures {
    const { params, waiting, system } = this
    const capacity = params.span * params.servers
    const state = this.state()
    const steady = (value: number | null): number | null => (state === 'overloaded' ? null : value)
    return {
      metrics: {
        delayed: steady(waiting.customers === 0 ? null : this.delayed / waiting.customers),
        'mean(queue)': steady(waiting.meanNumber),
        'mean(inSystem)': steady(system.meanNumber),
        'mean(timeInSystem)': steady(system.meanTime),
        utilisation: (system.area - waiting.area) / capacity,
        offeredLoad: this.serviceTime / capacity,
      },
      observations: { wait: this.waits.toData() },
      level: this.samples.measured(),
      state,
      flow: this.flow!,
      little: [waiting.little('waiting'), system.little('in system')],
      invariants: this.invariants(),
      series: { inSystem: { unit: 'count', label: 'customers in the system', ...this.samples.series() } },
      counters: { events: this.events, customers: this.injected },
    }
  }

  /** The load is known here, so nothing need be guessed at or beyond saturation; below it the queue is watched. */
  private state(): PointState {
    const load = offeredLoad(this.params)
    if (load >= 1) return 'overloaded'
    return classify({ inSystem: this.samples.measured(), servers: this.params.servers, offeredLoad: load })
      .state
  }

  private invariants(): InvariantSample[] {
    const left = this.injected - this.completed
    return [
      { name: 'causality: arrive <= start <= finish', ok: this.inOrder },
      { name: 'work conserving: no server idle while a customer waits', ok: this.workConserving },
      {
        name: 'every customer is served once',
        ok: left === 0,
        ...(left === 0 ? {} : { detail: `${left} were not` }),
      },
    ]
  }
}
