/** The parameters of webhook-trust; base units once parsed. */
import { z } from 'zod'
import { choice, duration, integer, uncertain } from '../lab/contract/quantity.ts'

export const SECRETS = ['static-overlap', 'static-at-once', 'per-request'] as const
const DAY = 86_400
/** Signatures checked in one replication, at most: some ten microseconds each. */
const MOST_FORGERIES = 1e6

export const trustParams = z
  .strictObject({
    span: duration({ above: 0, max: 30 * DAY })
      .prefault('4d')
      .describe('time that is watched'),
    attacks: integer({ min: 1, max: 20_000, unit: 'attacks' })
      .prefault(200)
      .describe('times that each kind of attack is tried on every verifier'),
    mutations: integer({ min: 0, max: 1_000_000, unit: 'attacks' })
      .prefault('2k')
      .describe('attacks with something in them changed at random, on our verifier'),
    floodTime: duration({ above: 0, max: 3600 })
      .prefault('1min')
      .describe('length of a flood of forged keys, in whose middle half the sender changes its own'),
    flood: integer({ min: 1, max: 100_000, unit: 'deliveries' })
      .prefault(200)
      .describe('forged deliveries of that flood'),

    secret: choice(SECRETS)
      .prefault('static-overlap')
      .describe(
        'what leaks: the project’s one secret, whose rotation leaves the old one for a while or revokes it at once; or the key of one request',
      ),
    endpoints: integer({ min: 1, max: 10_000, unit: 'endpoints' })
      .prefault(20)
      .describe('endpoints of the project, which share a static secret'),
    jobsAtOnce: integer({ min: 1, max: 100_000, unit: 'jobs' })
      .prefault(10)
      .describe('jobs of one endpoint that run at a time'),
    jobLength: uncertain(duration({ above: 0 })).describe('how long a job runs'),
    detection: uncertain(duration()).describe('from the leak to the rotation'),
    overlap: duration({ max: 30 * DAY })
      .prefault('24h')
      .describe('for how long the sender signs with both secrets; receivers change over in that time'),
    deploy: uncertain(duration({ above: 0 })).describe(
      'within this time every receiver has the new secret where the old one was revoked at once and deliveries fail',
    ),
    forgeEvery: duration({ above: 0 })
      .prefault('30min')
      .describe('the thief sends a forged event to each endpoint so often, mean'),
    genuineEvery: duration({ above: 0 })
      .prefault('1h')
      .describe('the sender sends an event to each endpoint so often, mean'),
  })
  .refine(
    ({ endpoints, span, forgeEvery, genuineEvery }) =>
      endpoints * (span / forgeEvery + span / genuineEvery) <= MOST_FORGERIES,
    {
      message: 'impossible: more than 1M events in one replication (endpoints x span / how often)',
      path: ['endpoints'],
    },
  )

export type TrustParams = z.infer<typeof trustParams>
