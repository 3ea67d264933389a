/** The parameters of `voice-fleet`. Defaults are the mid case; what nobody publishes is an interval in the scenario. */
import { z } from 'zod'
import { arrivalLoad, lengthOf, meanRate, type ArrivalLoad } from '../lab/contract/arrival-load.ts'
import {
  bitrate,
  bytes,
  choice,
  count,
  duration,
  integer,
  rate,
  share,
  uncertain,
} from '../lab/contract/quantity.ts'
import { isTooSharp, TOO_SHARP } from '../lab/world/diurnal.ts'
import { LOSSES } from './loss.ts'
import { span, WEEK } from './span.ts'
import { CLUSTERS } from '../lab/world/geography.ts'

/** More than there are people. */
const MOST_USERS = 10e9
/** Sessions at once, and sessions of one replication, at most: a gigabyte, and an hour of work. */
const MOST_AT_ONCE = 30e6
const MOST_SESSIONS = 3e9
/** A few at every site. */
const MOST_CLUSTERS = 64
const DAY = 86_400

export const voiceFleetParams = z
  .strictObject({
    load: arrivalLoad().describe(
      'Sessions that begin in the whole service, by interval of one day (from 00:00 UTC, or from when its first row says); then users are not counted, and the day’s shape says only which regions they begin in',
    ),
    weeklyActiveUsers: count({ above: 0, max: MOST_USERS })
      .prefault('900M')
      .describe('People who use the service in a week'),
    voiceShare: uncertain(share({ above: 0 }))
      .prefault('5%')
      .describe('Share of them who talk to it'),
    sessionsPerUser: uncertain(count({ above: 0 }))
      .prefault(3)
      .describe('Voice sessions a voice user has in a week'),
    sessionLength: uncertain(duration({ above: 0 }))
      .prefault('5min')
      .describe('Mean length of a session'),
    sessionSpread: count({ above: 0, max: 3 })
      .prefault(1)
      .describe('Standard deviation of the logarithm of the length (lognormal)'),
    sessionCap: duration({ min: 1, max: 4 * 3600 })
      .prefault('60min')
      .describe('Longest session the service allows'),
    span: span()
      .prefault('week')
      .describe('What is simulated: "week", or a length "at peak" (every cluster at its own) or "at start"'),
    detail: choice(['sessions', 'instants'])
      .prefault('sessions')
      .describe('Every session, or the instants that assumptions are probed by, a fiftieth of the work'),
    dayTrough: count({ min: 0.01, below: 1 })
      .prefault(0.24)
      .describe('Weakest minute of a local day, against its mean'),
    dayPeak: count({ above: 1, max: 10 })
      .prefault(1.51)
      .describe('Strongest minute of a local day, against its mean'),
    troughHour: count({ below: 24 }).prefault(5).describe('Local hour of the trough'),
    peakHour: count({ below: 24 }).prefault(19).describe('Local hour of the peak'),
    spillShare: share({ max: 0.5 })
      .prefault('5%')
      .describe('Share of a region steered to its second-nearest cluster'),
    firstHopRtt: uncertain(duration({ above: 0 }))
      .prefault('20ms')
      .describe('Median round trip between a client and its relay (lognormal, 95th percentile 3 times that)'),
    farRtt: duration()
      .prefault('100ms')
      .describe('Added to the round trip of a client steered to a far cluster'),
    clusters: integer({ min: 1, max: MOST_CLUSTERS, unit: 'clusters' })
      .prefault(CLUSTERS.length)
      .describe(
        `Clusters of relay hosts: one at each of ${CLUSTERS.length} sites, at fewer of them, or several where most users are`,
      ),
    relayHosts: integer({ min: 1, max: 10_000, unit: 'hosts' })
      .prefault(24)
      .describe('Relay hosts in all clusters, one in each at least, shared out by forecast peak'),
    survive: choice(LOSSES)
      .prefault('none')
      .describe(
        'What may be lost at the peak while all that is expected holds: in each cluster its own worst case',
      ),
    zones: integer({ min: 2, max: 9, unit: 'zones' })
      .prefault(3)
      .describe('Zones of a cluster, its hosts spread evenly over them'),
    reconnectWithin: duration({ min: 0.1 })
      .prefault('15s')
      .describe('Clients of a lost region look for another within this time of each other'),
    coresPerHost: integer({ min: 1, max: 512, unit: 'cores' })
      .prefault(2)
      .describe('Cores that forward, per host; a flow stays on the core that its address hashes to'),
    packetsPerCoreSecond: uncertain(rate({ above: 0 }))
      .prefault('242k/s')
      .describe('Packets a core forwards in a second to many callers, whose packets cannot be merged'),
    packetsPerSession: uncertain(rate({ above: 0 }))
      .prefault('77/s')
      .describe(
        'Packets a session sends into the relay, both ways: 50 of voice up, 25 down, as talk takes turns, and 2 of control',
      ),
    loadMultiple: count({ above: 0, max: 100 })
      .prefault(1)
      .describe('Judges the same sessions as if each sent so many times the packets: for headroom'),
    packetsToCaller: uncertain(rate({ above: 0 }))
      .prefault('26/s')
      .describe('Packets of those that the relay sends to the caller: the egress'),
    packetSize: bytes({ min: 28, max: 65_535 }).prefault('140B').describe('Bytes of a packet on IP'),
    relayHeader: bytes({ max: 1000 })
      .prefault('8B')
      .describe('Bytes that the relay adds to a packet between itself and a pod'),
    prices: z
      .strictObject({
        host: count({ unit: 'USD' }).prefault('150 USD').describe('A host for a month'),
        egressGB: count({ unit: 'USD' }).prefault('0.05 USD').describe('A gigabyte to callers'),
      })
      .prefault({})
      .describe('What hosts and egress cost'),
    queueLimit: integer({ min: 1, unit: 'packets' })
      .prefault(9000)
      .describe(
        'Packets a core’s receive buffer holds; more are lost (7 MB at about 768 B of kernel memory each)',
      ),
    hostBandwidth: bitrate({ above: 0 })
      .prefault('25 Gbit/s')
      .describe('What a host’s network card carries one way'),
    flowTableSize: integer({ min: 64, max: 1 << 24, unit: 'flows' })
      .prefault('1M')
      .describe('Flows a host’s table has room for'),
    flowIdleTimeout: duration({ min: 1, max: 600 })
      .prefault('30s')
      .describe('A flow without packets is dropped after'),
    podsPerCluster: integer({ min: 1, max: 65_536, unit: 'pods' })
      .prefault(200)
      .describe('Transceivers behind the relays of a cluster'),
    verifyOneIn: integer({ min: 1 })
      .prefault('10k')
      .describe('MESSAGE-INTEGRITY and FINGERPRINT are computed and checked for one session in so many'),
  })
  .refine(({ load }) => load === undefined || Math.abs(lengthOf(load) - DAY) < 1, {
    path: ['load'],
    message: 'impossible: the load of a fleet is that of one day, 24 h in all',
  })
  .refine((params) => params.troughHour !== params.peakHour, {
    path: ['peakHour'],
    message: 'peakHour and troughHour must differ',
  })
  .refine(({ dayTrough, dayPeak }) => !isTooSharp({ trough: dayTrough, peak: dayPeak }), {
    path: ['dayTrough'],
    message: TOO_SHARP,
  })
  .refine((params) => params.packetsToCaller <= params.packetsPerSession, {
    path: ['packetsToCaller'],
    message: 'impossible: packets to the caller are some of packetsPerSession',
  })
  .superRefine(({ clusters, relayHosts, survive }, ctx) => {
    const refuse = (path: string, message: string): void => {
      ctx.addIssue({ code: 'custom', path: [path], message: `impossible: ${message}` })
    }
    if (relayHosts < clusters) refuse('relayHosts', `fewer than one in each of ${clusters} clusters`)
    else if (['host', 'zone'].includes(survive) && relayHosts < 2 * clusters)
      refuse(
        'relayHosts',
        `a cluster survives the loss of a host or a zone only with two hosts (${2 * clusters} in all)`,
      )
    if (survive === 'region' && clusters === 1)
      refuse('survive', 'where there is one cluster, nobody is left to take its callers')
  })
  .refine((params) => sessionsPerSecond(params) * params.sessionLength <= MOST_AT_ONCE, {
    path: ['weeklyActiveUsers'],
    message: `impossible: more than ${MOST_AT_ONCE / 1e6}M sessions at once`,
  })
  .refine((params) => sessionsPerSecond(params) * (params.span?.seconds ?? WEEK) <= MOST_SESSIONS, {
    path: ['weeklyActiveUsers'],
    message: `impossible: more than ${MOST_SESSIONS / 1e9}G sessions in one replication`,
  })

interface Demand {
  readonly load?: ArrivalLoad | undefined
  readonly weeklyActiveUsers: number
  readonly voiceShare: number
  readonly sessionsPerUser: number
}

/** Sessions per second that the whole service starts on average. */
export function sessionsPerSecond({ load, weeklyActiveUsers, voiceShare, sessionsPerUser }: Demand): number {
  if (load !== undefined) return meanRate(load)
  return (weeklyActiveUsers * voiceShare * sessionsPerUser) / WEEK
}

export type VoiceFleetParams = z.infer<typeof voiceFleetParams>
