import { afterEach, describe, expect, it, vi } from 'vitest'
import { conserves } from '../lab/contract/conservation.ts'
import type { Measures } from '../lab/contract/sim.ts'
import { context } from '../lab/contract/testing/context.ts'
import { FAULTS } from './faults.ts'
import { Handshakes } from './handshakes.ts'
import { relayFaults } from './index.ts'
import { simulate } from './model.ts'
import { relayFaultsParams } from './params.ts'
import { populationOf } from './population.ts'
import { RelayHost } from './relay-host.ts'
import { Timeline } from './series.ts'
import { meanOutage, predictions } from './theory.ts'

/** Some 600 calls at once, on 4 hosts. */
const paramsOf = (written: Record<string, unknown>) =>
  relayFaultsParams.parse({
    fault: 'relay-crash',
    weeklyActiveUsers: '30M',
    podsPerCluster: 7,
    relayHosts: 24,
    span: '40s',
    ...written,
  })

const broken = ({ invariants }: Measures): string[] =>
  invariants.filter(({ ok }) => !ok).map(({ name }) => name)
const meanOf = (measures: Measures, name: 'outage' | 'lostPackets'): number => {
  const { sum, count } = measures.observations![name] as { sum: number; count: number }
  return sum / count
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('every fault', () => {
  const all = FAULTS.flatMap((fault) => [
    [fault, 'geo', 'none'] as const,
    [fault, 'anycast', 'shared'] as const,
  ])
  it.each(all)(
    '%s, %s, cache %s: calls are conserved, checks counted, media where they should be',
    (fault, steering, cache) => {
      const measures = simulate(paramsOf({ fault, steering, cache, drainTime: '10s' }), context())
      expect(broken(measures)).toEqual([])
      expect(conserves(measures.flow)).toEqual({ ok: true })
      expect(Object.keys(measures.metrics).toSorted()).toEqual(Object.keys(relayFaults.metrics).toSorted())
      expect(measures.metrics['cut']).toBeGreaterThan(20)
      expect(measures.counters['checks']).toBeGreaterThan(5000)
    },
  )

  it('planted: a check that never arrives, a crash that forgets nothing: both are noticed', () => {
    vi.spyOn(RelayHost.prototype, 'check').mockImplementationOnce(() => undefined)
    expect(broken(simulate(paramsOf({}), context()))).toContain(
      'the storm’s checks are those that the Forwarders counted',
    )
    vi.restoreAllMocks()
    vi.spyOn(RelayHost.prototype, 'crash').mockImplementation(() => undefined)
    expect(broken(simulate(paramsOf({}), context()))).toContain(
      'media pass the relay when a call is up, and only then',
    )
  })
})

describe('how full the fullest host is', () => {
  // One host a cluster, and calls of hours: hardly any begins in the span.
  const lasting = { weeklyActiveUsers: '1M', sessionLength: '4h', relayHosts: 8, span: '10s' }
  const fill = (calls: number, params: ReturnType<typeof paramsOf>): number =>
    (calls * params.packetsPerSession) / (params.coresPerHost * params.packetsPerCoreSecond)

  it('is seen from the start, whether or not a call begins', () => {
    const params = paramsOf({ ...lasting, fault: 'nat-rebinding' })
    const { metrics, flow } = simulate(params, context())
    expect(flow.injected).toBeGreaterThan(50)
    expect(metrics['relayUtilisation']! / fill(flow.injected, params)).toBeGreaterThan(0.98)
    expect(metrics['relayUtilisation']).toBeLessThanOrEqual(fill(flow.injected, params))
  })

  it('after the loss of a region, is that of hosts which are there', () => {
    const params = paramsOf({ ...lasting, fault: 'region-loss' })
    const { callers, concurrent, cluster } = populationOf(params)
    const neighbours = callers.map(({ elsewhere }) => concurrent[elsewhere]!)
    const { metrics } = simulate(params, context())
    expect(metrics['relayUtilisation']).toBeGreaterThanOrEqual(fill(Math.max(...neighbours), params))
    expect(metrics['relayUtilisation']).toBeLessThan(
      fill(Math.max(...neighbours) + 1.5 * concurrent[cluster]!, params),
    )
  })
})

describe('what is lost', () => {
  it.each([
    [{ fault: 'relay-crash' }],
    [{ fault: 'relay-crash', downtime: '1s', checkInterval: '5s' }],
    [{ fault: 'rolling-restart', restartEvery: '3s' }],
    [{ fault: 'relay-crash', cache: 'shared', cacheHit: '60%' }],
    [{ fault: 'nat-rebinding', rebound: '30%' }],
  ])('by %o is within the interval of the closed form', (more) => {
    const params = paramsOf(more)
    const [row] = predictions(params)
    const means = Array.from({ length: 8 }, (_, replication) =>
      meanOf(simulate(params, context(replication)), 'lostPackets'),
    )
    const mean = means.reduce((a, b) => a + b) / means.length
    const variance = means.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (means.length - 1)
    expect(Math.abs(mean - row!.expected)).toBeLessThan(4 * Math.sqrt(variance / means.length))
  })

  it.each([
    { patience: '1s' },
    { deadAfter: '1200ms' },
    { fault: 'relay-crash', downtime: '2s', patience: '2400ms' },
    { fault: 'relay-crash', podRtt: '1s', patience: '3s' },
  ])('no closed form where somebody hangs up or connects anew before his check is answered: %o', (more) => {
    const params = { fault: 'nat-rebinding', ...more }
    expect(predictions(paramsOf(params))).toEqual([])
    expect(predictions(paramsOf({ ...params, patience: '4s', deadAfter: '4s' }))).toHaveLength(1)
  })

  it('the closed form by hand: half an interval, silence that shortens it, a relay that is away', () => {
    const timers = { checkInterval: 2, silence: 10, weakInterval: 0.5, podRtt: 0, sessionLength: 1e9 }
    expect(meanOutage(timers, 0)).toBeCloseTo(1, 4)
    // Phases 0 to 1 wait for themselves; from 1 on silence makes all check at 1.
    expect(meanOutage({ ...timers, silence: 1 }, 0)).toBeCloseTo(0.75, 4)
    // Away for 1 s: phases below it come round at 2 s more; (1..2 | 2..3), mean 1.5 and 2.5.
    expect(meanOutage(timers, 1)).toBeCloseTo(2, 4)
    // Silent at 1, and away for 1.2: everybody checks at 1.5.
    expect(meanOutage({ ...timers, silence: 1 }, 1.2)).toBeCloseTo(1.5, 4)
    expect(meanOutage({ ...timers, podRtt: 0.1, sessionLength: 1 }, 0)).toBeLessThan(0.7)
  })

  it('nobody connects whose round trips do not fit into an attempt, however many attempts there are', () => {
    // A check after 3.5 round trips is 10 ms late: in the next attempt it would come early.
    const anycast = { steering: 'anycast', anycastRtt: '40ms', farRtt: '0s' }
    const timers = { attemptTimeout: '130ms', backoff: '100ms', deadAfter: '2s', patience: '8s' }
    const measures = simulate(paramsOf({ fault: 'pod-loss', ...anycast, ...timers }), context())
    expect(broken(measures)).toEqual([])
    expect(measures.metrics).toMatchObject({ timeToBack: null, peakHandshakes: 0 })
    expect(measures.metrics['lostNewCalls']).toBeGreaterThan(0.9)
  })

  it('a call whose pod has died is back after its silence, signalling, a check and a handshake', () => {
    const written = {
      fault: 'pod-loss',
      deadAfter: '8s',
      rtt: '20ms',
      farRtt: '0s',
      handshakesPerPod: '10k/s',
    }
    const mean = meanOf(simulate(paramsOf(written), context()), 'outage')
    // 5.5 round trips; a lognormal whose 95th percentile is three times the median has a mean of 1.25 medians.
    expect(mean).toBeGreaterThan(7.8)
    expect(mean).toBeLessThan(8 + 5.5 * 0.02 * 1.25 + 0.05)
  })

  it('a shared cache saves the wait for checks, anycast that for names', () => {
    const outage = (more: Record<string, unknown>): number =>
      meanOf(simulate(paramsOf(more), context()), 'outage')
    expect(outage({ cache: 'shared' })).toBeLessThan(0.3 * outage({}))
    const region = { fault: 'region-loss', relayHosts: 48 }
    expect(outage({ ...region, steering: 'anycast' })).toBeLessThan(0.9 * outage(region))
  })

  it('pods that shake hands too slowly lose the calls of a region, and say so', () => {
    const { metrics } = simulate(
      paramsOf({ fault: 'region-loss', handshakesPerPod: '1.5/s', patience: '25s' }),
      context(),
    )
    expect(metrics['lostCalls']).toBeGreaterThan(0.3)
    expect(metrics['handshakeWait']).toBeGreaterThan(10)
    const point = { params: paramsOf({}), metrics: { handshakeWait: { value: 20 } } }
    const [first] = relayFaults.resources!(point as never)
    expect(first).toEqual({ name: 'DTLS handshakes', multiple: 0.5 })
  })
})

describe('the end of the span', () => {
  it.each([
    [{ fault: 'pod-loss', deadAfter: '30s' }],
    [{ fault: 'region-loss', relayHosts: 48 }],
    [{ fault: 'relay-crash', downtime: '40s', deadAfter: '55s' }],
    [{ fault: 'key-rotation', deadAfter: '30s' }],
  ])('ends no outage: %o is as long in a short run as in a long one', (more) => {
    const [short, long] = ['20s', '80s'].map((span) => simulate(paramsOf({ ...more, span }), context()))
    expect(short!.metrics['cut']).toBe(long!.metrics['cut'])
    expect(short!.observations!['outage']).toMatchObject({ count: short!.metrics['cut'] })
    expect(meanOf(short!, 'outage') / meanOf(long!, 'outage')).toBeCloseTo(1, 1)
    expect(short!.metrics['timeToBack']).not.toBeNull()
    expect(broken(short!)).toEqual([])
  })

  it('keeps nobody who is more patient than it is long from giving up, new callers included', () => {
    const hopeless = { fault: 'region-loss', steeringDelay: '10h', sessionLength: '4h', patience: '30s' }
    const { metrics } = simulate(paramsOf({ ...hopeless, weeklyActiveUsers: '1M', span: '20s' }), context())
    expect(metrics['lostCalls']).toBeGreaterThan(0.95)
    expect(metrics['lostNewCalls']).toBeGreaterThan(0.95)
  })

  it.each(['patience', 'deadAfter'])('is followed by an hour of %s at most', (name) => {
    expect(relayFaultsParams.safeParse({ fault: 'region-loss', [name]: '1h' }).success).toBe(true)
    for (const long of ['61min', { low: '1min', mid: '30min', high: '100h' }]) {
      const { error } = relayFaultsParams.safeParse({ fault: 'region-loss', [name]: long })
      expect(error?.issues).toMatchObject([{ path: typeof long === 'string' ? [name] : [name, 'high'] }])
      expect(error!.issues[0]!.message).toContain('at most 60 min')
    }
  })

  it.each([
    ['drainTime', { fault: 'pod-drain', drainTime: '61s', span: '60s' }],
    ['restartEvery', { fault: 'rolling-restart', span: '30s' }],
  ])('comes after all that the fault does, or %s is refused', (name, written) => {
    const { error } = relayFaultsParams.safeParse(written)
    expect(error?.issues).toMatchObject([{ path: [name] }])
    expect(relayFaultsParams.safeParse({ ...written, span: '62s' }).success).toBe(true)
  })
})

it.each([
  [{ checkInterval: '45s' }],
  [
    {
      cache: 'shared',
      cacheHit: '60%',
      downtime: '10s',
      silence: '1s',
      weakInterval: '45s',
      deadAfter: '100s',
    },
  ],
])('media keep a flow however seldom its client checks: %o', (more) => {
  const measures = simulate(paramsOf({ ...more, sessionLength: '20min', span: '100s' }), context())
  expect(measures.counters['probes']).toBeGreaterThan(100)
  expect(broken(measures)).toEqual([])
})

describe('the answer', () => {
  const point = (at: Record<string, string | number>, outage: number) => ({
    at,
    params: { ...paramsOf({}), ...at },
    metrics: { 'mean(outage)': { unit: 's', value: outage, low: outage, high: outage } },
  })
  const told = (...points: ReturnType<typeof point>[]): string =>
    relayFaults
      .answer({ points, chosen: points[0], limits: {} } as never)
      .text.split('. ')
      .at(-1)!

  it.each([
    ['With fixed retries a cut lasts 30 s.', { retry: 'jittered' }, { retry: 'fixed' }],
    ['With no shared route cache a cut lasts 30 s.', { cache: 'shared' }, { cache: 'none' }],
    [
      'With anycast and jittered retries a cut lasts 30 s.',
      { steering: 'geo', retry: 'fixed', cache: 'none' },
      { steering: 'anycast', retry: 'jittered', cache: 'none' },
    ],
    ['With downtime = 200 ms a cut lasts 30 s.', { downtime: 2 }, { downtime: 0.2 }],
  ])('%s', (text, worse, better) => {
    expect(told(point(worse, 40), point(better, 30))).toBe(text)
    expect(told(point(better, 30), point(worse, 40))).not.toContain('With')
  })

  it('tells the other faults too, each with what a cache makes of it, all else as at the chosen point', () => {
    const points = [
      point({ fault: 'pod-loss', cache: 'none', rtt: 0.02 }, 16),
      point({ fault: 'relay-crash', cache: 'none', rtt: 0.02 }, 1.3),
      point({ fault: 'relay-crash', cache: 'shared', rtt: 0.02 }, 0.2),
      point({ fault: 'nat-rebinding', cache: 'none', rtt: 0.02 }, 1.2),
      point({ fault: 'nat-rebinding', cache: 'shared', rtt: 0.02 }, 1.2),
      point({ fault: 'relay-crash', cache: 'shared', rtt: 5 }, 7),
    ]
    expect(told(...points)).toBe(
      'Other faults cut calls off for: a relay that crashes 1.3 s (with a shared route cache 200 ms); NATs that rebind 1.2 s.',
    )
  })

  it('has its number in the sentence, whatever is asked about', () => {
    const one = point({}, 30)
    const metrics = {
      ...one.metrics,
      lostCalls: { unit: 'share', value: 0.02 },
      peakChecks: { unit: '1/s', value: 500 },
    }
    const chosen = { ...one, metrics }
    const asking = (name: string) =>
      relayFaults.answer({ points: [chosen], chosen, limits: { [name]: { op: '<', value: 1 } } } as never)
    expect(asking('lostCalls')).toMatchObject({ value: 0.02, unit: 'share' })
    expect(asking('lostCalls').text).toMatch(/2 % of them are lost, none comes back\.$/)
    expect(asking('peakChecks')).toMatchObject({ value: 500, unit: '1/s' })
    expect(asking('peakChecks').text).toContain('peakChecks is 500/s.')
  })

  it('tells a found number of hosts as hosts', () => {
    const found = { param: 'relayHosts', value: 24, searched: [16, 24] }
    const points = [point({ relayHosts: 24 }, 30)]
    const headline = relayFaults.answer({ points, chosen: points[0], found, limits: {} } as never)
    expect(headline.text).toContain('The smallest relayHosts that will do is 24 hosts.')
  })
})

it('handshakes are first come, first served, each as long as the other', () => {
  const shaking = new Handshakes(10)
  expect(shaking.add(0)).toBeCloseTo(0.1)
  expect(shaking.add(0)).toBeCloseTo(0.2)
  expect(shaking.add(0.05)).toBeCloseTo(0.25)
  expect(shaking.add(1)).toBeCloseTo(0.1)
  expect(shaking.longestWait).toBeCloseTo(0.15)
})

it('an outage counts in each half second by the part that it takes of it', () => {
  const timeline = new Timeline(3)
  timeline.outage(0.25, 1.1)
  timeline.outage(2.9, 9)
  expect(timeline.series(50)['out']!.values.map((value) => Number(value.toFixed(6)))).toEqual([
    0.5, 1, 0.2, 0, 0, 0.2,
  ])
})

it('the peak of all clusters is that of voice-fleet’s mid case: 101,000 calls, each cluster at its own', () => {
  const clusters = [
    'ap-south',
    'eu-west',
    'us-east',
    'sa-east',
    'ap-southeast',
    'me-central',
    'us-west',
    'ap-northeast',
  ]
  const sum = clusters.reduce((total, cluster) => {
    const { concurrent, cluster: own } = populationOf(paramsOf({ cluster, weeklyActiveUsers: '900M' }))
    return total + concurrent[own]!
  }, 0)
  expect(sum / 101_000).toBeCloseTo(1, 1)
})

it('a load of the user’s own gives the calls that are there and those that begin', () => {
  const load = { every: '20s', arrivals: [60, 200] }
  const params = paramsOf({ load, sessionLength: '5min' })
  const { concurrent, cluster } = populationOf(params)
  expect(concurrent[cluster]).toBeCloseTo(3 * 300, 6)
  const { counters } = simulate(params, context())
  const expected = 900 + 260
  expect(Math.abs(counters['sessions']! - expected)).toBeLessThan(4 * Math.sqrt(expected))
  for (const bad of [{ span: '41s' }, { load: { every: '20s', arrivals: [0, 200] } }])
    expect(() => paramsOf({ load, ...bad })).toThrow('impossible')
})

describe('with a load of the user’s own', () => {
  const load = { every: '20s', arrivals: [400, 800] }

  it('what is said of users has no part in how many sessions are too many', () => {
    const users = { weeklyActiveUsers: '10G', voiceShare: '100%', sessionsPerUser: 100 }
    expect(() => paramsOf(users)).toThrow('1M sessions')
    expect(paramsOf({ ...users, load }).load).toBeDefined()
  })

  it('the tornado probes the same system, a quarter of it', () => {
    const params = paramsOf({ load, podsPerCluster: 40 })
    const quarter = relayFaults.probe!(params)
    const [whole, probed] = [params, quarter].map((one) => {
      const { concurrent, cluster } = populationOf(one)
      return concurrent[cluster]! / one.podsPerCluster
    })
    expect(probed).toBeCloseTo(whole!, 9)
    expect(quarter.podsPerCluster).toBe(10)
  })
})
