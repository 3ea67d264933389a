import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  clusterRates,
  dayShape,
  forecastPeaks,
  routeRates,
  servingHosts,
  spanStart,
  survival,
} from './demand.ts'
import { routesWithout } from './loss.ts'
import { MINUTES_A_DAY } from '../lab/world/diurnal.ts'
import { CLUSTERS, REGIONS } from '../lab/world/geography.ts'
import { apportion } from '../lab/world/apportion.ts'
import { mostSessions, occupancyAt, rateAt } from './occupancy.ts'
import { sessionsPerSecond, voiceFleetParams } from './params.ts'
import { WEEK } from './span.ts'

const mid = voiceFleetParams.parse({})

/** Sessions at once in every minute of the day, by the sum over all ages. */
const sessionsIn = (params: typeof mid, rates: Float64Array): Float64Array =>
  rates.map((_, minute) => occupancyAt(rates, survival(params), 60 * minute + 30))

const mostIn = (params: typeof mid, rates: Float64Array): number => Math.max(...sessionsIn(params, rates))

/** Many begin within five minutes; far more are there in the three busy hours later. */
const bursty = (more: object = {}) =>
  voiceFleetParams.parse({
    load: {
      every: '5min',
      arrivals: Array.from({ length: 288 }, (_, i) => (i === 36 ? 6000 : i >= 144 && i < 180 ? 5000 : 500)),
    },
    span: '10min at peak',
    sessionLength: '30min',
    ...more,
  })

describe('demand', () => {
  it('starts 135 million sessions a week in the mid case', () => {
    expect(sessionsPerSecond(mid) * WEEK).toBeCloseTo(135e6, 3)
    expect(REGIONS.reduce((sum, region) => sum + region.share, 0)).toBeCloseTo(1, 12)
    const weights = dayShape(mid)
    const perDay = CLUSTERS.map((_, cluster) =>
      clusterRates(mid, weights, cluster).reduce((sum, rate) => sum + 60 * rate, 0),
    )
    expect(7 * perDay.reduce((sum, sessions) => sum + sessions, 0)).toBeCloseTo(135e6, 0)
  })

  it('knows how many sessions are at once as the sum over all their ages does', () => {
    const rates = clusterRates(mid, dayShape(mid), 2)
    const stays = survival(mid)
    for (const second of [0, 59, 60, 4321.7, -3599.25, 86_399, 7 * 86_400 + 30.5]) {
      let sum = 0
      for (let u = 0; u < stays.length; u++) sum += stays[u]! * rateAt(rates, second - u)
      expect(occupancyAt(rates, stays, second) / sum).toBeCloseTo(1, 11)
    }
  })

  it('lists the clusters so that two workers, who take the next as they come free, end together', () => {
    const busy = [0, 0]
    for (const [cluster] of CLUSTERS.entries()) {
      const sessions = clusterRates(mid, dayShape(mid), cluster).reduce((a, b) => a + b, 0)
      busy[busy[0]! <= busy[1]! ? 0 : 1]! += sessions
    }
    expect(Math.abs(Math.log(busy[0]! / busy[1]!))).toBeLessThan(0.005)
  })

  const highest = (params: typeof mid, cluster: number): number => {
    const sessions = sessionsIn(params, clusterRates(params, dayShape(params), cluster))
    return sessions.indexOf(Math.max(...sessions))
  }
  const middleOf = (params: typeof mid, cluster: number): number =>
    spanStart(params, clusterRates(params, dayShape(params), cluster)) / 60 + params.span.seconds / 120

  it('centres a span at the peak on the cluster’s own minute with most sessions', () => {
    const params = voiceFleetParams.parse({ span: '1h at peak' })
    const middles = CLUSTERS.map((_, cluster) => {
      expect(middleOf(params, cluster)).toBe(highest(params, cluster))
      return middleOf(params, cluster)
    })
    expect(new Set(middles).size).toBeGreaterThan(4)
  })

  it('and not on a minute in which many begin: a short burst before a long busy hour is not the peak', () => {
    const params = bursty()
    const middles = CLUSTERS.map((_, cluster) => middleOf(params, cluster))
    expect(middles).toEqual(CLUSTERS.map((_, cluster) => highest(params, cluster)))
    // Where it is not night then.
    expect(middles.filter((minute) => minute > 12 * 60).length).toBeGreaterThan(3)
  })

  it('keeps the mean of the lengths: the survival function sums to it', () => {
    const long = { ...mid, sessionCap: 4 * 3600 }
    // Whole seconds round up, by half a second on average.
    expect(survival(long).reduce((sum, alive) => sum + alive, 0)).toBeCloseTo(300.5, 0)
  })
})

