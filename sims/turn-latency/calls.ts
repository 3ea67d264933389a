/**
 * Calls on an inference pool: each turn waits for its place, is prefilled and decoded to its first audio, and the next
 * turn begins when the caller has heard the answer out and spoken.
 *
 *     speech ends -> endpointing -> transport -> backlog -> queue -> prefill -> decode -> transport -> playout -> heard
 *
 * Two events a turn: it asks for a place in the pool, and it leaves. All that lies between is a sum. Every call lasts
 * equally long, so after one call length the pool has its steady load, and every minute of a call is seen equally often.
 */
import { codeOf, event, indexOf, Kernel, NONE } from '../lab/kernel/kernel.ts'
import { ratesOf } from '../lab/contract/arrival-load.ts'
import { exponential } from '../lab/kernel/random/exponential.ts'
import { piecewiseArrivals } from '../lab/kernel/random/piecewise.ts'
import type { Stream } from '../lab/kernel/random/stream.ts'
import { Resource, STARTED } from '../lab/kernel/resource.ts'
import type { ReplicationContext } from '../lab/contract/sim.ts'
import { contextAfter, tokensOf } from './context.ts'
import { MASK, type Draws } from './draws.ts'
import type { TurnLatencyParams } from './params.ts'
import { ownFates, type CallTurns } from './fates.ts'
import { decode, prefill } from './service.ts'
import { isEarly, isLate, STAGES, StageRecord, type StageWorld } from './stages.ts'

const CALL = 0
const ASK = 1
const DONE = 2

const [ENDPOINTING, TRANSPORT, BACKLOG, QUEUE, PREFILL, DECODE, PLAYOUT] = STAGES.map((_, i) => i) as [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
]

export interface CallsWorld {
  readonly stages: StageWorld
  readonly injected: number
  readonly completed: number
  readonly queued: number
  readonly running: number
  readonly utilisation: number
  readonly waiting: ReturnType<Resource['little']>
  readonly meanWait: number
  readonly calls: number
  /** By observation; null where calls wait for each other, and where no latencies were asked for. */
  readonly fates: ReturnType<typeof ownFates>
  readonly events: number
  /** Every turn was heard after it was spoken, and started after it asked. */
  readonly inOrder: boolean
}

/** One world. `draws` may be shared between worlds that differ in anything but the talk itself. */
export function simulateCalls(
  params: TurnLatencyParams,
  draws: Draws,
  ctx: ReplicationContext,
  withLatency: boolean,
): CallsWorld {
  return new Calls(params, draws, ctx, withLatency).run()
}

/** When the call after `now` begins; a load of the user's own is counted from `open`. */
function arrivalTimes(
  stream: Stream,
  { callRate, load }: TurnLatencyParams,
  open: number,
): (now: number) => number {
  return load === undefined
    ? (now) => now + exponential(stream, 1 / callRate)
    : piecewiseArrivals(stream, ratesOf(load, callRate), load.every, open)
}

class Calls {
  private readonly params: TurnLatencyParams
  private readonly draws: Draws
  private readonly ctx: ReplicationContext
  private readonly withLatency: boolean
  private readonly kernel = new Kernel()
  private readonly pool: Resource
  private readonly record: StageRecord
  private readonly nextAt: (now: number) => number
  private readonly offsets: ReturnType<ReplicationContext['stream']>
  private readonly open: number
  private readonly close: number
  private readonly up: number

  /** Per call. */
  private readonly began: number[] = []
  private readonly offset: number[] = []
  private readonly turn: number[] = []
  private readonly context: number[] = []
  private readonly lag: number[] = []
  private readonly spoke: number[] = []
  private readonly asked: number[] = []
  private readonly started: number[] = []
  private readonly prefilled: number[] = []
  private readonly free: number[] = []
  private readonly tally: CallTurns[] = []

  /** Of every call, ended ones too. */
  private readonly tallies: CallTurns[] = []

  private readonly stages = new Float64Array(STAGES.length)
  private calls = 0
  private events = 0
  private inOrder = true

  constructor(params: TurnLatencyParams, draws: Draws, ctx: ReplicationContext, withLatency: boolean) {
    this.params = params
    this.draws = draws
    this.ctx = ctx
    this.withLatency = withLatency
    this.open = params.callLength
    this.close = this.open + params.span
    this.nextAt = arrivalTimes(ctx.stream('arrivals'), params, this.open)
    this.offsets = ctx.stream('offsets')
    this.pool = new Resource(this.kernel, { name: 'inference pool', servers: params.inferenceServers })
    this.record = new StageRecord(params.callLength, withLatency)
    const { accessRtt, backboneRtt, relayDelay, telephony } = params
    this.up = (accessRtt + backboneRtt + telephony) / 2 + relayDelay
  }

