/** What batch-pending measures, and how each figure is named to the reader. */
import type { MetricSpec, ObservationSpec } from '../lab/contract/sim.ts'

export const OBSERVATIONS = {
  total: {
    unit: 's',
    label: 'time from submission to the result in hand',
    of: 'jobs with a result',
    steadyState: true,
    percentiles: [5, 50, 95],
  },
  jobTime: {
    unit: 's',
    label: 'time from submission to the end of the job',
    of: 'jobs, whether they succeed or expire',
    steadyState: true,
    percentiles: [5, 50, 95],
  },
  pendingTime: {
    unit: 's',
    label: 'time PENDING',
    of: 'jobs, whether they begin or leave',
    steadyState: true,
    percentiles: [50, 95],
  },
  notice: {
    unit: 's',
    label: 'time from the end of a job to the news of it',
    of: 'jobs with a result whose end becomes known',
    percentiles: [50, 95],
  },
} as const satisfies Record<string, ObservationSpec>

export const METRICS = {
  queueShare: { unit: 'share', label: 'share of that time in the queue', steadyState: true },
  runShare: { unit: 'share', label: 'share of that time running', steadyState: true },
  noticeShare: { unit: 'share', label: 'share of that time until the news', steadyState: true },
  fetchShare: { unit: 'share', label: 'share of that time fetching', steadyState: true },
  saved: {
    unit: 's',
    signed: true,
    label: 'time saved by this way, against polling at fixed intervals',
    steadyState: true,
  },
  savedShare: {
    unit: 'share',
    signed: true,
    label: 'share of the time saved by this way, against polling at fixed intervals',
    steadyState: true,
  },
  worthUnder: {
    unit: 's',
    label: 'duration of a job below which this way saves 5 % or more; 0 where no job does',
  },
  requests: { unit: 'count', label: 'requests per job, to learn of its end and to fetch', steadyState: true },
  pollRequests: { unit: 'count', label: 'the same, polling at fixed intervals', steadyState: true },
  lost: { unit: 'share', label: 'jobs that expire without a result', steadyState: true },
  partial: { unit: 'share', label: 'jobs whose result is returned in part', steadyState: true },
  cancelled: { unit: 'share', label: 'jobs that their submitters cancel', steadyState: true },
  unheard: { unit: 'share', label: 'results whose submitter never hears of them', steadyState: true },
  notFetchable: {
    unit: 'share',
    label: 'results that are gone before they can be fetched',
    steadyState: true,
  },
  fetchedLate: {
    unit: 'share',
    label: 'results that cannot be fetched for an hour or more',
    steadyState: true,
  },
  batchLoad: { unit: 'share', mayExceed1: true, label: 'batch work over the capacity left for it' },
  batchUse: { unit: 'share', label: 'slots that batch requests hold' },
  interactiveUse: { unit: 'share', label: 'slots that interactive requests hold' },
  interactiveWait: { unit: 's', label: 'wait of an interactive request, mean' },
} as const satisfies Record<string, MetricSpec>

export type MetricName = keyof typeof METRICS
