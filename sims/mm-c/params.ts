/** The parameters of a plain M/M/c queue, in base units once parsed. */
import { z } from 'zod'
import { count, duration, integer, rate, uncertain } from '../lab/contract/quantity.ts'

/** Customers of one replication, at most: half a minute of work, and a backlog of 800 MB at the very worst. */
const MOST_CUSTOMERS = 5e7

export const mmcParams = z
  .strictObject({
    arrivalRate: uncertain(rate({ above: 0 })).describe('customers that arrive in a second, Poisson'),
    serviceTime: uncertain(duration({ above: 0 })).describe('mean service time'),
    serviceScv: count({ max: 1000 })
      .prefault(1)
      .describe(
        'squared coefficient of variation of the service time: 1 exponential, 0 constant, below 1 gamma, above 1 hyperexponential',
      ),
    servers: integer({ min: 1, max: 1_000_000, unit: 'servers' }).describe(
      'servers on one queue, first come first served',
    ),
    span: duration({ above: 0 })
      .optional()
      .describe('virtual time measured in one replication; without it, as long as the question needs'),
    warmUp: duration()
      .optional()
      .describe(
        'virtual time simulated before that from an empty start, and left out; without it, five relaxation times',
      ),
  })
  .refine(({ arrivalRate, span = 0, warmUp = 0 }) => arrivalRate * (span + warmUp) <= MOST_CUSTOMERS, {
    message: 'impossible: more than 50M customers in one replication (arrivalRate x (warmUp + span))',
    path: ['span'],
  })

export type MmcParams = z.infer<typeof mmcParams>

/** With both times filled in, as a replication gets them. */
export type TimedMmcParams = MmcParams & { readonly span: number; readonly warmUp: number }

export function timed(params: MmcParams): TimedMmcParams {
  const { span, warmUp } = params
  if (span === undefined || warmUp === undefined) throw new Error('mm-c: a replication needs span and warmUp')
  return { ...params, span, warmUp }
}

/** Offered load as a share of capacity: arrival rate x mean service time / servers. At 1 and above nothing settles. */
export function offeredLoad({
  arrivalRate,
  serviceTime,
  servers,
}: Pick<MmcParams, 'arrivalRate' | 'serviceTime' | 'servers'>): number {
  return (arrivalRate * serviceTime) / servers
}
