/** What leaked-key measures, and how each figure is named to the reader. */
import type { MetricSpec, ObservationSpec } from '../lab/contract/sim.ts'

export const OBSERVATIONS = {
  spend: { unit: 'dollars', label: 'spend of a stolen key', of: 'thefts', percentiles: [5, 50, 95] },
} as const satisfies Record<string, ObservationSpec>

export const METRICS = {
  mostSpent: { unit: 'dollars', label: 'largest spend of a replication’s thefts' },
  capped: { unit: 'share', label: 'thefts that end at the cap' },
  alerted: { unit: 'share', label: 'thefts that end after an alert' },
  unused: { unit: 'share', label: 'keys that are revoked before anybody uses them' },
  usable: { unit: 's', label: 'time from the leak until the key is of no use, mean' },
} as const satisfies Record<string, MetricSpec>
