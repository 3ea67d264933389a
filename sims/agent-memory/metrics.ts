/** What agent-memory measures. The same requests are put to three servers; only the first has both protections. */
import type { MetricSpec, ObservationSpec } from '../lab/contract/sim.ts'

const wait = (label: string): ObservationSpec => ({ unit: 's', label, of: 'ARGETs', percentiles: [50, 99] })

export const OBSERVATIONS = {
  argetWait: wait('time until an ARGET is answered'),
  atOnceWait: wait('the same, when an ARGREP runs to its end at once'),
  unboundedWait: wait('the same, when moreover no budget ends an ARGREP'),
  argrepTime: { unit: 's', label: 'time until an ARGREP is answered', of: 'ARGREPs', percentiles: [50, 99] },
} as const satisfies Record<string, ObservationSpec>

export const METRICS = {
  fragmentsPerGB: { unit: 'fragments', label: 'fragments that a gigabyte holds' },
  bytesPerFragment: { unit: 'bytes', label: 'memory of a fragment' },
  refused: { unit: 'share', label: 'ARGREPs that the budget ended' },
  longestStall: { unit: 's', label: 'longest time until an ARGET is answered' },
  utilisation: { unit: 'share', label: 'the event loop busy' },
} as const satisfies Record<string, MetricSpec>
