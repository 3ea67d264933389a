/** Whole hosts for clusters of unequal load. */

/**
 * Relay hosts per cluster, in proportion to the forecast peaks, at least one each; `serving` says how many of a cluster's
 * hosts carry its load when the others are lost. @throws RangeError with fewer hosts than clusters.
 */
export function apportion(
  weights: readonly number[],
  seats: number,
  serving: (hosts: number) => number = (hosts) => hosts,
): number[] {
  if (seats < weights.length) throw new RangeError(`${seats} hosts cannot serve ${weights.length} clusters`)
  const given = weights.map(() => 1)
  const load = (i: number): number => weights[i]! / serving(given[i]!)
  // Each further host goes where the load per host is highest (D'Hondt). Adding a host never takes one away from a
  // cluster, so a larger fleet is at least as good everywhere, and the search may bisect.
  for (let left = seats - weights.length; left > 0; left--) {
    let neediest = 0
    for (let i = 1; i < weights.length; i++) {
      if (load(i) > load(neediest)) neediest = i
    }
    given[neediest]!++
  }
  return given
}
