/** What agent-memory measures. The same requests are put to three servers; only the first has both protections. */
import type { MetricSpec, ObservationSpec } from '../lab/contract/sim.ts'

const time = (label: string, of: string, overloadedBy?: keyof typeof METRICS): ObservationSpec => ({
  unit: 's',
  label,
  of,
  // Where more is asked for than there is time, the later a request comes the longer it waits.
  steadyState: true,
  ...(overloadedBy === undefined ? {} : { overloadedBy }),
  percentiles: [50, 99],
})

export const OBSERVATIONS = {
  argetWait: time('time until an ARGET is answered', 'ARGETs'),
  atOnceWait: time('the same, when an ARGREP runs to its end at once', 'ARGETs', 'atOnceUtilisation'),
  unboundedWait: time('the same, when moreover no budget ends an ARGREP', 'ARGETs', 'unboundedUtilisation'),
  argrepTime: time('time until an ARGREP is answered', 'ARGREPs'),
} as const satisfies Record<string, ObservationSpec>

export const METRICS = {
  fragmentsPerGB: { unit: 'fragments', label: 'fragments that a gigabyte holds' },
  bytesPerFragment: { unit: 'bytes', label: 'memory of a fragment' },
  refused: { unit: 'share', label: 'ARGREPs that the budget ended' },
  longestStall: { unit: 's', label: 'longest time until an ARGET is answered' },
  utilisation: { unit: 'share', mayExceed1: true, label: 'the event loop busy' },
  atOnceUtilisation: {
    unit: 'share',
    mayExceed1: true,
    label: 'the same, when an ARGREP runs to its end at once',
  },
  unboundedUtilisation: {
    unit: 'share',
    mayExceed1: true,
    label: 'the same, when moreover no budget ends an ARGREP',
  },
} as const satisfies Record<string, MetricSpec>
