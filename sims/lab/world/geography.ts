/**
 * Where the users are, when their day is, and which cluster answers them.
 *
 * The service publishes no split of its users, so the shares are an assumption: the world's internet users by region
 * (ITU, Facts and Figures 2024, about 5.5 billion), less mainland China, where the service is not offered, weighted
 * towards the regions where it is used more. The offsets are those of each region's most populous zone, without
 * daylight saving. Which site is how near to a region is read off a map, and is an assumption too where cables do not
 * follow it.
 *
 * There are eight sites, and a cluster at each unless somebody asks for another number (`worldOf`). With fewer, the sites
 * that large services opened last have none, and their users go to the nearest that has one. With more, the sites with
 * most users have several, each with an equal part of them.
 */
import { apportion } from './apportion.ts'

export interface Region {
  readonly name: string
  /** Share of weekly users; all shares add up to 1. */
  readonly share: number
  /** Hours ahead of UTC. */
  readonly utcOffset: number
  /** Index of the nearest cluster, and of the one that takes what the nearest does not: the same where there is no other. */
  readonly home: number
  readonly spill: number
  /** Whether they are somewhere else than the region's nearest site. */
  readonly isHomeFar: boolean
  readonly isSpillFar: boolean
}

/**
 * Sites of relay hosts. The busiest first, but for one exchange (sa-east before us-east): two workers that take the next
 * part of a replication as they come free then have half of all sessions each, within a thousandth.
 */
export const CLUSTERS = [
  'ap-south',
  'eu-west',
  'sa-east',
  'us-east',
  'ap-southeast',
  'me-central',
  'us-west',
  'ap-northeast',
] as const
type Site = (typeof CLUSTERS)[number]

/**
 * The order in which they are taken, an assumption: North America, Europe and South Asia first, the Middle East last, as two of
 * these are near it.
 */
const OPENED: readonly Site[] = [
  'us-east',
  'eu-west',
  'ap-south',
  'sa-east',
  'ap-southeast',
  'us-west',
  'ap-northeast',
  'me-central',
]

interface Place {
  readonly name: string
  readonly share: number
  readonly utcOffset: number
  /** All sites, the nearest first. */
  readonly nearest: readonly Site[]
}

const PLACES: readonly Place[] = [
  {
    name: 'south-asia',
    share: 0.19,
    utcOffset: 5.5,
    nearest: near('ap-south ap-southeast me-central eu-west ap-northeast us-west us-east sa-east'),
  },
  {
    name: 'europe',
    share: 0.18,
    utcOffset: 1,
    nearest: near('eu-west us-east me-central ap-south us-west sa-east ap-southeast ap-northeast'),
  },
  {
    name: 'latin-america',
    share: 0.14,
    utcOffset: -3,
    nearest: near('sa-east us-east us-west eu-west me-central ap-northeast ap-south ap-southeast'),
  },
  {
    name: 'north-america-east',
    share: 0.13,
    utcOffset: -5,
    nearest: near('us-east us-west eu-west sa-east ap-northeast me-central ap-south ap-southeast'),
  },
  {
    name: 'southeast-asia',
    share: 0.12,
    utcOffset: 7,
    nearest: near('ap-southeast ap-south ap-northeast me-central us-west eu-west us-east sa-east'),
  },
  {
    name: 'middle-east',
    share: 0.06,
    utcOffset: 3,
    nearest: near('me-central eu-west ap-south ap-southeast us-east ap-northeast us-west sa-east'),
  },
  {
    name: 'africa',
    share: 0.05,
    utcOffset: 1,
    nearest: near('me-central eu-west ap-south us-east sa-east ap-southeast us-west ap-northeast'),
  },
  {
    name: 'east-asia-oceania',
    share: 0.07,
    utcOffset: 9,
    nearest: near('ap-northeast us-west ap-southeast ap-south us-east me-central eu-west sa-east'),
  },
  {
    name: 'north-america-west',
    share: 0.06,
    utcOffset: -8,
    nearest: near('us-west us-east ap-northeast sa-east eu-west ap-southeast ap-south me-central'),
  },
]

