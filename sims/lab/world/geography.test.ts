import { describe, expect, it } from 'vitest'
import { CLUSTERS, REGIONS, routesTo, worldOf } from './geography.ts'

const NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 20, 64]

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0)

describe('any number of clusters', () => {
  it.each(NUMBERS)('%d: everybody has one, each has somebody, and nobody is counted twice', (clusters) => {
    const world = worldOf(clusters)
    expect(world.clusters).toHaveLength(clusters)
    expect(new Set(world.clusters).size).toBe(clusters)
    expect(world.clusters.map((name) => name.replace(/-\d+$/, ''))).toEqual(
      world.sites.map((site) => CLUSTERS[site]),
    )
    expect(new Set(world.regions.map(({ name }) => name)).size).toBe(world.regions.length)
    expect(sum(world.regions.map(({ share }) => share))).toBeCloseTo(1, 12)
    expect(new Set(world.regions.map(({ home }) => home)).size).toBe(clusters)
    for (const spillShare of [0, 0.05]) {
      const arriving = world.clusters.map((_, cluster) =>
        sum(routesTo(cluster, spillShare, world.regions).map(({ region, share }) => region.share * share)),
      )
      expect(sum(arriving)).toBeCloseTo(1, 12)
      expect(Math.min(...arriving)).toBeGreaterThan(0)
    }
  })

  it('eight: one a site, each region at its own, and what that does not take at the next', () => {
    expect(worldOf(8).clusters).toEqual(CLUSTERS)
    const told = REGIONS.map(({ name, home, spill }) => `${name}: ${CLUSTERS[home]}, ${CLUSTERS[spill]}`)
    expect(told).toEqual([
      'south-asia: ap-south, ap-southeast',
      'europe: eu-west, us-east',
      'latin-america: sa-east, us-east',
      'north-america-east: us-east, us-west',
      'southeast-asia: ap-southeast, ap-south',
      'middle-east: me-central, eu-west',
      'africa: me-central, eu-west',
      'east-asia-oceania: ap-northeast, us-west',
      'north-america-west: us-west, us-east',
    ])
    expect(REGIONS.every(({ isHomeFar, isSpillFar }) => !isHomeFar && isSpillFar)).toBe(true)
  })

  it('one: far from all but its own region, and nobody is steered elsewhere', () => {
    const routes = routesTo(0, 0.05, worldOf(1).regions)
    expect(routes.map(({ share }) => share)).toEqual(routes.map(() => 1))
    expect(routes.filter(({ isFar }) => !isFar).map(({ region }) => region.name)).toEqual([
      'north-america-east',
    ])
  })

  it('three: those of a region without one go to the nearest that there is', () => {
    const { clusters, regions } = worldOf(3)
    expect(clusters).toEqual(['ap-south', 'eu-west', 'us-east'])
    const home = (name: string): string => clusters[regions.find((one) => one.name === name)!.home]!
    expect(home('africa')).toBe('eu-west')
    expect(home('latin-america')).toBe('us-east')
    expect(home('southeast-asia')).toBe('ap-south')
    expect(home('east-asia-oceania')).toBe('ap-south')
  })

  it('one more is never farther away from anybody', () => {
    const far = Array.from({ length: 8 }, (_, i) =>
      sum(worldOf(i + 1).regions.map(({ share, isHomeFar }) => (isHomeFar ? share : 0))),
    )
    expect(far).toEqual(far.toSorted((a, b) => b - a))
    expect(new Set(far.slice(0, 8)).size).toBe(8)
    expect(far.at(-1)).toBe(0)
  })

  it('twenty: several where most users are, with an equal part each, and a neighbour at the same site', () => {
    const { clusters, sites, regions } = worldOf(20)
    const at = (site: string): number => sites.filter((one) => CLUSTERS[one] === site).length
    expect(at('ap-south')).toBeGreaterThan(at('me-central'))
    expect(at('us-west')).toBe(1)
    for (const { home, spill, isSpillFar, isHomeFar } of regions) {
      expect([isHomeFar, isSpillFar]).toEqual([false, sites[home] !== sites[spill]])
      expect(home).not.toBe(spill)
      expect(isSpillFar).toBe(at(CLUSTERS[sites[home]!]!) === 1)
    }
    const arriving = clusters.map((_, cluster) =>
      sum(routesTo(cluster, 0, regions).map(({ region, share }) => region.share * share)),
    )
    for (const site of CLUSTERS.keys()) {
      const here = arriving.filter((_, cluster) => sites[cluster] === site)
      expect(Math.max(...here) / Math.min(...here)).toBeCloseTo(1, 12)
    }
  })
})
