/**
 * One world: messages come, the engine's scheduler sends them by its policy, the receiver answers. The scheduler, its
 * breaker, its timers and the policy are the engine's own, in virtual time.
 */
import {
  nextSequence,
  parseSecret,
  signV1,
  Verifier,
  VirtualService,
  type Policy,
} from '../../engines/webhook/core.ts'
import type { ReplicationContext } from '../lab/contract/sim.ts'
import { exponential } from '../lab/kernel/random/exponential.ts'
import type { Stream } from '../lab/kernel/random/stream.ts'
import type { OutageParams } from './params.ts'
import { Receiver } from './receiver.ts'
import { Tally, type Times } from './tally.ts'

/** One attempt in so many is signed and verified; the others are counted. A signature takes longer than all the rest. */
const SIGNED = 1000
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const BODY = '{"type":"batch.succeeded","data":{"id":"batch_1"}}'
const SECOND = 1000

export interface WorldOptions {
  readonly policy: Policy
  /** Without: the receiver is well all the time. */
  readonly hasOutage: boolean
  /** Load until the end of the outage, where it differs from what comes after. */
  readonly firstLoad?: number
}

export interface World {
  readonly times: Times
  readonly tally: Tally
  readonly receiver: Receiver
  /** The engine's own counters. */
  readonly counters: VirtualService['scheduler']['counters']
  readonly inFlight: number
  /** Still waiting when the world ends: for a retry, or held by a disabled endpoint. */
  readonly left: number
  readonly attempts: number
  readonly signatures: { readonly computed: number; readonly verified: number }
}

function timesOf({ before, outage, after }: OutageParams): Times {
  const from = SECOND * before
  return { from, to: from + SECOND * outage, end: from + SECOND * (outage + after) }
}

export function simulateWorld(params: OutageParams, ctx: ReplicationContext, options: WorldOptions): World {
  const { policy, hasOutage, firstLoad = params.load } = options
  const times = timesOf(params)
  const capacity = params.capacity / SECOND
  const tally = new Tally(times)
  const left = params.fault === 'down' ? null : params.slowTo
  const receiver = new Receiver({
    capacity,
    queue: params.queue,
    timeout: policy.timeout,
    outage: hasOutage ? { from: times.from, to: times.to, left } : null,
    service: ctx.stream('service'),
  })
  const signer = new Signer()
  const jitter = ctx.stream('jitter')
  let attempts = 0
  const service = new VirtualService(
    // Everything in memory, and no limit but the endpoint's own: a single endpoint may hold a quarter of all places.
    { start: 0, lane: Infinity, maxJobs: Infinity, maxInFlight: 5 * params.concurrency },
    (seq, _attempt, now) => {
      if (attempts++ % SIGNED === 0) signer.sign(seq, now)
      tally.sent(now)
      return receiver.answer(now)
    },
    () => jitter.uniform(),
    tally,
  )
  const rate = policy.breaker === null ? null : params.pace * params.capacity
  service.act((scheduler, now) =>
    scheduler.addEndpoint(1, { policy, concurrency: params.concurrency, rate }, now),
  )
  const arrivals = new Arrivals(params.arrivals, ctx.stream('arrivals'))
  let seq = 0
  for (let at = 0; ;) {
    at = arrivals.next(at, capacity * (at < times.to ? firstLoad : params.load))
    if (at >= times.end) break
    service.runUntil(Math.floor(at))
    seq = nextSequence(seq, at)
    service.accept(1, seq)
    if (tally.all.accepted % 10_000 === 0) ctx.progress(at / times.end, attempts)
  }
  service.runUntil(times.end + SECOND * params.settle)
  const { jobs, inFlight } = service.scheduler.load
  return {
    times,
    tally,
    receiver,
    counters: service.scheduler.counters,
    inFlight,
    left: jobs - inFlight,
    attempts,
    signatures: signer,
  }
}

/** Moments at which messages come, ms. */
class Arrivals {
  private readonly kind: OutageParams['arrivals']
  private readonly stream: Stream
  private phase: number

  constructor(kind: OutageParams['arrivals'], stream: Stream) {
    this.kind = kind
    this.stream = stream
    // Steady ones begin anywhere within their distance, so that replications differ.
    this.phase = kind === 'steady' ? stream.uniform() : 1
  }

  /** The one after `at`; `rate`: messages a ms. */
  next(at: number, rate: number): number {
    if (this.kind === 'poisson') return at + exponential(this.stream, 1 / rate)
    const gap = this.phase / rate
    this.phase = 1
    return at + gap
  }
}

/** Signs an attempt as the engine does, and has it verified as a receiver should. */
class Signer {
  computed = 0
  verified = 0
  private readonly key = parseSecret(SECRET)
  private readonly verifier = new Verifier({ secrets: [SECRET] })

  sign(seq: number, now: number): void {
    const id = `msg_${seq.toString(36)}`
    const timestamp = Math.floor(now / SECOND)
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signV1(this.key, id, timestamp, BODY),
    }
    this.computed++
    if (this.verifier.verifySync(headers, BODY, now / SECOND).id === id) this.verified++
  }
}
