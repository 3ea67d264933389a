/** The callers of one replication, a row each in typed arrays: all are drawn before the clock starts. */
import { exponential } from '../lab/kernel/random/exponential.ts'
import { lognormal } from '../lab/kernel/random/lognormal.ts'
import { piecewiseArrivals } from '../lab/kernel/random/piecewise.ts'
import { poisson } from '../lab/kernel/random/poisson.ts'
import type { Stream } from '../lab/kernel/random/stream.ts'
import { meanRate, ratesOf } from '../lab/contract/arrival-load.ts'
import type { ReplicationContext } from '../lab/contract/sim.ts'
import { UFRAG_CHARS } from '../../engines/relay/index.ts'
import type { RelayFaultsParams } from './params.ts'
import type { Population } from './population.ts'
import { roundTrips } from './protocol.ts'

/** Not begun; media flow; cut off; connecting anew; hung up; given up. Each ends in one of the last four, or up. */
export const NEW = 0
export const UP = 1
export const OUT = 2
export const SETUP = 3
export const ENDED = 4
export const LOST = 5

/** When the next call of one kind of callers begins: a share of the load where one is given. */
function arrivalTimes(
  stream: Stream,
  { load }: RelayFaultsParams,
  rate: number,
  share: number,
): (now: number) => number {
  if (load === undefined) return (now) => (rate === 0 ? Infinity : now + exponential(stream, 1 / rate))
  return piecewiseArrivals(stream, ratesOf(load, share * meanRate(load)), load.every, 0)
}

export class Sessions {
  readonly count: number
  /** Of these, how many were there before the fault; the others are new calls, in order of arrival. */
  readonly before: number
  readonly state: Uint8Array
  /** Index into the population's callers. */
  readonly callers: Uint8Array
  /** Seconds after the fault: began (negative: before), hangs up, was cut off, checks next, began its attempt. */
  readonly born: Float64Array
  readonly ends: Float64Array
  readonly cutAt: Float64Array
  readonly due: Float64Array
  readonly began: Float64Array
  readonly rtt: Float64Array
  /** 0..1 each: its host among many, its luck with cache, NAT or steering, where its packets fall between two. */
  readonly hash: Float64Array
  readonly luck: Float64Array
  readonly phase: Float64Array
  /** 1 once media have flowed: what a cut can cut. */
  readonly wasUp: Uint8Array
  readonly tries: Uint16Array
  /** Crashes of its host when its flow was made. */
  readonly crashes: Uint16Array
  readonly host: Int32Array
  readonly pod: Int32Array
  readonly key: Uint8Array
  readonly port: Uint16Array
  readonly ufrag: Uint8Array

  constructor(params: RelayFaultsParams, { callers }: Population, ctx: ReplicationContext) {
    const arrivals = ctx.stream('arrivals')
    const lengths = ctx.stream('lengths')
    const draws = ctx.stream('callers')
    const total = callers.reduce((sum, { rate }) => sum + rate, 0)
    const there = callers.map(({ rate }) => poisson(arrivals, rate * params.sessionLength))
    this.before = there.reduce((sum, count) => sum + count, 0)
    const births = callers.flatMap(({ rate }, from) => {
      const times: { at: number; from: number }[] = []
      const next = arrivalTimes(arrivals, params, rate, rate / total)
      for (let at = next(0); at < params.span; at = next(at)) times.push({ at, from })
      return times
    })
    births.sort((a, b) => a.at - b.at)
    const count = this.before + births.length
    this.count = count
    this.state = new Uint8Array(count)
    this.callers = new Uint8Array(count)
    const floats = (): Float64Array => new Float64Array(count)
    this.born = floats()
    this.ends = floats()
    this.cutAt = floats()
    this.due = floats()
    this.began = floats()
    this.rtt = floats()
    this.hash = floats()
    this.luck = floats()
    this.phase = floats()
    this.wasUp = new Uint8Array(count)
    this.tries = new Uint16Array(count)
    this.crashes = new Uint16Array(count)
    this.host = new Int32Array(count)
    this.pod = new Int32Array(count)
    this.key = new Uint8Array(count)
    this.port = new Uint16Array(count)
    this.ufrag = new Uint8Array(count * UFRAG_CHARS)
    const { mu, sigma } = roundTrips(params)
    let from = 0
    let left = there[0] ?? 0
    for (let id = 0; id < count; id++) {
      const isBefore = id < this.before
      if (isBefore) {
        while (left === 0) left = there[++from]!
        left--
      }
      const birth = isBefore ? null : births[id - this.before]!
      this.callers[id] = birth?.from ?? from
      // Exponential lengths have no memory: age and rest of a call that is there are each as long as a call.
      this.born[id] = birth?.at ?? -exponential(lengths, params.sessionLength)
      this.ends[id] = (birth?.at ?? 0) + exponential(lengths, params.sessionLength)
      this.rtt[id] = lognormal(draws, mu, sigma)
      this.hash[id] = draws.uniform()
      this.luck[id] = draws.uniform()
      this.phase[id] = draws.uniform()
      this.port[id] = 1024 + draws.below(32_768)
    }
  }
}
