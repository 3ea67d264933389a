/** A sim with every kind of parameter, for tests of the loader; it never runs. */
import { z } from 'zod'
import { defineSim, type Measures, type Sim } from '../../../contract/sim.ts'
import {
  bytes,
  choice,
  count,
  duration,
  integer,
  interval,
  rate,
  share,
  uncertain,
} from '../../../contract/quantity.ts'

const params = z
  .object({
    users: count().describe('weekly users'),
    voiceShare: uncertain(share()).describe('share of users who talk'),
    relays: integer({ min: 1, unit: 'hosts' }).describe('relay hosts'),
    policy: choice(['svix', 'outpost', 'full-jitter']).prefault('svix').describe('retry policy'),
    arrivals: interval(rate({ above: 0 }))
      .prefault('50/s')
      .describe('requests'),
    packet: bytes().default(120).describe('size of a packet'),
    verify: z.boolean().prefault(false).describe('check every packet'),
    level: z.int().max(10).prefault(3).describe('a plain number'),
    net: z
      .object({
        delay: duration().prefault('20ms').describe('one way'),
        loss: uncertain(share({ max: 0.5 })).prefault({ low: '0%', mid: '1%', high: '2%' }),
      })
      .prefault({})
      .describe('the network'),
    regions: z.record(z.string(), z.object({ weight: share() })).optional(),
    hours: z.array(count()).optional(),
  })
  .refine(({ relays, packet }) => relays * packet < 1e6, {
    path: ['relays'],
    message: 'relays times packet must be below 1 MB',
  })
  .refine(({ voiceShare, net }) => voiceShare * net.loss < 0.3, {
    path: ['net', 'loss'],
    message: 'so many talk that they cannot lose so much',
  })

export type FixtureParams = z.output<typeof params>

const never = (): never => {
  throw new Error('the fixture never runs')
}

export const fixture = defineSim<FixtureParams>({
  name: 'fixture',
  summary: 'Every kind of parameter.',
  params,
  metrics: {
    'p99(relayDelay)': { unit: 's', label: 'relay delay', steadyState: true },
    lost: { unit: 'share', label: 'packets lost' },
    hosts: { unit: 'hosts', label: 'hosts in use' },
    carried: { unit: 'bit/s', label: 'traffic carried' },
  },
  replicate: (): Measures => never(),
  answer: never,
  charts: never,
})

export const fixtureSims: ReadonlyMap<string, Sim> = new Map([[fixture.name, fixture as unknown as Sim]])

export const VALID = `# A comment before the first key
name: voice-fleet-week
question: How many relay hosts keep p99 under 5 ms?
sim: fixture
seed: 7
params:
  users: 900M
  voiceShare: {low: 1%, mid: 5%, high: 10%}
sweep:
  policy: [svix, outpost]
  net.delay: 10ms..30ms step 10ms
find: {smallest: relays, in: 8..64}
until: {halfWidth: 3%, replications: 5..200}
expect: ["p99(relayDelay) < 5 ms", "lost < 0.01 %"]
environments:
  quick:
    params: {users: 1M, net: {loss: 0%}}
    until: {replications: 3}
  narrow: {sweep: {net.delay: [10ms]}, find: {in: [8, 16]}}
`
