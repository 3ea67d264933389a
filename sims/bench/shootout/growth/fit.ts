/**
 * What a row of lengths and times says of how time grows.
 *
 * A polynomial is a line where both axes are logarithms, its slope the degree; an exponential is a line where only time's
 * is. Between 1 us and 1 s a matcher that starts with 100 ns and doubles with every step shows a slope of 14 and more on
 * log-log at its end, since slope = length x ln(base) = ln(time / time at the start): no polynomial that people write has
 * such a degree. So the slope at the end decides, and where it could be either, which line leaves less.
 */
import { studentFactor } from '../../../lab/analysis/interval.ts'

export interface Point {
  /** Length of what grows, bytes: the pumps, without prefix and suffix. */
  readonly length: number
  /** Processor time, s. */
  readonly seconds: number
}

export interface Interval {
  readonly value: number
  readonly low: number
  readonly high: number
}

export interface Fit {
  readonly growth: 'linear' | 'polynomial' | 'exponential' | 'undecided'
  /** Nearest whole number, of a polynomial. */
  readonly degree: number | null
  /** Slope on log-log over the upper half of the points: 95 % interval. */
  readonly exponent: Interval | null
  /** Factor a character, of an exponential. */
  readonly base: number | null
  /** Why it is undecided. */
  readonly why: string | null
}

/** Time below this is the clock's and the call's, not the search's. */
const FLOOR_SECONDS = 20e-6
/** What is called superlinear took at least this long. */
const LEAST_SECONDS = 2e-3
const LEAST_POINTS = 5
/** Lengths of a polynomial or linear row span at least this factor. */
const LEAST_SPAN = 8
const SURELY_LINEAR = 1.3
const SURELY_SUPERLINEAR = 1.5
const NOISY_LINEAR = 1.7
const FLAT = 1.2
/** Slopes at the end: up to the first a polynomial, from the second on an exponential. */
const HIGHEST_POLYNOMIAL = 7.5
const LOWEST_EXPONENTIAL = 10

interface Line {
  readonly slope: number
  readonly slopeError: number
  readonly residual: number
  readonly points: number
}

function line(xs: readonly number[], ys: readonly number[]): Line {
  const n = xs.length
  const meanX = xs.reduce((sum, x) => sum + x, 0) / n
  const meanY = ys.reduce((sum, y) => sum + y, 0) / n
  let xx = 0
  let xy = 0
  for (let i = 0; i < n; i++) {
    xx += (xs[i]! - meanX) ** 2
    xy += (xs[i]! - meanX) * (ys[i]! - meanY)
  }
  const slope = xy / xx
  let residual = 0
  for (let i = 0; i < n; i++) residual += (ys[i]! - meanY - slope * (xs[i]! - meanX)) ** 2
  return { slope, residual, points: n, slopeError: n > 2 ? Math.sqrt(residual / (n - 2) / xx) : Infinity }
}

/** What a search costs that has nothing to do: the time at length 0, else the least of the shortest texts. */
export function fixedCost(points: readonly Point[]): number {
  if (points[0]?.length === 0) return points[0].seconds
  return Math.min(...points.slice(0, 3).map(({ seconds }) => seconds))
}

/** Points whose time is the search's, the fixed cost taken off. */
export function usable(points: readonly Point[]): Point[] {
  const fixed = fixedCost(points)
  return points.flatMap(({ length, seconds }) => {
    const net = seconds - fixed
    return length > 0 && net >= Math.max(FLOOR_SECONDS, fixed / 2) ? [{ length, seconds: net }] : []
  })
}

const lengths = (points: readonly Point[]): number[] => points.map(({ length }) => Math.log(length))
const times = (points: readonly Point[]): number[] => points.map(({ seconds }) => Math.log(seconds))

/** Seconds that a superlinear search takes at least for each pair of places in a long text; no instruction is so quick. */
const LEAST_PER_PAIR = 40e-15
const LONG_BYTES = 500_000
/** The same on shorter texts that took no time that a clock can see. */
const QUITE_LONG_BYTES = 50_000

/** So quick on so long a text that nothing can be superlinear here, whatever caches and pages do to the slope. */
function isSurelyLinear(points: readonly Point[]): boolean {
  const last = points.at(-1)
  if (last === undefined || last.length < QUITE_LONG_BYTES) return false
  const net = last.seconds - fixedCost(points)
  return last.length < LONG_BYTES ? net < FLOOR_SECONDS : net < LEAST_PER_PAIR * last.length ** 2
}

