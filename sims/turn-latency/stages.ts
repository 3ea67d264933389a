/** The stages of a turn, from the end of speech to the first sound of the answer, and what each took by minute. */
import { LogHistogram, type LogHistogramData } from '../lab/analysis/histogram.ts'

export const STAGES = [
  'endpointing',
  'transport',
  'backlog',
  'queue',
  'prefill',
  'decode',
  'playout',
] as const
export type Stage = (typeof STAGES)[number]

/** Plain data. Minute m holds turns whose speech ended in [m - 0.5, m + 0.5) minutes of their call; minute 0 the first half. */
export interface StageWorld {
  readonly minutes: number
  readonly turns: Float64Array
  /** Seconds, summed: `sums[stage * minutes + minute]`. */
  readonly sums: Float64Array
  /** Turn latency by minute; empty where only sums were asked. */
  readonly latency: readonly LogHistogramData[]
  /** Of turns whose speech ended in the first two minutes of their call, and past ten. */
  readonly early: LogHistogramData
  readonly late: LogHistogramData
}

/** Whether a turn whose speech ended so many seconds into its call is an early one, or a late one. */
export const isEarly = (age: number): boolean => age < 120
export const isLate = (age: number): boolean => age >= 600

export class StageRecord {
  private readonly minutes: number
  private readonly turns: Float64Array
  private readonly sums: Float64Array
  private readonly latency: LogHistogram[]
  private readonly early = new LogHistogram()
  private readonly late = new LogHistogram()

  /** `withLatency`: keeps distributions as well as sums. */
  constructor(callLength: number, withLatency: boolean) {
    this.minutes = Math.floor(callLength / 60 + 0.5) + 1
    this.turns = new Float64Array(this.minutes)
    this.sums = new Float64Array(this.minutes * STAGES.length)
    this.latency = withLatency ? Array.from({ length: this.minutes }, () => new LogHistogram()) : []
  }

  /** A turn whose speech ended `age` seconds into its call; seconds by stage, in the order of STAGES. */
  add(age: number, stages: Float64Array): void {
    const minute = Math.floor(age / 60 + 0.5)
    let total = 0
    for (let stage = 0; stage < STAGES.length; stage++) {
      this.sums[stage * this.minutes + minute]! += stages[stage]!
      total += stages[stage]!
    }
    this.turns[minute]!++
    if (this.latency.length === 0) return
    this.latency[minute]!.add(total)
    if (isEarly(age)) this.early.add(total)
    if (isLate(age)) this.late.add(total)
  }

  world(): StageWorld {
    const { minutes, turns, sums, early, late } = this
    const latency = this.latency.map((one) => one.toData())
    return { minutes, turns, sums, latency, early: early.toData(), late: late.toData() }
  }
}

/** Mean of one stage in one minute, seconds; null when no turn fell there. */
export function meanStage({ minutes, turns, sums }: StageWorld, stage: Stage, minute: number): number | null {
  const count = turns[minute] ?? 0
  return count === 0 ? null : sums[STAGES.indexOf(stage) * minutes + minute]! / count
}

/** Mean turn latency in one minute, seconds; null when no turn fell there. */
export function meanLatency(world: StageWorld, minute: number): number | null {
  let total = 0
  for (const stage of STAGES) {
    const mean = meanStage(world, stage, minute)
    if (mean === null) return null
    total += mean
  }
  return total
}
