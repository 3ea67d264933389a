/** The parameters of an outage; base units once parsed. */
import { z } from 'zod'
import { choice, duration, integer, rate, share, uncertain } from '../lab/contract/quantity.ts'
import { POLICY_NAMES } from './policies.ts'

/** A millisecond has room for some 2,000 messages' numbers. */
const MOST_A_SECOND = 1e6
/** Messages of one replication, at most: some hundred bytes and some microseconds each. */
const MOST_MESSAGES = 4e6
const DAY = 86_400

export const outageParams = z
  .strictObject({
    policy: choice(POLICY_NAMES)
      .prefault('flowbench')
      .describe('retry policy: one of the webhook engine’s, or quick-N: N retries at once, then none'),
    schedule: z
      .array(duration())
      .min(1)
      .max(200)
      .optional()
      .describe(
        'when the attempts after the first are made, counted from it, in place of the policy’s own: while attempts fail ' +
          'at once. What an attempt takes puts off all that follow, and the policy’s jitter and its delay after a timeout stay',
      ),
    timeout: duration({ above: 0, max: 600 })
      .optional()
      .describe('the sender hangs up after this, in place of the policy’s own'),

    capacity: uncertain(rate({ above: 0 })).describe(
      'requests the receiver works through, one after another',
    ),
    load: share({ above: 0, max: 2 }).describe('share of the capacity that new messages alone ask for'),
    arrivals: choice(['poisson', 'steady'])
      .prefault('poisson')
      .describe('messages by chance, or one as far behind the other as any'),
    queue: integer({ min: 1, max: 1e9, unit: 'requests' })
      .prefault('1M')
      .describe('requests that wait at the receiver; beyond it answers 503 at once'),

    fault: choice(['down', 'slow'])
      .prefault('down')
      .describe(
        'what the receiver does in the outage: refuses connections, or works slowly and lets them queue',
      ),
    slowTo: share().prefault('0%').describe('what is left of the capacity while it is slow'),
    before: duration({ max: DAY }).prefault('10min').describe('time before the outage'),
    outage: uncertain(duration({ above: 0, max: 30 * DAY })).describe('how long it lasts'),
    after: duration({ above: 0, max: 10 * DAY })
      .prefault('1h')
      .describe('for how long messages go on coming afterwards; its last third is long after the outage'),
    settle: duration({ max: 60 * DAY })
      .prefault('4d')
      .describe('how long late deliveries are waited for after that'),

    concurrency: integer({ min: 1, max: 1_000_000, unit: 'attempts' })
      .prefault('100k')
      .describe('attempts under way at once, at most'),
    pace: uncertain(share({ above: 0 }))
      .prefault('20%')
      .describe(
        'share of the capacity at which a policy with a breaker drains; the others go as they are due',
      ),
    hysteresis: choice(['none', 'measured'])
      .prefault('none')
      .describe('whether the same load is also reached without an outage, and down from a collapse'),
    collapseAt: share({ above: 0, max: 2 })
      .prefault('90%')
      .describe('load from which it comes down in that measurement'),
  })
  .superRefine(({ schedule = [] }, ctx) => {
    const back = schedule.findIndex((at, i) => at < (schedule[i - 1] ?? 0))
    if (back < 0) return
    ctx.addIssue({
      code: 'custom',
      path: ['schedule', back],
      message: 'impossible: the schedule goes backwards; each attempt is at or after the one before',
    })
  })
  .refine(({ capacity, load }) => capacity * load <= MOST_A_SECOND, {
    message: 'impossible: more than 1M messages a second (capacity x load)',
    path: ['capacity'],
  })
  .refine(
    ({ capacity, load, before, outage, after }) =>
      capacity * load * (before + outage + after) <= MOST_MESSAGES,
    {
      message: 'impossible: more than 4M messages in one replication (capacity x load x time)',
      path: ['load'],
    },
  )

export type OutageParams = z.infer<typeof outageParams>