describe('sharing out hosts', () => {
  it('gives every cluster one, and never takes one away as the fleet grows', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 1, maxLength: 12 }),
        (weights) => {
          let before = weights.map(() => 0)
          for (let seats = weights.length; seats < weights.length + 60; seats++) {
            const given = apportion(weights, seats)
            expect(given.reduce((sum, one) => sum + one, 0)).toBe(seats)
            given.forEach((one, i) => expect(one).toBeGreaterThanOrEqual(Math.max(1, before[i]!)))
            before = given
          }
        },
      ),
      { numRuns: 50 },
    )
  })

  it('follows the forecast', () => {
    const peaks = forecastPeaks(mid)
    const hosts = apportion(peaks, 800)
    const total = peaks.reduce((sum, peak) => sum + peak, 0)
    hosts.forEach((one, i) => expect(Math.abs(one - (800 * peaks[i]!) / total)).toBeLessThan(2))
    expect(() => apportion(peaks, 3)).toThrow('3 hosts cannot serve 8 clusters')
  })

  it.each([
    ['the day’s curve', mid],
    ['the day’s curve, a region lost', { ...mid, survive: 'region' as const }],
    ['long sessions', { ...mid, sessionLength: 2400, sessionCap: 4 * 3600 }],
    ['a burst', bursty()],
    ['a burst, a region lost', bursty({ survive: 'region' })],
  ])('goes by sessions at once, not by how many begin: %s', (_name, params) => {
    const weights = dayShape(params)
    const most = CLUSTERS.map((_, cluster) => mostIn(params, clusterRates(params, weights, cluster)))
    forecastPeaks(params).forEach((peak, i) => expect(peak / most[i]!).toBeCloseTo(1, 9))
    // So no cluster is fuller than it must be: with one host less it would be the fullest.
    const hosts = servingHosts(params, 64)
    const fullest = Math.max(...hosts.map((one, i) => most[i]! / one))
    hosts.forEach((one, i) => expect(most[i]! / (one - 1)).toBeGreaterThanOrEqual(fullest))
  })
})

describe('a load of the user’s own', () => {
  const arrivals = Array.from({ length: 24 }, (_, hour) => 100_000 + 10_000 * hour)
  const params = voiceFleetParams.parse({ load: { every: '1h', arrivals } })
  const weights = dayShape(params)
  const rates = CLUSTERS.map((_, cluster) => clusterRates(params, weights, cluster))

  it('is what all clusters together get, in every minute', () => {
    for (const minute of [0, 59, 60, 700, 1439]) {
      const total = rates.reduce((sum, one) => sum + one[minute]!, 0)
      expect(total).toBeCloseTo(arrivals[Math.floor(minute / 60)]! / 3600, 6)
    }
    expect(sessionsPerSecond(params)).toBeCloseTo(arrivals.reduce((a, b) => a + b) / 86_400, 6)
  })

  it('falls where it is evening: the share of India is largest in its evening, not at the load’s end', () => {
    const india = rates[CLUSTERS.indexOf('ap-south')]!
    const share = (minute: number): number =>
      india[minute]! / rates.reduce((sum, one) => sum + one[minute]!, 0)
    expect(share(13 * 60 + 30)).toBeGreaterThan(2 * share(23 * 60))
  })

  const total = (load: object): number[] => {
    const own = voiceFleetParams.parse({ load })
    const all = CLUSTERS.map((_, cluster) => clusterRates(own, weights, cluster))
    return Array.from({ length: MINUTES_A_DAY }, (_, minute) =>
      all.reduce((sum, one) => sum + one[minute]!, 0),
    )
  }

  it.each([
    ['half a minute', '30s', 2880],
    ['ninety seconds', '90s', 960],
    ['twelve minutes', '12min', 120],
    ['eight seconds', '8s', 10_800],
  ])('loses and doubles nobody by the length of its intervals: %s', (_name, every, intervals) => {
    const own = Array.from({ length: intervals }, (_, i) => (i % 2 === 0 ? 0 : 2000))
    const byMinute = total({ every, arrivals: own })
    expect(byMinute.reduce((sum, rate) => sum + 60 * rate, 0)).toBeCloseTo(1000 * intervals, 3)
    expect(Math.min(...byMinute)).toBeGreaterThanOrEqual(0)
  })

  it('has in a minute what its intervals have in that minute', () => {
    const own = Array.from({ length: 960 }, (_, i) => (i % 2 === 0 ? 0 : 900))
    // Intervals of 90 s, the second of each two with 10 a second: 0 to 90 s nobody, then 90 s of them.
    expect(total({ every: '90s', arrivals: own }).slice(0, 3)).toEqual(
      [0, 5, 10].map((rate) => expect.closeTo(rate, 6)),
    )
  })

  it('goes by the clock of its first row: 08:00 in UTC, or 16 hours of it after midnight', () => {
    const clocked = total({ every: '1h', arrivals, start: '8h' })
    for (const hour of [0, 7, 8, 23])
      expect(clocked[60 * hour + 30]!).toBeCloseTo(arrivals[(hour + 16) % 24]! / 3600, 6)
    expect(total({ every: '1h', arrivals, start: '0s' })).toEqual(total({ every: '1h', arrivals }))
  })

  it('says which neighbour is worst to lose: whose callers are there when it is', () => {
    // Everyone calls in one hour, in turn every hour of the day.
    const worst = Array.from({ length: 24 }, (_, busy) => {
      const hours = Array.from({ length: 24 }, (_, hour) => (hour === busy ? 1_000_000 : 1))
      const own = voiceFleetParams.parse({ load: { every: '1h', arrivals: hours }, survive: 'region' })
      const stays = survival(own)
      return CLUSTERS.map((_, cluster) => {
        const peak = mostSessions(clusterRates(own, weights, cluster), stays)
        const most = [...CLUSTERS.keys()]
          .filter((other) => other !== cluster)
          .map((lost) => {
            const routes = routesWithout(cluster, lost, own.spillShare)
            const rates = routes.map((route) => routeRates(own, weights, route))
            return mostSessions(
              weights.map((_, minute) => rates.reduce((sum, one) => sum + one[minute]!, 0)),
              stays,
            )
          })
        return peak / Math.max(...most)
      })
    }).flat()
    expect(Math.min(...worst)).toBeCloseTo(1, 9)
  })

  it('of more or less than a day is refused', () => {
    expect(() => voiceFleetParams.parse({ load: { every: '1h', arrivals: arrivals.slice(1) } })).toThrow(
      'one day',
    )
  })
})
