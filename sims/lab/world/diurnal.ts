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

/** What a day has above its trough, as a part of what it would have, were it always at its peak. */
const fullness = ({ trough, peak }: Pick<DayShape, 'trough' | 'peak'>): number =>
  (1 - trough) / (peak - trough)

/** Less than this (four minutes of a day), and the peak is over before minutes can show it. */
const LEAST_FULLNESS = 0.003

/** Whether the mean can be 1 only if the peak lasts for less than minutes can show. */
export const isTooSharp = (shape: Pick<DayShape, 'trough' | 'peak'>): boolean =>
  fullness(shape) < LEAST_FULLNESS

export const TOO_SHARP =
  'impossible: a day this near its trough (dayTrough) and with such a peak (dayPeak) is at the peak for less than four minutes'

/** 1,440 weights by local minute, mean 1. Throws RangeError for a shape that is too sharp. */
export function dayWeights({ trough, peak, troughHour, peakHour }: DayShape): Float64Array {
  if (isTooSharp({ trough, peak })) throw new RangeError(`a day from ${trough} to ${peak} is too sharp`)
  const rise = wrap(peakHour - troughHour, 24)
  const height = Float64Array.from({ length: MINUTES_A_DAY }, (_, minute) => {
    const sinceTrough = wrap((minute + 0.5) / 60 - troughHour, 24)
    const phase = sinceTrough < rise ? sinceTrough / rise : 1 - (sinceTrough - rise) / (24 - rise)
    return (1 - Math.cos(Math.PI * phase)) / 2
  })
  const power = powerForMean(height, fullness({ trough, peak }))
  return height.map((h) => trough + (peak - trough) * h ** power)
}

/** The exponent p for which the mean of height^p is `mean`; the mean falls as p grows, so bisection finds it. */
function powerForMean(height: Float64Array, mean: number): number {
  const average = (p: number): number => height.reduce((sum, h) => sum + h ** p, 0) / height.length
  let low = 0
  let high = 64
  while (average(high) > mean) high *= 2
  for (let i = 0; i < 60; i++) {
    const p = (low + high) / 2
    if (average(p) > mean) low = p
    else high = p
  }
  return (low + high) / 2
}

const wrap = (value: number, period: number): number => ((value % period) + period) % period

/** Weight at a minute of UTC for a region `utcOffset` hours ahead. */
export function weightAt(weights: Float64Array, utcMinute: number, utcOffset: number): number {
  return weights[wrap(utcMinute + Math.round(60 * utcOffset), MINUTES_A_DAY)]!
}
