/**
 * One replication of the queue on the event kernel: Poisson arrivals, c servers, one queue in order of arrival. As the
 * parameters say, its length is bounded, customers lose patience, and the urgent go before the others.
 *
 *     0 ---- warm-up ---- open ---- measured span ---- close ---- drain
 *
 * Customers who arrive while the window is open are measured, and all of them: after it has closed nobody arrives any
 * more, and those still here are served to the end. In order of arrival nobody waits for a later customer, so this
 * changes no wait; leaving them out would, for it is the long waits that are cut off. Where the urgent go first they go
 * on arriving until the last measured customer has left the queue, or for as long again if it never does.
 */
import { classify } from '../lab/analysis/classify.ts'
import { LogHistogram } from '../lab/analysis/histogram.ts'
import { codeOf, event, indexOf, Kernel, NONE } from '../lab/kernel/kernel.ts'
import { exponential } from '../lab/kernel/random/exponential.ts'
import type { Stream } from '../lab/kernel/random/stream.ts'
import type { Flow, InvariantSample, Measures, PointState, ReplicationContext } from '../lab/contract/sim.ts'
import { arrivalTimes, loadOfSpan, profileOf } from './arrivals.ts'
import { Line } from './line.ts'
import { Occupancy } from '../lab/contract/occupancy.ts'
import { isBounded, type TimedMmcParams } from './params.ts'
import { serviceTimes } from './service.ts'
import { Samples } from './samples.ts'

