/** The parameters of a model's batch queue and of those who wait for its results; base units once parsed. */
import { z } from 'zod'
import { bytes, choice, count, duration, integer, rate, share, uncertain } from '../lab/contract/quantity.ts'
import { isTooSharp, TOO_SHARP } from '../lab/world/diurnal.ts'
import { PRESETS, regimeOf, type RegimeParams } from './presets.ts'
import { MOST_IN_A_JOB, meanRequests, type JobSizes } from './sizes.ts'
import { WAY_NAMES } from './ways.ts'

/** Jobs, and requests of both kinds, of one replication at most: a minute of work, some hundred MB. */
const MOST_JOBS = 500_000
const MOST_REQUESTS = 50e6

/** Requests of both kinds in a second. */
function requestRate(
  params: JobSizes & RegimeParams & { jobRate: number; slots: number; interactiveTime: number },
): number {
  const { jobRate, slots, interactiveTime } = params
  return jobRate * meanRequests(params) + (regimeOf(params).interactiveLoad * slots) / interactiveTime
}

export const batchParams = z
  .strictObject({
    preset: choice(PRESETS)
      .prefault('calm')
      .describe('the regime: what interactive load takes, and what is withheld'),
    way: choice(WAY_NAMES).prefault('poll-1min').describe('how the submitter learns that the job is done'),

    slots: integer({ min: 1, max: 10_000, unit: 'slots' })
      .prefault(32)
      .describe('requests of this model that run at once, interactive and batch'),
    interactiveLoad: uncertain(share({ below: 1 }))
      .optional()
      .describe('mean share of the slots that interactive requests take; without it, the preset’s'),
    interactiveTime: uncertain(duration({ above: 0 }))
      .prefault('20s')
      .describe('an interactive request, mean'),
    dayTrough: share().prefault('63%').describe('interactive load at its lowest, over the mean of the day'),
    dayPeak: share({ min: 1, max: 10 })
      .prefault('125%')
      .describe('interactive load at its highest (19 h), over the mean of the day'),
    withheld: uncertain(share())
      .optional()
      .describe('share of the slots that batch may not have; without it, the preset’s'),
    withheldFrom: duration().optional().describe('from when, after the start of the run; else the preset’s'),
    withheldUntil: duration().optional().describe('until when; without it, the preset’s'),
    lease: duration()
      .prefault('0s')
      .describe('an idle slot is lent to another model for so long and not called back; 0 s: it is not'),

    jobRate: uncertain(rate({ above: 0 })).describe('jobs that are submitted, Poisson'),
    jobRequests: uncertain(count({ min: 1, max: MOST_IN_A_JOB }))
      .prefault(30)
      .describe('requests of a job, median'),
    jobSpread: uncertain(share({ min: 1, max: 1000 }))
      .prefault('3000%')
      .describe('95th percentile over median of that, lognormal'),
    requestTime: uncertain(duration({ above: 0 }))
      .prefault('28.3s')
      .describe('a batch request, mean'),
    requestScv: count({ max: 100 })
      .prefault(1.7)
      .describe('squared coefficient of variation of request times, both kinds (lognormal)'),
    requestLaw: choice(['lognormal', 'exponential'])
      .prefault('lognormal')
      .describe('law of request times; the exponential is there for its closed forms'),
    setup: uncertain(duration())
      .prefault('30s')
      .describe('validation of a job before it is in the queue, mean (exponential)'),
    upperTier: uncertain(share())
      .prefault('20%')
      .describe('jobs of a higher tier, which go before all others'),
    atOnce: integer({ min: 1, unit: 'requests' })
      .prefault(8)
      .describe('requests of one job that run at once'),
    upperAtOnce: integer({ min: 1, unit: 'requests' })
      .prefault(16)
      .describe('the same for a job of the higher tier'),

    pendingExpiry: duration()
      .optional()
      .describe('a job that has not begun after so long expires; without it, none does'),
    expiryEnforced: uncertain(share())
      .prefault('100%')
      .describe('jobs that do expire when they should (others were seen PENDING for days longer)'),
    runExpiry: duration().optional().describe('a job that has run for so long is ended; without it, none is'),
    unfinished: choice(['returned', 'lost'])
      .prefault('returned')
      .describe('a job that is ended: what it has done is returned in part, or all is lost'),
    cancelAfter: duration({ above: 0 })
      .optional()
      .describe('patience of a submitter with a PENDING job, mean (exponential); without it, nobody cancels'),

    pollInterval: duration({ above: 0 })
      .prefault('60s')
      .describe('between looks, polling at a fixed interval'),
    pollFirst: duration({ above: 0 }).prefault('1s').describe('first pause of doubling pauses'),
    pollCap: duration({ above: 0 }).prefault('10min').describe('longest of doubling pauses that have a cap'),
    dispatch: uncertain(duration())
      .prefault('5s')
      .describe('from the end of a job to the first attempt of its webhook, mean (exponential)'),
    receiverOutages: uncertain(rate())
      .prefault('2/w')
      .describe('outages of the receiver of webhooks, Poisson'),
    receiverOutage: uncertain(duration({ above: 0 }))
      .prefault('10min')
      .describe('length of one, mean (exponential)'),
    attemptFails: uncertain(share({ below: 1 }))
      .prefault('0.5%')
      .describe('attempts that fail though the receiver is up'),

    resultSize: uncertain(bytes()).prefault('8kB').describe('result of one request'),
    fetchRate: uncertain(bytes({ above: 0 }))
      .prefault('20MB')
      .describe('bytes of a result that are fetched in a second'),
    unfetchable: uncertain(share())
      .prefault('1%')
      .describe('results that the API answers with 503 at first (those in the submitter’s storage never)'),
    fetchOutage: uncertain(duration({ above: 0 }))
      .prefault('2d')
      .describe('for how long it does, mean (exponential)'),
    retention: duration({ above: 0 }).prefault('29d').describe('a result is kept for so long'),

    span: duration({ above: 0 }).prefault('7d').describe('jobs submitted in this time are measured'),
    warmUp: duration().prefault('1d').describe('virtual time before that, from an empty queue'),
  })
  .refine(({ pollFirst, pollCap }) => pollFirst <= pollCap, {
    message: 'impossible: a schedule that goes backwards (pollCap is shorter than pollFirst)',
    path: ['pollCap'],
  })
  .refine((params) => regimeOf(params).withheldFrom <= regimeOf(params).withheldUntil, {
    message: 'impossible: a schedule that goes backwards (withheldUntil is before withheldFrom)',
    path: ['withheldUntil'],
  })
  .refine(({ dayTrough, dayPeak }) => (dayTrough < 1 && dayPeak > 1) || dayTrough === dayPeak, {
    message: 'impossible: a day has a trough below 100 % and a peak above, or both are 100 %',
    path: ['dayTrough'],
  })
  .refine(({ dayTrough, dayPeak }) => dayTrough >= 1 || !isTooSharp({ trough: dayTrough, peak: dayPeak }), {
    message: TOO_SHARP,
    path: ['dayTrough'],
  })
  .refine((params) => regimeOf(params).interactiveLoad * params.dayPeak < 1, {
    message: 'impossible: interactive load takes more than all slots at its peak (interactiveLoad x dayPeak)',
    path: ['interactiveLoad'],
  })
  .refine(({ jobRate, span, warmUp }) => jobRate * (span + warmUp) <= MOST_JOBS, {
    message: 'impossible: more than 500k jobs in one replication (jobRate x (warmUp + span))',
    path: ['span'],
  })
  .refine((params) => (params.span + params.warmUp) * requestRate(params) <= MOST_REQUESTS, {
    message:
      'impossible: more than 50M requests in one replication (jobs and interactive load over the span)',
    path: ['span'],
  })

export type BatchParams = z.infer<typeof batchParams>
