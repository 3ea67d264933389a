/** What firewalled-clients measures, and how each figure is named to the reader. */
import type { MetricSpec, ObservationSpec } from '../lab/contract/sim.ts'

export const OBSERVATIONS = {
  setupTime: {
    unit: 's',
    label: 'time from the tap to the first media',
    of: 'calls that connect',
    percentiles: [50, 95, 99],
  },
  fallbackSetupTime: {
    unit: 's',
    label: 'time from the tap to the first media, over a fallback',
    of: 'calls that connect over TCP or TURN',
    percentiles: [50, 95],
  },
} as const satisfies Record<string, ObservationSpec>

export const METRICS = {
  lockedOut: { unit: 'share', label: 'callers who get no call at all' },
  gaveUp: { unit: 'share', label: 'callers who would connect, but not before they give up' },
  fallback: { unit: 'share', label: 'calls that connect over a fallback' },
  peopleLockedOut: { unit: 'count', label: 'people in a week who get no call at all' },
  fallbackConnections: { unit: 'count', label: 'fallback connections at once, at the peak' },
  fallbackBytes: { unit: 'bytes', label: 'bytes over fallbacks in a month of 30 days' },
  stalled: {
    unit: 'share',
    label: 'calls over TCP that end in a pause longer than the limit (head-of-line blocking)',
  },
  signallingBytes: { unit: 'bytes', label: 'STUN bytes of one call’s checks, mean' },
} as const satisfies Record<string, MetricSpec>

export type MetricName = keyof typeof METRICS
