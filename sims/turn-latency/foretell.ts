/**
 * What another report would say: the latency that a fit to some reports foretells for one that it has not seen.
 *
 * Reports differ by more than what this sim assumes: by deployment, by day, by who held the watch. How much shows in how
 * the reports lie about their own fit, as ratios; and as they are few, their scatter is itself known badly, which is what
 * Student's t is for. So an interval for one more report is the uncertain assumptions times that scatter. The interval
 * of the assumptions alone is one for what this deployment does, and no report need keep to it.
 */
import { studentQuantile } from '../lab/analysis/student.ts'
import type { Stream } from '../lab/kernel/random/stream.ts'
import { expectedLatency, fit, type FitPoint } from './fit.ts'
import type { TurnLatencyParams } from './params.ts'

export interface Scatter {
  /** Standard deviation of the logarithm of a report over what is expected. */
  readonly deviation: number
  readonly degreesOfFreedom: number
}

/** Of points about their own fit, which takes one degree of freedom; null for fewer than two points. */
export function scatterOf(params: TurnLatencyParams, points: readonly FitPoint[]): Scatter | null {
  const degreesOfFreedom = points.length - 1
  if (degreesOfFreedom < 1) return null
  const fitted = { ...params, prefillPerToken: fit(params, points) }
  const squares = points.reduce(
    (sum, { minute, seconds }) => sum + Math.log(seconds / expectedLatency(fitted, minute)) ** 2,
    0,
  )
  return { deviation: Math.sqrt(squares / degreesOfFreedom), degreesOfFreedom }
}

/**
 * The middle 95 % of what one more report at `minute` may say, seconds, given others. `drawn`: the parameters with their
 * uncertain ones drawn anew, from the same stream.
 */
export function intervalOfReport(
  params: TurnLatencyParams,
  others: readonly FitPoint[],
  minute: number,
  { draws, drawn, stream }: { draws: number; drawn: () => TurnLatencyParams; stream: Stream },
): [low: number, high: number] | null {
  const scatter = scatterOf(params, others)
  if (scatter === null) return null
  const { deviation, degreesOfFreedom } = scatter
  const reports = Array.from({ length: draws }, () => {
    const world = drawn()
    const expected = expectedLatency({ ...world, prefillPerToken: fit(world, others) }, minute)
    return expected * Math.exp(deviation * studentQuantile(stream.uniformOpen(), degreesOfFreedom))
  }).toSorted((a, b) => a - b)
  return [reports[Math.floor(0.025 * draws)]!, reports[Math.ceil(0.975 * draws) - 1]!]
}
