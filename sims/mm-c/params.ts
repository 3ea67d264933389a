/** The parameters of a plain M/M/c queue, in base units once parsed. */
import { z } from 'zod'
import { duration, integer, rate, uncertain } from '../lab/contract/quantity.ts'

/** Customers of one replication, at most: half a minute of work, and a backlog of 800 MB at the very worst. */
const MOST_CUSTOMERS = 5e7

export const mmcParams = z
  .strictObject({
    arrivalRate: uncertain(rate({ above: 0 })).describe('customers that arrive in a second, Poisson'),
    serviceTime: uncertain(duration({ above: 0 })).describe('mean service time, exponential'),
    servers: integer({ min: 1, max: 1_000_000, unit: 'servers' }).describe(
      'servers on one queue, first come first served',
    ),
    span: duration({ above: 0 }).describe('virtual time measured in one replication'),
    warmUp: duration()
      .prefault('10min')
      .describe('virtual time simulated before that from an empty start, and left out'),
  })
  .refine(({ arrivalRate, span, warmUp }) => arrivalRate * (span + warmUp) <= MOST_CUSTOMERS, {
    message: 'impossible: more than 50M customers in one replication (arrivalRate x (warmUp + span))',
    path: ['span'],
  })

export type MmcParams = z.infer<typeof mmcParams>

/** Offered load as a share of capacity: arrival rate x mean service time / servers. At 1 and above nothing settles. */
export function offeredLoad({ arrivalRate, serviceTime, servers }: MmcParams): number {
  return (arrivalRate * serviceTime) / servers
}
