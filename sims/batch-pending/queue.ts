/**
 * The queue of one model: slots that interactive requests have first, and jobs of many requests that get what is left.
 *
 *     submitted -- setup --> PENDING --> RUNNING --> SUCCEEDED
 *                               |           `------> PARTIAL or EXPIRED    the longest run is over
 *                               `-------------------> EXPIRED, CANCELLED   it never began
 *
 * Nobody is interrupted: an interactive request waits for a request to end, never for a job. Batch may hold only the
 * slots that are not withheld. A slot that finds nothing to do may be lent out (`lease`) and is not called back.
 *
 * Jobs are submitted throughout; those of the window [warmUp, warmUp + span) are measured, and the run goes on until each
 * of them has ended, or for as long as they could take.
 */
import { classify } from '../lab/analysis/classify.ts'
import { Occupancy } from '../lab/contract/occupancy.ts'
import type { Flow, LittleSample, PointState, ReplicationContext, Series } from '../lab/contract/sim.ts'
import { codeOf, event, indexOf, Kernel, NONE } from '../lab/kernel/kernel.ts'
import { Ring } from '../lab/kernel/ring.ts'
import { TimeIntegral } from '../lab/kernel/statistics.ts'
import { batchErlangs, batchLoad, batchSlots, canGrow, lastingLoad, withheldShare } from './capacity.ts'
import { Interactive, requestTimes, Submissions } from './draws.ts'
import {
  CANCELLED,
  EXPIRED,
  hasEnded,
  Job,
  PARTIAL,
  PENDING,
  RUNNING,
  SUCCEEDED,
  type JobState,
} from './job.ts'
import { Line } from './line.ts'
import type { BatchParams } from './params.ts'
import { regimeOf } from './presets.ts'
import { SaturatedDays } from './saturated.ts'

const INTERACTIVE = 0
const ANSWERED = 1
const SUBMIT = 2
const READY = 3
const REQUEST_DONE = 4
const EXPIRE = 5
const CANCEL = 6
const RUN_OUT = 7
const LEASE_OVER = 8
const WITHHOLD = 9
const SAMPLE = 10

/** Values of the backlog that are kept for the chart and for the judgement of its growth. */
const SAMPLES = 200

/** What became of the measured jobs, in order of submission; times in seconds of virtual time, NaN for never. */
export interface JobTable {
  readonly submitted: Float64Array
  readonly started: Float64Array
  readonly ended: Float64Array
  readonly requests: Float64Array
  readonly done: Float64Array
  readonly state: Uint8Array
}

export interface QueueWorld {
  readonly jobs: JobTable
  readonly state: PointState
  /** Batch work over the capacity left for it. */
  readonly load: number
  readonly flow: Flow
  readonly little: readonly LittleSample[]
  /** Shares of the slots that interactive and batch requests had in the window; mean wait of interactive ones, s. */
  readonly interactiveUse: number
  readonly batchUse: number
  readonly interactiveWait: number | null
  readonly pending: Series
  readonly inOrder: boolean
  readonly slotsAddUp: boolean
  readonly workConserving: boolean
  readonly events: number
}

export class BatchQueue {
  private readonly params: BatchParams
  private readonly ctx: ReplicationContext
  private readonly open: number
  private readonly close: number
  private readonly kernel = new Kernel()
  private readonly interactive: Interactive
  private readonly submissions: Submissions
  private readonly answerTime: () => number
  private readonly requestTime: () => number
  private readonly jobs: Job[] = []
  /** By tier. */
  private readonly lines: readonly [Line, Line]
  private readonly asking = new Ring()
  private readonly pending: Occupancy
  private readonly questions: Occupancy
  private readonly answering = new TimeIntegral()
  private readonly working = new TimeIntegral()
  private free: number
  /** Slots that batch may hold now. */
  private allowed: number
  /** Slots that are lent out. */
  private lent = 0
  /** PENDING jobs that are in a line, counted beside the lines. */
  private joined = 0
  private unended = 0
  private events = 0
  private inOrder = true
  private workConserving = true
  private readonly saturated = new SaturatedDays()
  private readonly levels: number[] = []
  private readonly times: number[] = []
  private interactiveUse = 0
  private batchUse = 0

  constructor(params: BatchParams, ctx: ReplicationContext) {
    this.params = params
    this.ctx = ctx
    this.open = params.warmUp
    this.close = params.warmUp + params.span
    this.interactive = new Interactive(params, ctx)
    this.submissions = new Submissions(params, ctx)
    this.answerTime = requestTimes(ctx.stream('interactive times'), params.interactiveTime, params)
    this.requestTime = requestTimes(ctx.stream('request times'), params.requestTime, params)
    this.lines = [new Line(this.jobs), new Line(this.jobs)]
    this.pending = new Occupancy(this.open, this.close)
    this.questions = new Occupancy(this.open, this.close)
    this.free = params.slots
    this.allowed = batchSlots(params, 0)
  }

