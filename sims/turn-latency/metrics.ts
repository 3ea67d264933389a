/** What turn-latency measures, and how each figure is named to the reader. */
import type { MetricSpec, ObservationSpec } from '../lab/contract/sim.ts'
import { savedBy, VARIANTS } from './variants.ts'

/** Minutes of a call that figures speak of; late is `LATE`. */
export const EARLY = 1
export const MIDDLE = 5
export const LATE = 12

// Where more turns are asked for than the pool takes, what a turn takes is how far the callers are held back: no latency that
// a call would settle to, and so none is told.
export const OBSERVATIONS = {
  earlyLatency: {
    unit: 's',
    label: 'from the end of speech to the first sound of the answer, in the first two minutes',
    of: 'turns',
    steadyState: true,
    percentiles: [50, 95],
  },
  lateLatency: {
    unit: 's',
    label: 'from the end of speech to the first sound of the answer, past ten minutes',
    of: 'turns',
    steadyState: true,
    percentiles: [50, 95],
  },
} as const satisfies Record<string, ObservationSpec>

const OWN = {
  drift: {
    unit: 's',
    signed: true,
    label: 'what a turn gains from minute 1 to minute 12, mean',
    steadyState: true,
  },
  latencyAtMinute1: { unit: 's', label: 'turn latency in minute 1, mean', steadyState: true },
  latencyAtMinute5: { unit: 's', label: 'turn latency in minute 5, mean', steadyState: true },
  latencyAtMinute12: { unit: 's', label: 'turn latency in minute 12, mean', steadyState: true },
  queueing: {
    unit: 's',
    label: 'wait for a place in the inference pool, mean over turns',
    steadyState: true,
  },
  poolUtilisation: { unit: 'share', label: 'inference servers busy, mean over time' },
} as const satisfies Record<string, MetricSpec>

export type MetricName = keyof typeof OWN

export const METRICS: Readonly<Record<string, MetricSpec>> = {
  ...OWN,
  ...Object.fromEntries(
    VARIANTS.map(({ name, label }) => [
      savedBy(name),
      { unit: 's', signed: true, label: `saved in minute 12 by ${label}, mean`, steadyState: true },
    ]),
  ),
}
