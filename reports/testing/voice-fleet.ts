/**
 * TEST FIXTURE: a made-up run of a voice fleet, shaped as a real one is. No number here was simulated; smooth
 * formulas stand in for a week of load, so that pages, charts and files can be tested without running anything.
 */
import type { ChartSpec, Estimate, Series } from '../../sims/lab/contract/sim.ts'
import { RUN_SCHEMA, type RunDocument } from '../../sims/lab/contract/document.ts'
import type { ReportInput } from '../input.ts'

const HOURS = 168
const STEP = 600

/** Concurrent sessions at second `t` of the week: a diurnal wave, its evening harmonic, and a quieter weekend. */
function sessionsAt(t: number): number {
  const day = (t / 86_400) % 1
  const weekend = t > 5 * 86_400 ? 0.86 : 1
  const wave = 1 - 0.42 * Math.cos(2 * Math.PI * (day - 0.12)) - 0.16 * Math.cos(4 * Math.PI * (day - 0.06))
  const ripple = 0.012 * Math.sin(t / 1711) + 0.008 * Math.sin(t / 613)
  return Math.round(42_100 * weekend * (wave + ripple))
}

const times = Array.from({ length: (HOURS * 3600) / STEP }, (_, i) => i * STEP)
const sessions = times.map(sessionsAt)
const peak = Math.max(...sessions)

/** p99 relay delay, seconds, on `hosts` hosts: the knee of a queue that nears saturation. */
function delayAt(hosts: number): Estimate {
  const load = 20.4 / hosts
  const value = load >= 0.985 ? null : 0.00062 + 0.00061 * (load ** 3 / (1 - load))
  const slack = value === null ? 0 : value * (0.03 + 0.09 * load ** 6)
  return value === null
    ? { unit: 's', value: null, low: null, high: null }
    : { unit: 's', value, low: value - slack, high: value + slack }
}

const around = (unit: string, value: number, half: number): Estimate => ({
  unit,
  value,
  low: value - half,
  high: value + half,
})

const searched = [8, 12, 16, 20, 21, 22, 23, 24, 25, 26, 28, 32, 36, 40, 48, 64]
const searchedAndJudged = searched.map((hosts) => ({ hosts, delay: delayAt(hosts) }))
const foundDelay = delayAt(24)

const clusters = [
  ['us-east', 0.81],
  ['eu-west', 0.77],
  ['ap-south', 0.72],
  ['ap-northeast', 0.69],
  ['us-west', 0.64],
  ['eu-north', 0.52],
  ['sa-east', 0.47],
] as const

export const document: RunDocument = {
  schema: RUN_SCHEMA,
  scenario: 'voice-fleet-week',
  question:
    'How many relay hosts carry a week of voice for 900M weekly users with p99 relay delay under 5 ms at the evening peak?',
  environment: null,
  sim: 'voice-fleet',
  mode: 'virtual',
  seed: 7,
  horizon: 'span',
  verdict: 'pass',
  trust: { level: 'sound', reasons: [] },
  answer: {
    text: '24 relay hosts keep p99 relay delay under 5 ms through the whole week, the evening peak included.',
    value: 24,
    estimate: 24,
    unit: 'hosts',
    low: 23,
    high: 26,
    breaksFirst: { name: 'relay CPU', multiple: 1.3 },
  },
  points: searchedAndJudged.map(({ hosts, delay }) => ({
    at: { relayHosts: hosts },
    replications: 12,
    state: delay.value === null ? 'overloaded' : hosts < 22 ? 'backlogged' : 'stable',
    samples: {},
    metrics: {
      'p99(relayDelay)': delay,
      'mean(relayDelay)':
        delay.value === null ? delay : around('s', 0.00041 + delay.value * 0.08, delay.value * 0.002),
      lost: around('share', 0.0000021 * (24 / hosts) ** 9, 0.0000003 * (24 / hosts) ** 9),
      peakSessions: around('sessions', peak, 212),
      peakPackets: around('1/s', peak * 100, 21_200),
      cpuAtPeak: around('share', Math.min(1, 18.46 / hosts), 0.004),
      flowTable: around('bytes', (peak * 320 * 24) / hosts, 61_000),
    },
  })),
  expectations: [
    {
      text: 'p99(relayDelay) < 5 ms',
      metric: 'p99(relayDelay)',
      unit: 's',
      at: { relayHosts: 24 },
      ok: true,
      value: foundDelay.value,
      low: foundDelay.low,
      high: foundDelay.high,
      clear: true,
    },
    {
      text: 'lost < 0.01 %',
      metric: 'lost',
      unit: 'share',
      at: { relayHosts: 24 },
      ok: true,
      value: 0.0000021,
      low: 0.0000018,
      high: 0.0000024,
      clear: true,
    },
    {
      text: 'cpuAtPeak < 77 %',
      metric: 'cpuAtPeak',
      unit: 'share',
      at: { relayHosts: 24 },
      ok: true,
      value: 0.7692,
      low: 0.7652,
      high: 0.7732,
      clear: false,
    },
  ],
  invariants: ['conservation', "Little's law", 'clock never goes back', 'each session ends once'].flatMap(
    (name) => searched.map((hosts) => ({ name, at: { relayHosts: hosts }, ok: true })),
  ),
  theory: [
    {
      name: 'mean concurrent sessions, M/G/∞',
      at: { relayHosts: 24 },
      metric: 'meanSessions',
      expected: 41_670,
      observed: 41_688,
      low: 41_571,
      high: 41_805,
      ok: true,
    },
    {
      name: 'mean relay wait, M/D/1 per core (Pollaczek-Khinchine)',
      at: { relayHosts: 24 },
      metric: 'mean(relayWait)',
      expected: 0.0000117,
      observed: 0.0000116,
      low: 0.0000113,
      high: 0.0000119,
      ok: true,
    },
  ],
  assumptions: [
    assumption('voiceShare', 'share of weekly users who talk', 'share', [0.01, 0.05, 0.1], [9, 24, 46]),
    assumption(
      'minutesPerUser',
      'minutes of voice per talking user and week',
      's',
      [300, 600, 900],
      [14, 24, 35],
    ),
    assumption(
      'packetsPerCoreSecond',
      'packets one relay core forwards',
      '1/s',
      [4.2e5, 6e5, 7.5e5],
      [33, 24, 20],
    ),
    assumption('eveningPeak', 'evening peak over the daily mean', 'x', [1.3, 1.51, 1.7], [21, 24, 27]),
    assumption(
      'firewalledShare',
      'share of clients behind a firewall',
      'share',
      [0.15, 0.2, 0.45],
      [24, 24, 25],
    ),
  ],
  counters: {
    events: 1_213_480_221,
    sessions: 134_998_112,
    packets: 4_092_118_420_003,
    stunRequests: 134_998_112,
  },
  reproduce: 'flowbench run scenarios/voice-fleet-week.yaml --seed 7',
  digest: 'a6f1b1c5d9c8f53e1c1c2f0b7b0f4d0d6e5a2c6f9b8c7d6e5f4a3b2c1d0e9f8a',
}

