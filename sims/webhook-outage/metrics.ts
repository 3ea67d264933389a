/** What webhook-outage measures, and how each figure is named to the reader. */
import type { MetricSpec, ObservationSpec } from '../lab/contract/sim.ts'

// A receiver that is asked for more than it can do falls behind for as long as one looks.
export const OBSERVATIONS = {
  afterReturn: {
    unit: 's',
    label: 'from the receiver’s return to delivery',
    of: 'messages of the outage that are delivered',
    steadyState: true,
    percentiles: [50, 99],
  },
  freshDelay: {
    unit: 's',
    label: 'from acceptance to delivery, of messages accepted after the return',
    of: 'messages accepted after the return that are delivered',
    steadyState: true,
    percentiles: [50, 99],
  },
} as const satisfies Record<string, ObservationSpec>

export const METRICS = {
  lost: {
    unit: 'share',
    label: 'messages of the outage that are given up; none while any is undelivered',
  },
  lostInAll: { unit: 'share', label: 'all messages that are given up; none while any is undelivered' },
  undelivered: {
    unit: 'share',
    label:
      'messages of the outage that are neither delivered nor given up when the run ends: to be tried again, or held',
  },
  failedAttempts: { unit: 'count', label: 'failed attempts a message of the outage, mean' },
  attempts: { unit: 'count', label: 'attempts a message of the outage, mean; none while any is undelivered' },
  lastDelivery: {
    unit: 's',
    label:
      'from the return to the last delivery of a message of the outage; none while any is undelivered, or where none is delivered',
  },
  lastFailure: {
    unit: 's',
    label: 'from the return to the last attempt that fails; none while any message is undelivered',
  },
  peakPerMillion: {
    unit: '1/s',
    label: 'attempts a second in the fullest minute after the return, per million messages of the outage',
  },
  goodputAfter: {
    unit: 'share',
    mayExceed1: true,
    label: 'deliveries a message that comes, long after the outage',
  },
  goodputUpwards: {
    unit: 'share',
    mayExceed1: true,
    label: 'deliveries a message that comes, at the same load without any outage',
  },
  goodputDownwards: {
    unit: 'share',
    mayExceed1: true,
    label: 'deliveries a message that comes, long after load came down from a collapse',
  },
  wasted: { unit: 'share', label: 'work of the receiver for senders that had hung up' },
} as const satisfies Record<string, MetricSpec>

export type MetricName = keyof typeof METRICS
