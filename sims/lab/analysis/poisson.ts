/** The upper tail of a Poisson number, where it is small. */

/** A bound on P(N >= most) for a number N with this mean (Chernoff); 1 where the mean is not below it. */
export function poissonAbove(mean: number, most: number): number {
  if (mean >= most) return 1
  return mean <= 0 ? 0 : Math.exp(-(most * Math.log(most / mean) - most + mean))
}
