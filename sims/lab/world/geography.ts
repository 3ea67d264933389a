/**
 * Where the users are, when their day is, and which cluster answers them.
 *
 * The service publishes no split of its users, so the shares are an assumption: the world's internet users by region
 * (ITU, Facts and Figures 2024, about 5.5 billion), less mainland China, where the service is not offered, weighted
 * towards the regions where it is used more. The offsets are those of each region's most populous zone, without
 * daylight saving.
 */
export interface Region {
  readonly name: string
  /** Share of weekly users; all shares add up to 1. */
  readonly share: number
  /** Hours ahead of UTC. */
  readonly utcOffset: number
  /** Index into CLUSTERS of the nearest cluster, and of the one that takes what the nearest does not. */
  readonly home: number
  readonly spill: number
}

/**
 * Clusters of relay hosts, each one part of a replication. The busiest first, but for one exchange (sa-east before
 * us-east): two workers that take the next as they come free then have half of all sessions each, within a thousandth.
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

const cluster = (name: (typeof CLUSTERS)[number]): number => CLUSTERS.indexOf(name)

export const REGIONS: readonly Region[] = [
  {
    name: 'south-asia',
    share: 0.19,
    utcOffset: 5.5,
    home: cluster('ap-south'),
    spill: cluster('ap-southeast'),
  },
  { name: 'europe', share: 0.18, utcOffset: 1, home: cluster('eu-west'), spill: cluster('us-east') },
  { name: 'latin-america', share: 0.14, utcOffset: -3, home: cluster('sa-east'), spill: cluster('us-east') },
  {
    name: 'north-america-east',
    share: 0.13,
    utcOffset: -5,
    home: cluster('us-east'),
    spill: cluster('us-west'),
  },
  {
    name: 'southeast-asia',
    share: 0.12,
    utcOffset: 7,
    home: cluster('ap-southeast'),
    spill: cluster('ap-south'),
  },
  { name: 'middle-east', share: 0.06, utcOffset: 3, home: cluster('me-central'), spill: cluster('eu-west') },
  { name: 'africa', share: 0.05, utcOffset: 1, home: cluster('me-central'), spill: cluster('eu-west') },
  {
    name: 'east-asia-oceania',
    share: 0.07,
    utcOffset: 9,
    home: cluster('ap-northeast'),
    spill: cluster('us-west'),
  },
  {
    name: 'north-america-west',
    share: 0.06,
    utcOffset: -8,
    home: cluster('us-west'),
    spill: cluster('us-east'),
  },
]

/** One stream of arrivals: the users of a region that are steered to one cluster. */
export interface Route {
  readonly region: Region
  /** Share of the region's sessions that take this route. */
  readonly share: number
  /** True when the cluster is not the region's nearest, so that the first hop is long. */
  readonly isFar: boolean
}

/** Everything that arrives at a cluster. Thinning a Poisson stream gives Poisson streams, so routes are independent. */
export function routesTo(clusterIndex: number, spillShare: number): Route[] {
  return REGIONS.flatMap((region) => [
    ...(region.home === clusterIndex ? [{ region, share: 1 - spillShare, isFar: false }] : []),
    ...(region.spill === clusterIndex && spillShare > 0 ? [{ region, share: spillShare, isFar: true }] : []),
  ])
}