const ARRIVAL = 0
const DEPARTURE = 1
/** Of the others, and of the urgent: who waits too long. */
const GIVES_UP = [2, 3] as const
const OTHER = 0
const URGENT = 1
type Rank = typeof OTHER | typeof URGENT

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
  private readonly nextArrivalAfter: (now: number) => number
  private readonly service: () => number
  private readonly classes: Stream
  private readonly patience: Stream

  /** Those who wait: the others, and the urgent. */
  private readonly lines = [new Line(), new Line()] as const
  /** By line and place: what rings when patience ends. */
  private readonly timers: readonly [number[], number[]] = [[], []]
  /** Per server: when its customer arrived, and when it was taken up. */
  private readonly arrivedAt: Float64Array
  private readonly startedAt: Float64Array
  private readonly idle: Int32Array
  private idleCount: number

  private readonly waiting: Occupancy
  private readonly system: Occupancy
  private readonly waits = new LogHistogram()
  /** Of the others, and of the urgent; empty where nobody is. */
  private readonly waitsOf = [new LogHistogram(), new LogHistogram()] as const
  private readonly samples: Samples
  /** Of those who arrive in the window. */
  private arrived = 0
  private delayed = 0
  private lost = 0
  private abandoned = 0
  private started = 0
  private serviceTime = 0
  /** Of all. */
  private injected = 0
  private completed = 0
  private turnedAway = 0
  private gaveUp = 0
  /** After the close: customers from before it who still wait, where the urgent go first. */
  private owed = 0
  private events = 0
  private flow: Flow | null = null
  private inOrder = true
  private workConserving = true

  constructor(params: TimedMmcParams, ctx: ReplicationContext) {
    this.params = params
    this.ctx = ctx
    this.open = params.warmUp
    this.close = params.warmUp + params.span
    this.nextArrivalAfter = arrivalTimes(ctx.stream('arrivals'), params, this.open)
    this.classes = ctx.stream('classes')
    this.patience = ctx.stream('patience')
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
    this.flow = {
      injected: this.injected,
      completed: this.completed,
      queued: this.queued(),
      running: this.params.servers - this.idleCount,
      dropped: this.turnedAway,
      expired: this.gaveUp,
    }
    this.owed = this.params.urgentShare > 0 ? this.queued() : 0
    const last = 2 * close
    for (let e = kernel.next(); e !== NONE; e = kernel.next()) {
      const isOver = this.owed === 0 || kernel.now > last
      if (!isOver || codeOf(e) !== ARRIVAL) this.handle(e)
    }
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
    return this.queued() + this.params.servers - this.idleCount
  }

  private queued(): number {
    return this.lines[OTHER].size + this.lines[URGENT].size
  }

  private nextArrival(): void {
    this.kernel.at(this.nextArrivalAfter(this.kernel.now), ARRIVAL)
  }

  private handle(e: number): void {
    this.events++
    const code = codeOf(e)
    if (code === ARRIVAL) this.arrive()
    else if (code === DEPARTURE) this.depart(indexOf(e))
    else this.giveUp(code === GIVES_UP[URGENT] ? URGENT : OTHER, indexOf(e))
    if (this.idleCount > 0 && this.queued() > 0) this.workConserving = false
  }

  private isMeasured(arrived: number): boolean {
    return arrived >= this.open && arrived < this.close
  }

  private arrive(): void {
    const { now } = this.kernel
    const { urgentShare, patience, waitingRoom } = this.params
    this.injected++
    const isMeasured = this.isMeasured(now)
    if (isMeasured) this.arrived++
    // Every customer draws the same, whatever becomes of it: more servers change no other customer's luck.
    const rank = urgentShare > 0 && this.classes.uniform() < urgentShare ? URGENT : OTHER
    const waits = patience === undefined ? Infinity : exponential(this.patience, patience)
    if (this.idleCount > 0) {
      this.system.step(now, 1)
      this.start(this.idle[--this.idleCount]!, now, rank)
    } else if (waitingRoom !== undefined && this.queued() >= waitingRoom) {
      this.turnedAway++
      if (isMeasured) this.lost++
    } else {
      this.system.step(now, 1)
      if (isMeasured) this.delayed++
      const place = this.lines[rank].push(now)
      this.waiting.step(now, 1)
      if (waits < Infinity) this.timers[rank][place] = this.kernel.arm(waits, event(GIVES_UP[rank], place))
    }
    this.nextArrival()
  }

  /** A customer's wait is over: it is taken up, or it gives up. */
  private waited(arrived: number, rank: Rank): void {
    const { now } = this.kernel
    if (this.owed > 0 && arrived < this.close) this.owed--
    if (!this.waiting.record(arrived, now)) return
    this.waits.add(now - arrived)
    if (this.params.urgentShare > 0) this.waitsOf[rank].add(now - arrived)
  }

  private start(server: number, arrived: number, rank: Rank): void {
    const { now } = this.kernel
    const service = this.service()
    this.arrivedAt[server] = arrived
    this.startedAt[server] = now
    this.waited(arrived, rank)
    if (this.isMeasured(arrived)) {
      this.started++
      this.serviceTime += service
    }
    this.kernel.after(service, event(DEPARTURE, server))
  }

  private giveUp(rank: Rank, place: number): void {
    const { now } = this.kernel
    const line = this.lines[rank]
    const arrived = line.arrivedAt(place)
    line.leave(place)
    this.gaveUp++
    if (this.isMeasured(arrived)) this.abandoned++
    this.waiting.step(now, -1)
    this.system.step(now, -1)
    this.waited(arrived, rank)
    this.system.record(arrived, now)
  }

  private depart(server: number): void {
    const { now } = this.kernel
    const arrived = this.arrivedAt[server]!
    const started = this.startedAt[server]!
    if (!(arrived <= started && started <= now)) this.inOrder = false
    this.completed++
    this.system.step(now, -1)
    this.system.record(arrived, now)
    const rank = this.lines[URGENT].size > 0 ? URGENT : OTHER
    const line = this.lines[rank]
    if (line.size > 0) {
      this.waiting.step(now, -1)
      const place = line.first
      if (this.params.patience !== undefined) this.kernel.cancel(this.timers[rank][place]!)
      const next = line.arrivedAt(place)
      line.shift()
      this.start(server, next, rank)
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
        delayed: steady(this.shareOfArrivals(this.delayed)),
        lost: params.waitingRoom === undefined ? null : this.shareOfArrivals(this.lost),
        abandoned: params.patience === undefined ? null : this.shareOfArrivals(this.abandoned),
        customers: this.arrived,
        'mean(queue)': steady(waiting.meanNumber),
        'mean(inSystem)': steady(system.meanNumber),
        'mean(timeInSystem)': steady(system.meanTime),
        utilisation: (system.area - waiting.area) / capacity,
        // Those who were never served would have needed as much as those who were.
        offeredLoad: this.started === 0 ? 0 : (this.arrived / this.started) * (this.serviceTime / capacity),
      },
      counted: {
        delayed: { of: this.arrived },
        lost: { of: this.arrived },
        abandoned: { of: this.arrived },
      },
      observations: {
        wait: this.waits.toData(),
        urgentWait: this.waitsOf[URGENT].toData(),
        otherWait: this.waitsOf[OTHER].toData(),
      },
      level: this.samples.measured(),
      state,
      flow: this.flow!,
      little: [waiting.little('waiting'), system.little('in system')],
      invariants: this.invariants(),
      series: { inSystem: { unit: 'count', label: 'customers in the system', ...this.samples.series() } },
      counters: { events: this.events, customers: this.injected },
    }
  }

  private shareOfArrivals(customers: number): number | null {
    return this.arrived === 0 ? null : customers / this.arrived
  }

  /**
   * The load is known here, so nothing need be guessed at or beyond saturation; below it the queue is watched. A queue that
   * bounds itself is never overloaded, and in one that follows the day only what is left of it at the end is a backlog.
   */
  private state(): PointState {
    const { params } = this
    const load = loadOfSpan(params)
    if (load >= 1 && !isBounded(params)) return 'overloaded'
    if (profileOf(params) !== null) return this.flow!.queued > params.servers ? 'backlogged' : 'stable'
    const offered = isBounded(params) ? 0 : load
    return classify({ inSystem: this.samples.measured(), servers: params.servers, offeredLoad: offered })
      .state
  }

  private invariants(): InvariantSample[] {
    const left = this.injected - this.completed - this.turnedAway - this.gaveUp
    return [
      { name: 'causality: arrive <= start <= finish', ok: this.inOrder },
      { name: 'work conserving: no server idle while a customer waits', ok: this.workConserving },
      {
        name: 'every customer is served once, gives up or is turned away',
        ok: left === 0,
        ...(left === 0 ? {} : { detail: `${left} were not` }),
      },
    ]
  }
}