function near(sites: string): readonly Site[] {
  return sites.split(' ') as Site[]
}

/** So many clusters, and who comes to each. */
export interface World {
  /** Names: `ap-south`, and `ap-south-2` where its site has more than one. */
  readonly clusters: readonly string[]
  /** By cluster: its site's index in CLUSTERS. */
  readonly sites: readonly number[]
  /** A region that is divided among several clusters is as many regions. */
  readonly regions: readonly Region[]
}

const known = new Map<number, World>()

/** The world of so many clusters, 1 or more. The same object for the same number. */
export function worldOf(clusters: number): World {
  let world = known.get(clusters)
  if (world === undefined) {
    world = build(clusters)
    known.set(clusters, world)
  }
  return world
}

function build(clusters: number): World {
  const counts = clustersBySite(clusters)
  const sites = counts.flatMap((count, site) => Array.from({ length: count }, () => site))
  const firstAt = counts.map((_, site) => sites.indexOf(site))
  const names = sites.map((site, i) => {
    const nth = i - firstAt[site]! + 1
    return nth === 1 ? CLUSTERS[site]! : `${CLUSTERS[site]!}-${nth}`
  })
  return { clusters: names, sites, regions: PLACES.flatMap((place) => parts(place, counts, firstAt)) }
}

/** Clusters at each site, in the order of CLUSTERS. */
function clustersBySite(clusters: number): number[] {
  if (clusters <= CLUSTERS.length) {
    const open = new Set(OPENED.slice(0, clusters))
    return CLUSTERS.map((site) => (open.has(site) ? 1 : 0))
  }
  const users = CLUSTERS.map((site) =>
    PLACES.reduce((sum, { nearest, share }) => sum + (nearest[0] === site ? share : 0), 0),
  )
  return apportion(users, clusters)
}

/** A place's users by the cluster that answers them: those of one site in equal parts, each with the next there to spill to. */
function parts({ name, share, utcOffset, nearest }: Place, counts: number[], firstAt: number[]): Region[] {
  const open = nearest.map((site) => CLUSTERS.indexOf(site)).filter((site) => counts[site]! > 0)
  const [home, other = home] = [open[0]!, open[1]]
  const isHomeFar = CLUSTERS[home] !== nearest[0]
  const [here, there] = [counts[home]!, counts[other]!]
  const spillsHere = here > 1 || other === home
  const count = spillsHere ? here : there
  return Array.from({ length: count }, (_, i) => ({
    name: count === 1 ? name : `${name}-${i + 1}`,
    share: share / count,
    utcOffset,
    home: firstAt[home]! + (i % here),
    spill: spillsHere ? firstAt[home]! + ((i + 1) % here) : firstAt[other]! + i,
    isHomeFar,
    isSpillFar: isHomeFar || !spillsHere,
  }))
}

/** Those of the eight sites with a cluster each. */
export const REGIONS: readonly Region[] = worldOf(CLUSTERS.length).regions

/** One stream of arrivals: the users of a region that are steered to one cluster. */
export interface Route {
  readonly region: Region
  /** Share of the region's sessions that take this route. */
  readonly share: number
  /** True when the cluster is not the region's nearest, so that the first hop is long. */
  readonly isFar: boolean
}

/** Everything that arrives at a cluster. Thinning a Poisson stream gives Poisson streams, so routes are independent. */
export function routesTo(clusterIndex: number, spillShare: number, regions = REGIONS): Route[] {
  return regions.flatMap((region): Route[] => {
    const { home, spill, isHomeFar, isSpillFar } = region
    // Where there is no other cluster nobody is steered to one.
    const spilt = home === spill ? 0 : spillShare
    return [
      ...(home === clusterIndex ? [{ region, share: 1 - spilt, isFar: isHomeFar }] : []),
      ...(spill === clusterIndex && spilt > 0 ? [{ region, share: spilt, isFar: isSpillFar }] : []),
    ]
  })
}