function assumption(
  path: string,
  label: string,
  unit: string,
  [low, mid, high]: readonly [number, number, number],
  [atLow, atMid, atHigh]: readonly [number, number, number],
): RunDocument['assumptions'][number] {
  return {
    path,
    label,
    unit,
    low,
    mid,
    high,
    effect: { of: 'relayHosts', unit: 'count', low: atLow, mid: atMid, high: atHigh },
  }
}

const kneeRows = searchedAndJudged.flatMap(({ hosts, delay }) =>
  delay.value === null || delay.value > 0.012
    ? []
    : [{ hosts, p99: delay.value * 1000, low: delay.low! * 1000, high: delay.high! * 1000 }],
)

const knee: ChartSpec = {
  name: 'knee',
  title: 'Where the fleet bends: p99 relay delay by number of hosts',
  description:
    'Delay falls steeply until 24 hosts and hardly beyond. The dashed line is the 5 ms limit, the ring the answer, and the band a 95 % interval over 12 replications.',
  spec: {
    data: { values: kneeRows },
    encoding: {
      x: {
        field: 'hosts',
        type: 'quantitative',
        title: 'relay hosts',
        scale: { domain: [20, 64], nice: false },
      },
    },
    layer: [
      {
        mark: { type: 'area', style: 'band' },
        encoding: {
          y: { field: 'low', type: 'quantitative', title: 'p99 relay delay, ms' },
          y2: { field: 'high' },
        },
      },
      { mark: { type: 'line' }, encoding: { y: { field: 'p99', type: 'quantitative' } } },
      {
        data: { values: [{ limit: 5 }] },
        mark: { type: 'rule', style: 'limit' },
        encoding: { y: { field: 'limit', type: 'quantitative' }, x: null },
      },
      {
        data: { values: [{ limit: 5, hosts: 64, label: 'limit 5 ms' }] },
        mark: { type: 'text', style: 'limit-label', align: 'right' },
        encoding: { y: { field: 'limit', type: 'quantitative' }, text: { field: 'label' } },
      },
      {
        transform: [{ filter: 'datum.hosts === 24' }],
        mark: { type: 'point', style: 'chosen' },
        encoding: { y: { field: 'p99', type: 'quantitative' } },
      },
      {
        transform: [{ filter: 'datum.hosts === 24' }],
        mark: { type: 'text', style: 'chosen-label' },
        encoding: { y: { field: 'p99', type: 'quantitative' }, text: { value: '24 hosts' } },
      },
    ],
  },
  table: {
    columns: ['relay hosts', 'p99 relay delay, ms', 'low', 'high'],
    rows: kneeRows.map((row) => [row.hosts, rounded(row.p99), rounded(row.low), rounded(row.high)]),
  },
}

const weekRows = times.map((t, i) => ({ day: t / 86_400, sessions: sessions[i]! }))

