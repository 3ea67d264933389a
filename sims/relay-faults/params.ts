/** The parameters of relay faults; base units once parsed. */
import { z } from 'zod'
import { choice, count, duration, integer, rate, share, uncertain } from '../lab/contract/quantity.ts'
import { arrivalLoad, lengthOf, ratesOf } from '../lab/contract/arrival-load.ts'
import { isTooSharp, TOO_SHARP } from '../lab/world/diurnal.ts'
import { CLUSTERS } from '../lab/world/geography.ts'
import { CACHES, FAULTS, RETRIES, STEERINGS } from './faults.ts'
import { populationOf } from './population.ts'

/** Sessions of one replication, at most: minutes of work and some 200 bytes each. */
const MOST_SESSIONS = 1_000_000
/**
 * The longest silence after which a client connects anew, or a caller hangs up, in seconds. Whoever is cut off is followed
 * past the span, so these two are what bounds a run.
 */
const MOST_SILENCE = 3600
const WEEK = 7 * 86_400

const written = z.strictObject({
  fault: choice(FAULTS).describe('what breaks, at the evening peak of the cluster'),
  cluster: choice(CLUSTERS).prefault('ap-south').describe('where'),
  cache: choice(CACHES).prefault('none').describe('whether relays share their routes'),
  steering: choice(STEERINGS).prefault('geo').describe('how callers come to another cluster'),
  retry: choice(RETRIES)
    .prefault('jittered')
    .describe('every second, or after a doubling time of which each waits a random part'),

  load: arrivalLoad().describe(
    'calls that begin in the cluster, by interval from the fault on; with it, what is said of users has no part in them',
  ),
  weeklyActiveUsers: count({ above: 0, max: 10e9 })
    .prefault('900M')
    .describe('people who use the service in a week'),
  voiceShare: uncertain(share({ above: 0 }))
    .prefault('5%')
    .describe('share of them who talk to it'),
  sessionsPerUser: uncertain(count({ above: 0 }))
    .prefault(3)
    .describe('calls in a week of one who talks'),
  sessionLength: uncertain(duration({ above: 0, max: 4 * 3600 }))
    .prefault('5min')
    .describe('length of a call, mean (exponential)'),
  dayTrough: count({ min: 0.01, below: 1 })
    .prefault(0.24)
    .describe('weakest minute of a day, against its mean'),
  dayPeak: count({ above: 1, max: 10 })
    .prefault(1.51)
    .describe('strongest minute of a day, against its mean'),
  spillShare: share({ max: 0.5 })
    .prefault('5%')
    .describe('share of a region steered to its second-nearest cluster'),
  span: duration({ min: 10, max: 3600 })
    .prefault('2min')
    .describe(
      'time after the fault in which calls begin; whoever is cut off at its end is followed until he is back or gone',
    ),

  relayHosts: integer({ min: CLUSTERS.length, max: 10_000, unit: 'hosts' })
    .prefault(24)
    .describe(`relay hosts in all ${CLUSTERS.length} clusters, shared out by forecast peak`),
  coresPerHost: integer({ min: 1, max: 512, unit: 'cores' })
    .prefault(2)
    .describe('cores that forward, per host'),
  packetsPerCoreSecond: uncertain(rate({ above: 0 }))
    .prefault('242k/s')
    .describe('packets a core forwards in a second'),
  packetsPerSession: uncertain(rate({ above: 0 }))
    .prefault('77/s')
    .describe('packets a session sends into the relay, both ways'),
  packetsPerSecond: rate({ min: 1, max: 1000 })
    .prefault('50/s')
    .describe('media packets of a caller: what is lost'),
  podsPerCluster: integer({ min: 2, max: 65_536, unit: 'pods' })
    .prefault(200)
    .describe('transceivers behind the relays of a cluster'),
  handshakesPerPod: uncertain(rate({ above: 0 }))
    .prefault('20/s')
    .describe('DTLS handshakes a pod finishes in a second beside its calls'),

  downtime: uncertain(duration({ max: 60 }))
    .prefault('200ms')
    .describe('a relay’s, from crash to the first packet that it takes again'),
  restartEvery: duration({ above: 0 })
    .prefault('10s')
    .describe('a rolling restart goes to the next host after'),
  cacheRead: uncertain(duration({ max: 1 }))
    .prefault('2ms')
    .describe('a route’s, out of the shared cache'),
  cacheHit: uncertain(share()).prefault('99.9%').describe('sessions whose route the cache holds'),
  drainTime: uncertain(duration())
    .prefault('30s')
    .describe('from the notice to the end of a pod that drains'),
  keyOverlap: uncertain(duration())
    .prefault('10min')
    .describe('for which the old key has been kept when it is removed'),
  rebound: uncertain(share({ above: 0 }))
    .prefault('5%')
    .describe('callers whose NAT gives them another port at once'),
  podRtt: duration({ min: 0.001, max: 1 })
    .prefault('2ms')
    .describe('from a check’s arrival to its pod’s answer'),

  checkInterval: uncertain(duration({ min: 0.05, max: 60 }))
    .prefault('2.5s')
    .describe('between a caller’s checks while all is well (libwebrtc: 2.5 s; RFC 7675: 4 to 6 s)'),
  silence: duration({ min: 0.05 })
    .prefault('2.5s')
    .describe('without a packet, after which a caller checks faster'),
  weakInterval: duration({ min: 0.02 }).prefault('480ms').describe('between checks then'),
  deadAfter: uncertain(duration({ above: 0, max: MOST_SILENCE }))
    .prefault('15s')
    .describe('silence after which a caller’s client connects anew'),
  attemptTimeout: duration({ above: 0 })
    .prefault('10s')
    .describe('after which a client takes an attempt for failed'),
  backoff: duration({ min: 0.1 })
    .prefault('1s')
    .describe('wait between attempts; doubled each time if jittered'),
  patience: uncertain(duration({ above: 0, max: MOST_SILENCE }))
    .prefault('60s')
    .describe('silence after which a caller hangs up'),
  steeringDelay: uncertain(duration())
    .prefault('30s')
    .describe('until names lead elsewhere: health check and time to live'),
  anycastDelay: uncertain(duration()).prefault('5s').describe('until routes lead elsewhere'),
  rtt: uncertain(duration({ above: 0 }))
    .prefault('20ms')
    .describe('round trip to the nearest cluster, median; the 95th percentile is three times that'),
  anycastRtt: duration({ above: 0 })
    .prefault('10ms')
    .describe('the same to the first hop of an anycast network'),
  farRtt: duration().prefault('100ms').describe('added when another cluster answers'),
})

