/**
 * What a fleet is to survive: nothing, one host, one zone or one region of each cluster's neighbours.
 *
 * A fleet that survives a loss meets what is expected of it while the loss lasts. Each cluster is sized for its own worst
 * case, as for its own peak: it serves without one of its hosts, without the zone that held most of them, or with the
 * callers of the one other cluster whose loss brings it most. Callers go where their region's share goes anyway: those of
 * a lost home cluster to the second-nearest, and those who had been steered to a lost second-nearest cluster back home.
 */
import { routesTo, type Region, type Route, type World } from '../lab/world/geography.ts'

export const LOSSES = ['none', 'host', 'zone', 'region'] as const
export type Loss = (typeof LOSSES)[number]

/** Hosts of a cluster that carry its load when the loss has happened. */
export function serving(hosts: number, survive: Loss, zones: number): number {
  if (survive === 'host') return hosts - 1
  // Hosts are spread evenly, so the fullest zone holds the rounded-up share.
  return survive === 'zone' ? hosts - Math.ceil(hosts / zones) : hosts
}

/** Everything that arrives at a cluster when another one (by index) is lost. */
export function routesWithout(
  cluster: number,
  lost: number,
  spillShare: number,
  regions?: readonly Region[],
): Route[] {
  const moved = routesTo(lost, spillShare, regions).flatMap((route): Route[] => {
    const { home, spill, isHomeFar, isSpillFar } = route.region
    const refuge = home === lost ? spill : home
    return refuge === cluster ? [{ ...route, isFar: home === cluster ? isHomeFar : isSpillFar }] : []
  })
  const merged = new Map<string, Route>()
  for (const route of [...routesTo(cluster, spillShare, regions), ...moved]) {
    const { name } = route.region
    merged.set(name, { ...route, share: route.share + (merged.get(name)?.share ?? 0) })
  }
  return [...merged.values()]
}

/** The cluster whose loss gives this one its highest peak; null when none adds to it. `peakOf` weighs routes. */
export function worstNeighbour(
  { clusters, regions }: World,
  cluster: number,
  spillShare: number,
  peakOf: (routes: readonly Route[]) => number,
): number | null {
  let worst: number | null = null
  let highest = peakOf(routesTo(cluster, spillShare, regions))
  for (const other of clusters.keys()) {
    if (other === cluster) continue
    const peak = peakOf(routesWithout(cluster, other, spillShare, regions))
    if (peak > highest) [worst, highest] = [other, peak]
  }
  return worst
}
