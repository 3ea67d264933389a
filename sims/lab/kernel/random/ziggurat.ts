/**
 * Ziggurat tables (Marsaglia and Tsang, "The ziggurat method for generating random variables", J. Stat. Software 5(8),
 * 2000).
 *
 * A decreasing density f on [0, inf) is covered by 256 horizontal layers of equal area v. Layer i reaches to x[i]; the
 * part left of x[i+1] lies wholly under f. So a draw picks a layer and a point in it, and 98 to 99 times in a hundred
 * that point is the answer: no logarithm, one multiplication. Layer 0 is the base strip together with the tail beyond
 * r; its virtual width v / f(r) makes its area v too.
 *
 * Layer and position come from disjoint bits of one 53-bit uniform; sharing bits between them, as the paper's code
 * does, is a known flaw (Doornik 2005).
 */
export const LAYERS = 256

export interface ZigguratTables {
  /** Right edge of each layer; x[1] = r, x[256] = 0. */
  readonly x: Float64Array
  /** f at each edge; f[256] = 1. */
  readonly f: Float64Array
}

/** Tables for density `f` (f(0) = 1, decreasing) with inverse `inverse`, tail start `r` and layer area `v`. */
export function zigguratTables(
  r: number,
  v: number,
  f: (x: number) => number,
  inverse: (y: number) => number,
): ZigguratTables {
  const x = new Float64Array(LAYERS + 1)
  x[0] = v / f(r)
  x[1] = r
  for (let i = 2; i < LAYERS; i++) x[i] = inverse(v / x[i - 1]! + f(x[i - 1]!))
  x[LAYERS] = 0
  return { x, f: x.map(f) }
}
