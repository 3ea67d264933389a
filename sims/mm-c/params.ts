/** The parameters of the queue, in base units once parsed. Without the optional ones it is a plain M/M/c. */
import { z } from 'zod'
import { arrivalLoad, rateOrLoad, type ArrivalLoad } from '../lab/contract/arrival-load.ts'
import { count, duration, integer, rate, share, uncertain } from '../lab/contract/quantity.ts'

/** Customers of one replication, at most: half a minute of work, and a backlog of 800 MB at the very worst. */
const MOST_CUSTOMERS = 5e7
/** Customers that wait with a patience of their own, at most: each is a timer. */
const MOST_PATIENT = 4e6
/** Parts of a day, at most: every five minutes. */
const MOST_PARTS = 288

/** As written. */
const written = z.strictObject({
  arrivalRate: uncertain(rate({ above: 0 }))
    .optional()
    .describe('customers that arrive in a second (Poisson), where there is no load of your own'),
  load: arrivalLoad().describe('customers by interval, counted from the start of the measured span'),
  serviceTime: uncertain(duration({ above: 0 })).describe('mean service time'),
  serviceScv: count({ max: 1000 })
    .prefault(1)
    .describe(
      'squared coefficient of variation of the service time: 1 exponential, 0 constant, below 1 gamma, above 1 hyperexponential',
    ),
  servers: integer({ min: 1, max: 1_000_000, unit: 'servers' }).describe(
    'servers on one queue, first come first served',
  ),
  patience: uncertain(duration({ above: 0 }))
    .optional()
    .describe('mean time a customer waits before leaving unserved, exponential; without it, nobody leaves'),
  waitingRoom: integer({ max: 10_000_000, unit: 'customers' })
    .optional()
    .describe('customers who may wait at once, 0 for none; the others are lost. Without it, any number'),
  urgentShare: uncertain(share())
    .prefault('0%')
    .describe('share of customers who go before the others, without interrupting a service'),
  dayProfile: z
    .array(count())
    .min(2)
    .max(MOST_PARTS)
    .refine((parts) => parts.some((part) => part > 0), 'a day in which nobody arrives')
    .optional()
    .describe(
      'arrivals in each equal part of a day (24 numbers: each hour), against each other; arrivalRate is their mean',
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

type Written = z.output<typeof written>

/** As run: a load of the user's own has a mean rate too. */
interface Rates {
  readonly arrivalRate: number
  readonly load?: ArrivalLoad
}

/** What each parameter may be, for those who quote one. */
export const mmcShape = written.shape

export const mmcParams = written
  .transform(({ arrivalRate, load, ...rest }, ctx): Omit<Written, keyof Rates> & Rates => {
    if (load !== undefined && rest.dayProfile !== undefined) {
      const message = 'a load is given too: leave one of them out'
      ctx.issues.push({ code: 'custom', input: undefined, path: ['dayProfile'], message })
    }
    const asked = { rateName: 'arrivalRate', rate: arrivalRate, load, spanName: 'span', span: rest.span }
    const rate = rateOrLoad(asked, ctx)
    return { ...rest, arrivalRate: rate, ...(load === undefined ? {} : { load }) }
  })
  .refine(({ arrivalRate, span = 0, warmUp = 0 }) => arrivalRate * (span + warmUp) <= MOST_CUSTOMERS, {
    message: 'impossible: more than 50M customers in one replication (arrivalRate x (warmUp + span))',
    path: ['span'],
  })
  .refine(({ arrivalRate, patience }) => patience === undefined || arrivalRate * patience <= MOST_PATIENT, {
    message: 'impossible: more than 4M customers could be waiting at once (arrivalRate x patience)',
    path: ['patience'],
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

/** Whether the queue bounds itself: customers leave it or do not get in, so it has a steady state at any load. */
export const isBounded = ({ patience, waitingRoom }: MmcParams): boolean =>
  patience !== undefined || waitingRoom !== undefined
