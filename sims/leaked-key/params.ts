/** The parameters of a key's theft; base units once parsed, money in dollars. */
import { z } from 'zod'
import { choice, count, duration, integer, share, uncertain } from '../lab/contract/quantity.ts'
import { CONTROL_NAMES } from './controls.ts'

const dollars = () => count({ unit: 'dollars' })

export const leakedKeyParams = z
  .strictObject({
    control: choice(CONTROL_NAMES).describe('what limits the spend'),
    firstAbuse: uncertain(duration({ above: 0 }))
      .prefault('11min')
      .describe('from the leak to the first abuse, mean (exponential)'),
    abuseRate: uncertain(count({ above: 0, unit: 'dollars' }))
      .prefault(286)
      .describe('dollars that a thief would spend in ten minutes, mean over thieves'),
    rateSpread: share({ min: 1, max: 100 })
      .prefault('300%')
      .describe('95th percentile over median of that, lognormal over thieves'),
    burstScv: count({ max: 100 })
      .prefault(0.5)
      .describe('squared coefficient of variation of one thief’s spend from ten minutes to the next (gamma)'),
    billingLag: uncertain(duration({ max: 7 * 86_400 }))
      .prefault('10min')
      .describe('until what is spent counts against cap and budget'),
    budget: uncertain(dollars()).prefault(360).describe('spend at which the owner is told'),
    alertResponse: uncertain(duration({ above: 0 }))
      .prefault('2h')
      .describe('from the alert to the revoked key, median (lognormal, 95 % within six times that)'),
    noticed: uncertain(duration({ above: 0 }))
      .prefault('48h')
      .describe('from the leak until the owner sees the bill and revokes the key, alert or not'),
    thefts: integer({ min: 1, max: 100_000, unit: 'thefts' })
      .prefault(200)
      .describe('thefts simulated in one replication'),
  })
  .refine(({ thefts, noticed }) => (thefts * noticed) / STEP <= MOST_STEPS, {
    message: 'impossible: more than 100M minutes in one replication (thefts x noticed)',
    path: ['thefts'],
  })

/** Spend is followed minute by minute. */
export const STEP = 60
const MOST_STEPS = 1e8

export type LeakedKeyParams = z.infer<typeof leakedKeyParams>