const week: ChartSpec = {
  name: 'week',
  title: 'The week: concurrent sessions',
  description:
    'Sessions in progress every ten minutes from Monday 00:00 UTC. The peak, on weekday evenings, is what the fleet is sized for.',
  spec: {
    height: 200,
    data: { values: weekRows },
    encoding: {
      x: {
        field: 'day',
        type: 'quantitative',
        title: null,
        scale: { domain: [0, 7], nice: false },
        axis: {
          values: [0, 1, 2, 3, 4, 5, 6],
          labelExpr: "['Mon','Tue','Wed','Thu','Fri','Sat','Sun'][datum.value]",
          labelAlign: 'left',
          grid: true,
        },
      },
      y: { field: 'sessions', type: 'quantitative', title: 'sessions in progress', axis: { format: '~s' } },
    },
    layer: [{ mark: { type: 'area', style: 'band' } }, { mark: { type: 'line', strokeWidth: 1.5 } }],
  },
  table: {
    columns: ['day', 'lowest', 'mean', 'highest'],
    rows: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].map((name, day) => {
      const part = sessions.slice(day * 144, day * 144 + 144)
      return [
        name,
        Math.min(...part),
        Math.round(part.reduce((a, b) => a + b, 0) / part.length),
        Math.max(...part),
      ]
    }),
  },
}

const utilisation: ChartSpec = {
  name: 'utilisation',
  title: 'Relay CPU at the peak, by cluster',
  description:
    'The busiest second of the week on 24 hosts. us-east is the fullest; the dashed line at 85 % is where queueing delay takes off.',
  spec: {
    height: { step: 30 },
    data: {
      values: clusters.map(([cluster, share]) => ({ cluster, share, label: `${Math.round(share * 100)} %` })),
    },
    encoding: {
      y: { field: 'cluster', type: 'nominal', sort: null, title: null },
      x: {
        field: 'share',
        type: 'quantitative',
        title: 'share of relay CPU in use',
        scale: { domain: [0, 1] },
        axis: { format: '.0%', grid: true },
      },
    },
    layer: [
      { mark: { type: 'bar', height: 16 } },
      { mark: { type: 'text', style: 'bar-label' }, encoding: { text: { field: 'label' } } },
      {
        data: { values: [{ limit: 0.85 }] },
        mark: { type: 'rule', style: 'limit' },
        encoding: { x: { field: 'limit', type: 'quantitative' }, y: null },
      },
    ],
  },
  table: {
    columns: ['cluster', 'CPU in use at the peak'],
    rows: clusters.map(([cluster, share]) => [cluster, `${Math.round(share * 100)} %`]),
  },
}

function rounded(value: number): number {
  return Number(value.toPrecision(3))
}

const hours = times.map((t) => t)
const series: Record<string, Series> = {
  sessions: { unit: 'sessions', label: 'sessions in progress', t: hours, values: sessions },
  packets: { unit: '1/s', label: 'packets, both ways', t: hours, values: sessions.map((n) => n * 100) },
}

const scenarioYaml = `# yaml-language-server: $schema=./scenario.schema.json
name: voice-fleet-week
question: >-
  How many relay hosts carry a week of voice for 900M weekly users
  with p99 relay delay under 5 ms at the evening peak?
sim: voice-fleet
seed: 7
params:
  weeklyActiveUsers: 900M
  voiceShare: {low: 1%, mid: 5%, high: 10%}      # an assumption, swept and shown
  minutesPerUser: {low: 5min, mid: 10min, high: 15min}
  packetsPerCoreSecond: {low: 420k/s, mid: 600k/s, high: 750k/s}
find: {smallest: relayHosts, in: 8..64}
until: {halfWidth: 3%, replications: 5..200}
expect:
  - p99(relayDelay) < 5 ms
  - lost < 0.01 %
  - cpuAtPeak < 77 %
`

/** A fresh copy of the fixture's report input. */
export function voiceFleet(): ReportInput {
  return structuredClone({
    document,
    charts: [knee, week, utilisation],
    series,
    scenarioYaml,
    metricLabels: {
      'p99(relayDelay)': { label: 'relay delay, 99th percentile over all packets', unit: 's' },
      'mean(relayDelay)': { label: 'relay delay, mean over all packets', unit: 's' },
      'mean(relayWait)': { label: 'wait for a relay core, mean', unit: 's' },
      meanSessions: { label: 'sessions in progress, mean over the week', unit: 'sessions' },
      lost: { label: 'packets dropped by a relay', unit: 'share' },
      peakSessions: { label: 'sessions in progress at the peak', unit: 'sessions' },
      peakPackets: { label: 'packets at the peak, both ways', unit: '1/s' },
      cpuAtPeak: { label: 'relay CPU in use at the peak', unit: 'share' },
      flowTable: { label: 'flow table of the fullest host', unit: 'bytes' },
    },
    wallClock: ['Ran for 74 s on 2 workers', 'Node 26.10.0, linux x64'],
  })
}
