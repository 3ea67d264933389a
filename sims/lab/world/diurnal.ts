/**
 * The shape of a day: a weight for every minute, mean 1.
 *
 * Published series give the trough, the peak and their hours rather than 24 numbers that fit a voice service, so the
 * curve is drawn through those: half a cosine up, half a cosine down, raised to the one power that makes the mean 1.
 * The defaults are those of the half-hourly New York taxi series of the Numenta Anomaly Benchmark, a consumer demand
 * with an evening peak: trough 0.24 at 5 h, peak 1.51 at 19 h. Alibaba's ServeGen, 60 API clients, is flatter: 0.63
 * and 1.25.
 */
export const MINUTES_A_DAY = 1440

export interface DayShape {
  /** Weights relative to the mean of the day: trough < 1 < peak. */
  readonly trough: number
  readonly peak: number
  /** Local hours, 0..24. */
  readonly troughHour: number
  readonly peakHour: number
}

/** 1,440 weights by local minute, mean 1. */
export function dayWeights({ trough, peak, troughHour, peakHour }: DayShape): Float64Array {
  const rise = wrap(peakHour - troughHour, 24)
  const height = Float64Array.from({ length: MINUTES_A_DAY }, (_, minute) => {
    const sinceTrough = wrap((minute + 0.5) / 60 - troughHour, 24)
    const phase = sinceTrough < rise ? sinceTrough / rise : 1 - (sinceTrough - rise) / (24 - rise)
    return (1 - Math.cos(Math.PI * phase)) / 2
  })
  const power = powerForMean(height, (1 - trough) / (peak - trough))
  return height.map((h) => trough + (peak - trough) * h ** power)
}

/** The exponent p for which the mean of height^p is `mean`; the mean falls as p grows, so bisection finds it. */
function powerForMean(height: Float64Array, mean: number): number {
  let low = 0
  let high = 64
  for (let i = 0; i < 60; i++) {
    const p = (low + high) / 2
    const average = height.reduce((sum, h) => sum + h ** p, 0) / height.length
    if (average > mean) low = p
    else high = p
  }
  return (low + high) / 2
}

const wrap = (value: number, period: number): number => ((value % period) + period) % period

/** Weight at a minute of UTC for a region `utcOffset` hours ahead. */
export function weightAt(weights: Float64Array, utcMinute: number, utcOffset: number): number {
  return weights[wrap(utcMinute + Math.round(60 * utcOffset), MINUTES_A_DAY)]!
}
