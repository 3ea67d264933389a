/** What a replication draws: interactive load along the day, jobs, request times. A stream each. */
import { dayWeights, MINUTES_A_DAY } from '../lab/world/diurnal.ts'
import { exponential } from '../lab/kernel/random/exponential.ts'
import { lognormal } from '../lab/kernel/random/lognormal.ts'
import type { Stream } from '../lab/kernel/random/stream.ts'
import type { ReplicationContext } from '../lab/contract/sim.ts'
import type { BatchParams } from './params.ts'
import { regimeOf } from './presets.ts'
import { jobSigma, MOST_IN_A_JOB } from './sizes.ts'

/** Hours of a day; their difference shapes the curve, and which hours they are makes no difference here. */
const TROUGH_HOUR = 5
const PEAK_HOUR = 19

/** Interactive load by minute of the day, over its mean. */
export function dayShape({ dayTrough, dayPeak }: BatchParams): Float64Array {
  if (dayTrough === dayPeak) return new Float64Array(MINUTES_A_DAY).fill(1)
  return dayWeights({ trough: dayTrough, peak: dayPeak, troughHour: TROUGH_HOUR, peakHour: PEAK_HOUR })
}

/** Request times of one kind: `requestLaw` with this mean. */
export function requestTimes(stream: Stream, mean: number, params: BatchParams): () => number {
  if (params.requestLaw === 'exponential') return () => exponential(stream, mean)
  const variance = Math.log1p(params.requestScv)
  if (variance === 0) return () => mean
  const [mu, sigma] = [Math.log(mean) - variance / 2, Math.sqrt(variance)]
  return () => lognormal(stream, mu, sigma)
}

/** Interactive requests as a Poisson process that follows the day: drawn at the peak's rate, and thinned. */
export class Interactive {
  private readonly arrivals: Stream
  private readonly weights: Float64Array
  private readonly peak: number
  private readonly gap: number

  constructor(params: BatchParams, ctx: ReplicationContext) {
    const { slots, interactiveTime } = params
    this.arrivals = ctx.stream('interactive arrivals')
    this.weights = dayShape(params)
    this.peak = this.weights.reduce((most, weight) => Math.max(most, weight), 0)
    this.gap = interactiveTime / (regimeOf(params).interactiveLoad * slots * this.peak)
  }

  /** When the first request after `now` comes; Infinity when there is no such load. */
  after(now: number): number {
    if (this.gap === Infinity) return Infinity
    let at = now
    do at += exponential(this.arrivals, this.gap)
    while (this.arrivals.uniform() * this.peak >= this.weights[Math.floor(at / 60) % MINUTES_A_DAY]!)
    return at
  }
}

/** Jobs as they are submitted: sizes, tiers, patience. */
export class Submissions {
  private readonly params: BatchParams
  private readonly arrivals: Stream
  private readonly sizes: Stream
  private readonly tiers: Stream
  private readonly patience: Stream
  private readonly sigma: number

  constructor(params: BatchParams, ctx: ReplicationContext) {
    this.params = params
    this.arrivals = ctx.stream('job arrivals')
    this.sizes = ctx.stream('job sizes')
    this.tiers = ctx.stream('tiers')
    this.patience = ctx.stream('patience')
    this.sigma = jobSigma(params)
  }

  gap(): number {
    return exponential(this.arrivals, 1 / this.params.jobRate)
  }

  requests(): number {
    const { jobRequests } = this.params
    const size = this.sigma === 0 ? jobRequests : lognormal(this.sizes, Math.log(jobRequests), this.sigma)
    return Math.min(MOST_IN_A_JOB, Math.ceil(size))
  }

  tier(): 0 | 1 {
    return this.tiers.uniform() < this.params.upperTier ? 1 : 0
  }

  setup(): number {
    return exponential(this.patience, this.params.setup)
  }

  /** After how long a PENDING job expires and is cancelled, s; Infinity for never. */
  limits(): { readonly expires: number; readonly cancelled: number } {
    const { pendingExpiry = Infinity, expiryEnforced, cancelAfter } = this.params
    const isEnforced = this.patience.uniform() < expiryEnforced
    const cancelled = cancelAfter === undefined ? Infinity : exponential(this.patience, cancelAfter)
    return { expires: isEnforced ? pendingExpiry : Infinity, cancelled }
  }
}
