/**
 * Random numbers drawn ahead, by call and turn, so that every variant of a world meets the same callers.
 *
 * A counterfactual (twice the pool, a shorter endpointing) moves events in time, and so the order in which they would
 * draw. Here the n-th turn of a call has its place in a table whatever the order: a call takes its offset when it
 * arrives, and arrivals do not depend on what is asked. Calls share the table's 65,536 entries; what that adds to the
 * mean (1/256 of a standard deviation) is part of the difference between replications.
 */
import { gamma } from '../lab/kernel/random/gamma.ts'
import { lognormal, lognormalFrom } from '../lab/kernel/random/lognormal.ts'
import type { ReplicationContext } from '../lab/contract/sim.ts'
import type { TurnLatencyParams } from './params.ts'

export const ENTRIES = 65_536
/** Turn n of the call with this offset is at `(offset + n) & MASK`. */
export const MASK = ENTRIES - 1

export interface Draws {
  /** What the caller says and what is answered, seconds. */
  readonly talk: Float64Array
  readonly reply: Float64Array
  /** Decoding time over its mean. */
  readonly service: Float64Array
  /** 0..1: below `cacheHit` the earlier context is still cached. */
  readonly cache: Float64Array
}

export function drawAhead(params: TurnLatencyParams, ctx: ReplicationContext): Draws {
  const { talk, reply, turnSpread, serviceScv } = params
  const filled = (name: string, draw: (stream: ReturnType<typeof ctx.stream>) => number): Float64Array => {
    const stream = ctx.stream(name)
    return Float64Array.from({ length: ENTRIES }, () => draw(stream))
  }
  const around = (median: number) => {
    const { mu, sigma } = lognormalFrom({ median, p95: turnSpread * median })
    return (stream: Parameters<typeof lognormal>[0]) => lognormal(stream, mu, sigma)
  }
  return {
    talk: filled('talk', around(talk)),
    reply: filled('reply', around(reply)),
    service: filled('service', (stream) =>
      serviceScv === 0 ? 1 : gamma(stream, 1 / serviceScv, serviceScv),
    ),
    cache: filled('cache', (stream) => stream.uniform()),
  }
}