export type RelayFaultsParams = z.infer<typeof written>

export const relayFaultsParams = written
  .refine(({ dayTrough, dayPeak }) => !isTooSharp({ trough: dayTrough, peak: dayPeak }), {
    message: TOO_SHARP,
    path: ['dayTrough'],
    // What is asked below cannot be said of such a day.
    abort: true,
  })
  .refine(({ load }) => load === undefined || load.arrivals[0]! > 0, {
    message: 'impossible: nobody calls in the first interval, in which the fault strikes',
    path: ['load'],
  })
  .refine(({ load, span }) => load === undefined || span <= lengthOf(load), {
    message: 'impossible: the load ends before the span does',
    path: ['span'],
  })
  .refine(
    ({ load, sessionLength, span }) =>
      load === undefined || Math.max(...ratesOf(load)) * (sessionLength + span) <= MOST_SESSIONS,
    { message: 'impossible: more than 1M sessions at once and in the span', path: ['load'] },
  )
  .refine(({ fault, drainTime, span }) => fault !== 'pod-drain' || drainTime < span, {
    message: 'impossible: drainTime has to be shorter than span, or nobody would be cut off',
    path: ['drainTime'],
  })
  .refine((params) => params.fault !== 'rolling-restart' || lastRestart(params) < params.span, {
    message: 'impossible: the restarts of all hosts of the cluster, restartEvery apart, do not fit into span',
    path: ['restartEvery'],
  })
  .refine(
    ({ load, weeklyActiveUsers, voiceShare, sessionsPerUser, sessionLength, span }) =>
      load !== undefined ||
      (weeklyActiveUsers * voiceShare * sessionsPerUser * (sessionLength + span)) / WEEK <= MOST_SESSIONS,
    {
      message: 'impossible: more than 1M sessions at once and in the span, over all clusters',
      path: ['span'],
    },
  )

/** Seconds after the first restart at which the last host of the cluster is restarted. */
function lastRestart(params: RelayFaultsParams): number {
  const { cluster, hosts } = populationOf(params)
  return (hosts[cluster]! - 1) * params.restartEvery
}