  run(): CallsWorld {
    const { kernel, pool, open, close } = this
    this.nextCall()
    this.runUntil(open)
    pool.reset()
    this.runUntil(close)
    const { injected, completed, queued, running } = pool.flow()
    const utilisation = pool.utilisation()
    return {
      stages: this.record.world(),
      injected,
      completed,
      queued,
      running,
      utilisation,
      waiting: pool.little(),
      meanWait: pool.waits.mean,
      calls: this.calls,
      fates: this.withLatency ? ownFates(this.params, this.tallies, { utilisation, turns: injected }) : null,
      events: this.events,
      inOrder: this.inOrder && kernel.now === close,
    }
  }

  private runUntil(end: number): void {
    const { kernel } = this
    for (let e = kernel.next(end); e !== NONE; e = kernel.next(end)) {
      if ((++this.events & 0xffff) === 0) this.ctx.progress(kernel.now / this.close, this.events)
      const code = codeOf(e)
      if (code === ASK) this.ask(indexOf(e))
      else if (code === DONE) this.done(indexOf(e))
      else this.call()
    }
  }

  private count(id: number, age: number): void {
    const tally = this.tally[id]!
    if (isEarly(age)) tally.early++
    if (isLate(age)) tally.late++
  }

  private nextCall(): void {
    this.kernel.at(this.nextAt(this.kernel.now), event(CALL))
  }

  private call(): void {
    const id = this.free.pop() ?? this.began.length
    this.calls++
    this.began[id] = this.kernel.now
    const tally = { offset: this.offsets.uint32() & MASK, turns: 0, early: 0, late: 0 }
    this.offset[id] = tally.offset
    this.tally[id] = tally
    this.tallies.push(tally)
    this.turn[id] = 0
    this.context[id] = this.params.instructions
    this.lag[id] = 0
    this.speak(id, this.kernel.now)
    this.nextCall()
  }

  /** The caller begins to speak at `from`; the turn asks for its place when speech, endpointing and backlog are over. */
  private speak(id: number, from: number): void {
    const { params, draws } = this
    const talk = draws.talk[(this.offset[id]! + this.turn[id]!) & MASK]!
    const end = from + talk
    if (end >= this.began[id]! + params.callLength) {
      this.free.push(id)
      return
    }
    this.spoke[id] = end
    this.lag[id]! += params.audioLag * talk
    const heard = end + this.up
    this.kernel.at(heard + this.endpointing(end - this.began[id]!) + this.lag[id]!, event(ASK, id))
  }

  private endpointing(age: number): number {
    return this.params.endpointing + this.params.endpointingDrift * (age / 60)
  }

  private ask(id: number): void {
    this.asked[id] = this.kernel.now
    if (this.pool.request(id) === STARTED) this.start(id)
  }

  private start(id: number): void {
    const { params, draws } = this
    const at = (this.offset[id]! + this.turn[id]!) & MASK
    const before = this.context[id]!
    const fresh = tokensOf(params, draws.talk[at]!)
    const isCached = draws.cache[at]! < params.cacheHit
    const filling = isCached ? prefill(params, fresh, before) : prefill(params, before + fresh, 0)
    const decoding = decode(params, before + fresh) * draws.service[at]!
    this.started[id] = this.kernel.now
    this.prefilled[id] = filling
    this.kernel.after(filling + decoding, event(DONE, id))
  }

  private done(id: number): void {
    const { kernel, params, draws, stages } = this
    const { now } = kernel
    const next = this.pool.release()
    const at = (this.offset[id]! + this.turn[id]!) & MASK
    const spoke = this.spoke[id]!
    const age = spoke - this.began[id]!
    const heard = now + this.up + params.playout
    if (spoke >= this.open) {
      stages[ENDPOINTING] = this.endpointing(age)
      stages[TRANSPORT] = 2 * this.up
      stages[BACKLOG] = this.lag[id]!
      stages[QUEUE] = this.started[id]! - this.asked[id]!
      stages[PREFILL] = this.prefilled[id]!
      stages[DECODE] = now - this.started[id]! - this.prefilled[id]!
      stages[PLAYOUT] = params.playout
      this.record.add(age, stages)
      this.count(id, age)
    }
    if (!(spoke <= this.asked[id]! && this.asked[id]! <= this.started[id]! && this.started[id]! <= now))
      this.inOrder = false
    const talk = draws.talk[at]!
    const reply = draws.reply[at]!
    this.context[id] = contextAfter(params, this.context[id]!, talk, reply)
    const silence = heard + reply - spoke
    this.lag[id] =
      params.lagDrains === 'in-silence'
        ? Math.max(0, this.lag[id]! - silence)
        : this.lag[id]! + params.audioLag * silence
    this.tally[id]!.turns++
    this.turn[id]!++
    this.speak(id, heard + reply)
    if (next !== NONE) this.start(next)
  }
}