/** Judges a row of points, ascending in length. */
export function fitGrowth(points: readonly Point[]): Fit {
  const nothing = { degree: null, exponent: null, base: null }
  const good = usable(points)
  const last = good.at(-1)
  if (isSurelyLinear(points)) {
    const exponent = good.length < 3 ? null : intervalOf(line(lengths(good), times(good)))
    return { growth: 'linear', degree: 1, exponent, base: null, why: null }
  }
  const undecided = (why: string): Fit => ({ ...nothing, growth: 'undecided', why })
  if (last === undefined || good.length < 2) return undecided('too few points took any time')
  // The end: what took an eighth of the longest time and more, three points at least.
  const from = Math.min(
    Math.max(0, good.length - 3),
    good.findIndex(({ seconds }) => seconds >= last.seconds / 8),
  )
  const end = good.slice(from)
  const endSlope = line(lengths(end), times(end)).slope
  const upper = good.slice(Math.min(Math.floor(good.length / 2), Math.max(0, good.length - LEAST_POINTS)))
  const logLog = line(lengths(upper), times(upper))
  const exponent = intervalOf(logLog)

  if (last.seconds >= LEAST_SECONDS && endSlope > HIGHEST_POLYNOMIAL) {
    const semiLog = line(
      good.map(({ length }) => length),
      times(good),
    )
    const isExponential =
      endSlope >= LOWEST_EXPONENTIAL || semiLog.residual < line(lengths(good), times(good)).residual
    if (isExponential) {
      const steep = line(
        end.map(({ length }) => length),
        times(end),
      )
      return { growth: 'exponential', degree: null, exponent, base: Math.exp(steep.slope), why: null }
    }
  }
  const span = last.length / good[0]!.length
  const long = good.filter(({ length }) => length >= last.length / 64)
  const flatOverall = good.length >= 8 && line(lengths(long), times(long)).slope <= FLAT
  // Lengths that match and lengths that do not take turns in some rows: the whole row is steadier than its end.
  if (endSlope <= SURELY_LINEAR || (endSlope <= NOISY_LINEAR && flatOverall)) {
    const enough = good.length >= LEAST_POINTS && span >= LEAST_SPAN
    // A text so long that three lengths suffice: what is superlinear takes far longer on it.
    const isLong = good.length >= 3 && last.length >= QUITE_LONG_BYTES
    if (!enough && !isLong) return { ...undecided('too few lengths'), exponent }
    return { growth: 'linear', degree: 1, exponent, base: null, why: null }
  }
  if (endSlope >= SURELY_SUPERLINEAR && logLog.slope >= SURELY_SUPERLINEAR) {
    if (last.seconds < LEAST_SECONDS) return undecided('too quick to tell')
    // A power grows by the span to its degree: high ones cannot span much between the floor and a second.
    if (good.length < LEAST_POINTS || span ** endSlope < LEAST_SPAN ** 2)
      return { ...undecided('too few lengths'), exponent }
    // Of more points than the end's: where times swing, that was a degree off in one row of twenty.
    const degree = Math.max(2, Math.round(logLog.slope))
    return { growth: 'polynomial', degree, exponent, base: null, why: null }
  }
  return { ...undecided('between linear and quadratic'), exponent }
}

function intervalOf({ slope, slopeError, points }: Line): Interval | null {
  if (points < 3) return null
  const half = studentFactor(points - 2, 0.95) * slopeError
  return { value: slope, low: slope - half, high: slope + half }
}

/** Length at which the row would take `seconds`, by its last points; null when it does not grow. */
export function lengthFor(points: readonly Point[], seconds: number): number | null {
  const good = usable(points)
  const [before, last] = [good.at(-3) ?? good.at(-2), good.at(-1)]
  if (before === undefined || last === undefined || last.seconds <= before.seconds) return null
  const slope = Math.log(last.seconds / before.seconds) / Math.log(last.length / before.length)
  if (slope < 0.5) return null
  if (slope > HIGHEST_POLYNOMIAL) {
    const rate = Math.log(last.seconds / before.seconds) / (last.length - before.length)
    return last.length + Math.log(seconds / last.seconds) / rate
  }
  return last.length * (seconds / last.seconds) ** (1 / slope)
}