  run(): QueueWorld {
    const { kernel, params, open, close } = this
    const { withheldFrom, withheldUntil } = regimeOf(params)
    for (const at of [withheldFrom, withheldUntil]) if (at > 0 && at < Infinity) kernel.at(at, WITHHOLD)
    this.nextQuestion()
    kernel.after(this.submissions.gap(), SUBMIT)
    this.dispatch()
    this.runUntil(open)
    this.pending.begin()
    this.questions.begin()
    this.answering.reset(open)
    this.working.reset(open)
    kernel.at(open, SAMPLE)
    this.runUntil(close)
    this.pending.end()
    this.questions.end()
    this.interactiveUse = this.answering.average(close) / params.slots
    this.batchUse = this.working.average(close) / params.slots
    this.drain()
    return this.world()
  }

  private runUntil(end: number): void {
    const { kernel } = this
    for (let e = kernel.next(end); e !== NONE; e = kernel.next(end)) this.handle(e)
  }

  /** Until every measured job has ended; a queue that grows without end is left as it is. */
  private drain(): void {
    const { kernel, params, close } = this
    const { pendingExpiry = 0, runExpiry = 0, span } = params
    const end = lastingLoad(params) >= 1 ? close : close + span + pendingExpiry + runExpiry
    while (this.unended > 0) {
      const e = kernel.next(end)
      if (e === NONE) break
      this.handle(e)
    }
  }

  private handle(e: number): void {
    this.events++
    switch (codeOf(e)) {
      case INTERACTIVE:
        this.asking.push(0, this.kernel.now)
        this.questions.step(this.kernel.now, 1)
        this.nextQuestion()
        break
      case ANSWERED:
        this.answering.set(this.kernel.now, this.answering.value - 1)
        this.free++
        break
      case SUBMIT:
        this.submit()
        break
      case READY:
        this.join(this.jobs[indexOf(e)]!)
        break
      case REQUEST_DONE:
        this.requestDone(this.jobs[indexOf(e)]!)
        break
      case EXPIRE:
        this.endPending(this.jobs[indexOf(e)]!, EXPIRED)
        break
      case CANCEL:
        this.endPending(this.jobs[indexOf(e)]!, CANCELLED)
        break
      case RUN_OUT:
        this.runOut(this.jobs[indexOf(e)]!)
        break
      case LEASE_OVER:
        this.lent--
        this.free++
        break
      case WITHHOLD:
        this.allowed = batchSlots(this.params, this.kernel.now)
        break
      default:
        this.sample()
    }
    this.dispatch()
    if (this.joined === 0) this.saturated.noneWaits(this.kernel.now)
  }

  private nextQuestion(): void {
    const at = this.interactive.after(this.kernel.now)
    if (at < Infinity) this.kernel.at(at, INTERACTIVE)
  }

  private submit(): void {
    const { kernel, params, submissions } = this
    const { now } = kernel
    const tier = submissions.tier()
    const job = new Job({
      id: this.jobs.length,
      tier,
      requests: submissions.requests(),
      atOnce: tier === 1 ? params.upperAtOnce : params.atOnce,
      isMeasured: now >= this.open && now < this.close,
      submitted: now,
    })
    this.jobs.push(job)
    if (job.isMeasured) this.unended++
    this.pending.step(now, 1)
    const { expires, cancelled } = submissions.limits()
    const leaves = Math.min(expires, cancelled)
    if (leaves < Infinity) {
      job.timer = kernel.arm(leaves, event(cancelled < expires ? CANCEL : EXPIRE, job.id))
    }
    const setup = submissions.setup()
    if (setup > 0) kernel.after(setup, event(READY, job.id))
    else this.join(job)
    kernel.after(submissions.gap(), SUBMIT)
  }

  private join(job: Job): void {
    if (job.state !== PENDING) return
    job.hasJoined = true
    this.joined++
    this.lines[job.tier].join(job)
  }

  /** Gives free slots to whoever is next, interactive requests first. */
  private dispatch(): void {
    while (this.free > 0) {
      if (this.asking.size > 0) this.answer()
      else {
        if (this.working.value >= this.allowed) break
        const job = this.lines[1].next() ?? this.lines[0].next()
        if (job === undefined) break
        this.begin(job)
      }
    }
    if (this.free > 0) this.idle()
  }

  private idle(): void {
    const { lease } = this.params
    if (this.asking.size > 0 || (this.joined > 0 && this.working.value < this.allowed)) {
      this.workConserving = false
    }
    if (lease === 0) return
    for (; this.free > 0; this.free--) {
      this.lent++
      this.kernel.after(lease, LEASE_OVER)
    }
  }

  private answer(): void {
    const { now } = this.kernel
    this.questions.step(now, -1)
    this.questions.record(this.asking.firstValue, now)
    this.asking.shift()
    this.free--
    this.answering.set(now, this.answering.value + 1)
    this.kernel.after(this.answerTime(), ANSWERED)
  }

