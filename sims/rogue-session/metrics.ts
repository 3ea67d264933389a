/** What rogue-session measures, and how each figure is named to the reader. */
import type { MetricSpec, ObservationSpec } from '../lab/contract/sim.ts'

export const OBSERVATIONS = {
  timeToStop: {
    unit: 's',
    label: 'time from a thief’s first packet that passes to his last',
    of: 'thefts that get anywhere',
    percentiles: [50, 95],
  },
} as const satisfies Record<string, ObservationSpec>

/** Key lifetimes that stolen keys are judged by beside the scenario's own, seconds. */
export const LIFETIMES = [60, 300, 600, 1800, 3600, 7200] as const

const OWN = {
  forgedTime: { unit: 's', label: 'session time that no owner wanted, per theft, mean' },
  bill: { unit: 'USD', label: 'what it costs in a week' },
  thwarted: { unit: 'share', label: 'thefts that get nothing' },
  lostMedia: { unit: 'share', label: 'owner’s media that go astray or are dropped while the theft lasts' },
  longestLoss: { unit: 's', label: 'longest time without one’s media, mean over thefts' },
  refused: { unit: 'count', label: 'packets of a thief that the relay drops, per theft' },
  passedAfterKill: { unit: 'count', label: 'packets of killed sessions that pass' },
} as const satisfies Record<string, MetricSpec>

export type MetricName = keyof typeof OWN

/** The metric of forged time were keys to live this long; null for attacks without keys. */
export const forgedAt = (lifetime: number): string => `forgedTime(key of ${lifetime / 60} min)`

export const METRICS: Readonly<Record<string, MetricSpec>> = {
  ...OWN,
  ...Object.fromEntries(
    LIFETIMES.map((lifetime) => [
      forgedAt(lifetime),
      { unit: 's', label: `forged time per theft, were keys to live ${lifetime / 60} min` },
    ]),
  ),
}
