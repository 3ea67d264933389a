/** What relay-faults measures, and how each figure is named to the reader. */
import type { MetricSpec, ObservationSpec } from '../lab/contract/sim.ts'

export const OBSERVATIONS = {
  lostPackets: {
    unit: 'count',
    label: 'media packets that a call loses one way',
    of: 'cut calls',
    percentiles: [50, 99],
  },
  outage: { unit: 's', label: 'time without media', of: 'cut calls', percentiles: [50, 99] },
} as const satisfies Record<string, ObservationSpec>

export const METRICS = {
  cut: { unit: 'count', label: 'calls that lose their media for a while' },
  lostCalls: { unit: 'share', label: 'of those, calls whose callers give up' },
  lostNewCalls: { unit: 'share', label: 'new calls whose callers give up' },
  packetsLost: { unit: 'count', label: 'media packets lost one way, all calls together' },
  timeToBack: { unit: 's', label: 'from the fault until 99 % of the calls that go on are back' },
  peakChecks: { unit: '1/s', label: 'checks in the busiest half second' },
  peakHandshakes: { unit: '1/s', label: 'DTLS handshakes begun in the busiest half second' },
  handshakeWait: { unit: 's', label: 'longest wait for a pod’s handshake' },
  relayUtilisation: {
    unit: 'share',
    mayExceed1: true,
    label: 'media of the fullest relay host against what it forwards',
  },
} as const satisfies Record<string, MetricSpec>

export type MetricName = keyof typeof METRICS