  private begin(job: Job): void {
    const { kernel, params } = this
    const { now } = kernel
    if (job.state === PENDING) {
      kernel.cancel(job.timer)
      job.state = RUNNING
      job.started = now
      this.leavePending(job)
      if (params.runExpiry !== undefined) job.timer = kernel.arm(params.runExpiry, event(RUN_OUT, job.id))
    }
    job.left--
    job.inFlight++
    this.lines[job.tier].began(job)
    this.free--
    this.working.set(now, this.working.value + 1)
    kernel.after(this.requestTime(), event(REQUEST_DONE, job.id))
  }

  private requestDone(job: Job): void {
    // The slots of a job that was ended were freed then.
    if (hasEnded(job.state)) return
    job.inFlight--
    job.done++
    this.giveBack(1)
    if (job.done === job.requests) this.end(job, SUCCEEDED)
    else this.lines[job.tier].wait(job)
  }

  private runOut(job: Job): void {
    if (hasEnded(job.state)) return
    this.lines[job.tier].leave(job)
    this.giveBack(job.inFlight)
    const isPart = this.params.unfinished === 'returned' && job.done > 0
    this.end(job, isPart ? PARTIAL : EXPIRED)
  }

  private giveBack(slots: number): void {
    this.free += slots
    this.working.set(this.kernel.now, this.working.value - slots)
  }

  private endPending(job: Job, state: JobState): void {
    this.leavePending(job)
    this.end(job, state)
  }

  private leavePending(job: Job): void {
    const { now } = this.kernel
    if (job.hasJoined) this.joined--
    this.pending.step(now, -1)
    this.pending.record(job.submitted, now)
  }

  private end(job: Job, state: JobState): void {
    this.kernel.cancel(job.timer)
    job.state = state
    job.ended = this.kernel.now
    const began = Number.isNaN(job.started) ? job.ended : job.started
    if (!(job.submitted <= began && began <= job.ended)) this.inOrder = false
    if (job.isMeasured) this.unended--
  }

  private sample(): void {
    const { kernel, close } = this
    this.times.push(kernel.now)
    this.levels.push(this.pending.number)
    this.saturated.sample(kernel.now, this.working.integral(kernel.now))
    const next = this.open + (this.times.length * this.params.span) / (SAMPLES - 1)
    if (this.times.length < SAMPLES) kernel.at(Math.min(next, close), SAMPLE)
    this.ctx.progress(kernel.now / close, this.events)
  }

  private world(): QueueWorld {
    const { kernel, jobs, close } = this
    const inState = (state: JobState): number =>
      jobs.reduce((sum, job) => (job.state === state ? sum + 1 : sum), 0)
    for (const job of jobs) {
      if (job.state === PENDING) this.pending.record(job.submitted, Math.max(close, kernel.now))
    }
    while (this.asking.size > 0) {
      this.questions.record(this.asking.firstValue, Math.max(close, kernel.now))
      this.asking.shift()
    }
    return {
      jobs: tableOf(jobs),
      state: this.state(),
      load: this.load(),
      flow: {
        injected: jobs.length,
        completed: inState(SUCCEEDED) + inState(PARTIAL),
        queued: inState(PENDING),
        running: inState(RUNNING),
        dropped: inState(CANCELLED),
        expired: inState(EXPIRED),
      },
      little: [this.pending.little('PENDING jobs'), this.questions.little('interactive requests')],
      interactiveUse: this.interactiveUse,
      batchUse: this.batchUse,
      interactiveWait: this.questions.meanTime,
      pending: { unit: 'count', label: 'PENDING jobs', t: this.times, values: this.levels },
      inOrder: this.inOrder,
      slotsAddUp: this.free + this.lent + this.answering.value + this.working.value === this.params.slots,
      workConserving: this.workConserving,
      events: this.events,
    }
  }

  /** Of the window: as computed, or as it shows where all that batch can get was taken for days. */
  private load(): number {
    const { params } = this
    const isConstant = [0, 1].includes(withheldShare(params))
    const capacity = isConstant ? this.saturated.capacity() : null
    return Math.max(batchLoad(params), capacity === null ? 0 : batchErlangs(params) / capacity)
  }

  /** The load is known, so growth need not be guessed at; with expiry nothing grows without end. */
  private state(): PointState {
    const load = canGrow(this.params) ? this.load() : lastingLoad(this.params)
    if (load >= 1) return 'overloaded'
    return this.unended > 0 ? 'backlogged' : classify({ inSystem: this.levels, offeredLoad: load }).state
  }
}

function tableOf(all: readonly Job[]): JobTable {
  const jobs = all.filter(({ isMeasured }) => isMeasured)
  const column = (read: (job: Job) => number): Float64Array => Float64Array.from(jobs, read)
  return {
    submitted: column(({ submitted }) => submitted),
    started: column(({ started }) => started),
    ended: column(({ ended }) => ended),
    requests: column(({ requests }) => requests),
    done: column(({ done }) => done),
    state: Uint8Array.from(jobs, ({ state }) => state),
  }
}
