/** What voice-fleet measures, and how each figure is named to the reader. */
import type { MetricSpec } from '../lab/contract/sim.ts'
import { CLUSTERS } from './geography.ts'

const TOTALS = {
  'p99(relayDelay)': { unit: 's', label: 'Relay delay, 99th percentile over all packets', steadyState: true },
  'p50(relayDelay)': { unit: 's', label: 'Relay delay, median over all packets', steadyState: true },
  lost: { unit: 'share', label: 'Packets lost to full receive buffers' },
  'p95(setupTime)': { unit: 's', label: 'Time to set up a session, 95th percentile, network only' },
  peakUtilisation: { unit: 'share', label: 'Utilisation of the busiest host in its busiest second' },
  peakConcurrent: {
    unit: 'count',
    label: 'Sessions at once, at the peak (the sum of the clusters’ own peaks if the span is at those)',
  },
  meanConcurrent: { unit: 'count', label: 'Sessions at once, mean of the span' },
  peakPackets: { unit: '1/s', label: 'Packets a second into all relays, at the peak' },
  peakBandwidth: { unit: 'bit/s', label: 'Traffic into all relays, at the peak' },
  peakHostBandwidth: { unit: 'bit/s', label: 'Traffic into the busiest host' },
  peakHostFlows: { unit: 'count', label: 'Flows in the fullest table of a host, idle ones included' },
  relayCores: { unit: 'cores', label: 'Forwarding cores of all relay hosts' },
  sessions: { unit: 'count', label: 'Sessions simulated' },
  misrouted: { unit: 'count', label: 'First packets that did not reach the pod their hint was sealed for' },
} as const satisfies Record<string, MetricSpec>

export type MetricName = keyof typeof TOTALS

/** The metric that says how full the busiest host of a cluster gets. */
export const utilisationIn = (cluster: string): string => `peakUtilisation(${cluster})`

export const METRICS: Readonly<Record<string, MetricSpec>> = {
  ...TOTALS,
  ...Object.fromEntries(
    CLUSTERS.map((cluster) => [
      utilisationIn(cluster),
      { unit: 'share', label: `Utilisation of the busiest host in ${cluster}` },
    ]),
  ),
}
