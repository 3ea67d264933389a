/**
 * A distribution seen from its tail: how much weight lies above x. It is all that a quantile, a share and their
 * intervals need, so a histogram of observations and a closed form mixed over seconds can stand side by side.
 */
import { LogHistogram, type LogHistogramData } from './histogram.ts'

export interface Distribution {
  /** Total weight of the observations: customers, packets. */
  readonly count: number
  /** Total of value times weight. */
  readonly sum: number
  /** Smallest value there is. */
  readonly smallest: number
  /** True of values that were observed one by one: there may be larger ones. What is worked out knows its tail. */
  readonly isObserved?: boolean
  /**
   * Weight of the observations above x, or with `orEqual` at or above it; does not increase in x and tends to 0. A
   * distribution without weight on single values may take the two for the same.
   */
  exceeding(x: number, orEqual?: boolean): number
}

/** What a replication may hand over: plain data when it comes from another thread. */
export type Observed = LogHistogramData | Distribution

export function distributionOf(observed: Observed): Distribution {
  return 'exceeding' in observed ? observed : new HistogramTail(observed)
}

/** A histogram that changes no more: its tail sums are kept, so that a look-up is one addition. */
class HistogramTail implements Distribution {
  readonly count: number
  readonly sum: number
  readonly smallest: number
  readonly isObserved = true
  private readonly data: LogHistogramData
  private readonly shape: LogHistogram
  /** Weight in bucket i of `data.counts` and all above it. */
  private readonly from: Float64Array

  constructor(data: LogHistogramData) {
    this.data = data
    this.shape = shapeOf(data)
    this.count = data.count
    this.sum = data.sum
    this.smallest = data.count === 0 ? 0 : data.smallest
    this.from = new Float64Array(data.counts.length + 1)
    for (let i = data.counts.length - 1; i >= 0; i--) this.from[i] = this.from[i + 1]! + data.counts[i]!
  }

  exceeding(x: number, orEqual = false): number {
    const { smallest, largest, first, counts, atoms } = this.data
    if (this.count === 0 || x > largest || (x === largest && !orEqual)) return 0
    if (x < smallest || (x === smallest && orEqual)) return this.count
    const bucket = this.shape.bucketOf(x)
    const i = bucket - first
    if (i < 0) return this.count
    if (i >= counts.length) return 0
    // The bucket below `min` holds what counts as the smallest value, none of which lies above it.
    if (bucket === 0) return this.from[i + 1]!
    const [low, high] = this.shape.edgesOf(bucket)
    const [from, to] = [Math.max(low, smallest), Math.min(high, largest)]
    const inside = to > from ? Math.min(1, Math.max(0, (to - x) / (to - from))) : 0
    const atom = atoms?.[i] ?? 0
    return this.from[i + 1]! + (counts[i]! - atom) * inside + (orEqual && x === low ? atom : 0)
  }
}

/** Histograms of one shape share one instance, which is asked for bucket edges only. */
const shapes = new Map<string, LogHistogram>()

function shapeOf({ bits, min, max }: LogHistogramData): LogHistogram {
  const key = `${bits} ${min} ${max}`
  let shape = shapes.get(key)
  if (!shape) {
    shape = new LogHistogram({ bits, min, max })
    // A handful of shapes exist in a program; the bound is for a caller who makes them up.
    if (shapes.size < 100) shapes.set(key, shape)
  }
  return shape
}
