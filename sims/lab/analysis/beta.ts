/**
 * The regularised incomplete beta function I_x(a, b): the one special function under Student's t and the binomial
 * distribution, and so under every interval here.
 *
 * Computed by the even-odd continued fraction (DLMF 8.17.22) with the modified Lentz recurrence, on whichever side of
 * the mean it converges fast. Its prefactor x^a (1-x)^b / (a B(a,b)) is where accuracy is lost: ln Gamma(a+b) and
 * ln Gamma(a) are huge and nearly equal when a is large, so their difference is taken from Stirling's series term by
 * term and never as a difference of two logarithms of gamma.
 */
import { AnalysisError } from './error.ts'

const ITERATIONS = 100_000
/** Keeps the Lentz recurrence off an exact zero. */
const TINY = 1e-300

/** I_x(a, b) for 0 <= x <= 1 and a, b > 0: the probability that a Beta(a, b) variable is at most x. */
export function regularizedBeta(x: number, a: number, b: number): number {
  if (!(x >= 0 && x <= 1))
    throw new AnalysisError('out-of-range', `regularizedBeta: x must be 0..1, not ${x}`)
  return regularizedBetaOf(x, 1 - x, a, b)
}

/**
 * The same with y = 1 - x handed over as well: a caller who knows both keeps the digits that the subtraction loses
 * when x is near 1.
 */
export function regularizedBetaOf(x: number, y: number, a: number, b: number): number {
  if (!(a > 0 && b > 0 && a < Infinity && b < Infinity)) {
    throw new AnalysisError('out-of-range', `regularizedBeta: a and b must be positive, not ${a} and ${b}`)
  }
  if (x <= 0) return 0
  if (y <= 0) return 1
  // The fraction converges in O(sqrt(max(a, b))) terms below the mean; above it, the mirror image does.
  return x * (a + b + 2) < a + 1 ? lowerPart(x, y, a, b) : 1 - lowerPart(y, x, b, a)
}

function lowerPart(x: number, y: number, a: number, b: number): number {
  // ln x from y when x is near 1, and the other way round: each logarithm keeps its digits.
  const logX = x > 0.5 ? Math.log1p(-y) : Math.log(x)
  const logY = y > 0.5 ? Math.log1p(-x) : Math.log(y)
  return (Math.exp(a * logX + b * logY - logBeta(a, b)) / a) * continuedFraction(x, a, b)
}

function continuedFraction(x: number, a: number, b: number): number {
  let c = 1
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1))
  let result = d
  for (let m = 1; m <= ITERATIONS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / nonZero(1 + even * d)
    c = nonZero(1 + even / c)
    result *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / nonZero(1 + odd * d)
    c = nonZero(1 + odd / c)
    result *= d * c
    if (Math.abs(d * c - 1) < 2.3e-16) break
  }
  return result
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value
}

/** ln B(a, b), to full precision for any positive a and b. */
export function logBeta(a: number, b: number): number {
  const small = Math.min(a, b)
  return logGamma(small) - logGammaIncrease(Math.max(a, b), small)
}

/** ln Gamma(a) for a > 0. */
export function logGamma(a: number): number {
  // Gamma(1) = 1, so the increase from 1 to a is ln Gamma(a); one series serves both functions.
  if (a < 1) return logGamma(a + 1) - Math.log(a)
  return a === 1 ? 0 : logGammaIncrease(1, a - 1)
}

/** ln Gamma(a + b) - ln Gamma(a) for a > 0 and b >= 0, without the cancellation. */
function logGammaIncrease(a: number, b: number): number {
  // Climb by Gamma(z + 1) = z Gamma(z) to where Stirling's series is exact to double precision. The quotients are
  // multiplied up first: one logarithm instead of ten.
  let climbed = 1
  while (a < STIRLING_FROM) {
    climbed *= a / (a + b)
    a += 1
  }
  return (
    Math.log(climbed) +
    (a - 0.5) * Math.log1p(b / a) +
    b * (Math.log(a + b) - 1) +
    stirlingRest(a + b) -
    stirlingRest(a)
  )
}

const STIRLING_FROM = 12

/** ln Gamma(a) - [(a - 1/2) ln a - a + ln(2 pi)/2] for a >= 12 (DLMF 5.11.1); the first term left out is below 1e-16. */
function stirlingRest(a: number): number {
  const s = 1 / (a * a)
  return (
    (1 / 12 -
      s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s * (1 / 1188 - s * (691 / 360_360 - s / 156)))))) /
    a
  )
}
