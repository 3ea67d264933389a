/**
 * The standard normal distribution to double precision. (simple-statistics reads it from a printed table of two
 * decimals and its `probit` is good to 0.003: fine for teaching, too coarse for a p-value of 1e-4.)
 *
 * Near the centre the Taylor-like series of Marsaglia (J. Stat. Software 11(4), 2004), all terms of one sign; in the
 * tail the continued fraction of Mills' ratio (DLMF 7.9.1), so that tiny tail probabilities keep all their digits.
 */
import { requireOpenShare } from './error.ts'

const ROOT_TWO_PI = Math.sqrt(2 * Math.PI)
/** Where the series hands over to the continued fraction; both have 14 digits there. */
const TAIL_FROM = 2.5

/** Density at z. */
export function normalPdf(z: number): number {
  return Math.exp((-z * z) / 2) / ROOT_TWO_PI
}

/** P(Z <= z). */
export function normalCdf(z: number): number {
  return z < 0 ? normalTail(-z) : 1 - normalTail(z)
}

/** P(Z > z), with full relative precision for large z. */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z)
  if (z < TAIL_FROM) return 0.5 - normalPdf(z) * series(z)
  if (z > 40) return 0
  return normalPdf(z) * mills(z)
}

function series(z: number): number {
  let term = z
  let sum = z
  for (let n = 3; term > sum * 1e-17; n += 2) {
    term *= (z * z) / n
    sum += term
  }
  return sum
}

function mills(z: number): number {
  // 1/(z + 1/(z + 2/(z + 3/(z + ...)))), from the inside out; 120 levels give double precision from 2.5 up.
  let rest = z
  for (let k = 120; k >= 1; k--) rest = z + k / rest
  return 1 / rest
}

/** The z with P(Z <= z) = p, 0 < p < 1. */
export function normalQuantile(p: number): number {
  requireOpenShare(p, 'normalQuantile: p')
  return p < 0.5 ? -upperQuantile(p) : upperQuantile(1 - p)
}

/** The z >= 0 with P(Z > z) = tail, 0 < tail <= 1/2. */
function upperQuantile(tail: number): number {
  // ln P(Z > z) is concave and falling: Newton from the far side comes down to the root and cannot overshoot.
  const goal = Math.log(tail)
  let z = Math.sqrt(-2 * Math.log(2 * tail))
  for (let i = 0; i < 50; i++) {
    const reached = normalTail(z)
    const step = ((Math.log(reached) - goal) * reached) / normalPdf(z)
    z += step
    if (Math.abs(step) < 1e-15 * (1 + z)) break
  }
  return Math.max(0, z)
}
