/** What voice-fleet measures, and how each figure is named to the reader. */
import type { MetricSpec, ObservationSpec } from '../lab/contract/sim.ts'
import { CLUSTERS } from '../lab/world/geography.ts'

export const OBSERVATIONS = {
  relayDelay: {
    unit: 's',
    label: 'relay delay',
    of: 'packets',
    steadyState: true,
    percentiles: [50, 99],
  },
  worstRelayDelay: {
    unit: 's',
    label: 'relay delay in the worst cluster',
    of: 'packets',
    steadyState: true,
    percentiles: [50, 99],
  },
  setupTime: {
    unit: 's',
    label: 'time to set up a session, network only',
    of: 'sessions',
    percentiles: [50, 95],
  },
} as const satisfies Record<string, ObservationSpec>

const TOTALS = {
  lost: { unit: 'share', label: 'Packets lost to full receive buffers' },
  peakUtilisation: {
    unit: 'share',
    mayExceed1: true,
    label: 'Utilisation of the busiest core in its busiest second',
  },
  peakLoad: {
    unit: 'share',
    mayExceed1: true,
    label: 'Load of the fullest cluster over as long as a session lasts, against what its hosts forward',
  },
  peakConcurrent: {
    unit: 'count',
    label:
      'Sessions at once, at the peak (the sum of the clusters’ own peaks if the span is at those, and of their own worst cases if a region is to be survived)',
  },
  meanConcurrent: {
    unit: 'count',
    label: 'Sessions at once, mean of the span (summed over the same clusters)',
  },
  peakPackets: { unit: '1/s', label: 'Packets a second into all relays, of as many sessions' },
  peakBandwidth: { unit: 'bit/s', label: 'Traffic out of all relays on the wire, of as many sessions' },
  peakHostBandwidth: { unit: 'bit/s', label: 'Traffic out of the busiest host on the wire' },
  peakHostFlows: { unit: 'count', label: 'Flows in the fullest table of a host, idle ones included' },
  imbalance: {
    unit: 'share',
    mayExceed1: true,
    label:
      'What the busiest core has in its busiest second above the mean of its cluster’s cores at the peak',
  },
  leastHosts: {
    unit: 'hosts',
    label: 'Hosts that just carry the peak: a load below 1, nothing to spare',
  },
  egress: { unit: 'TB', label: 'Egress to callers in 30 days, bytes on IP' },
  cost: { unit: 'USD', label: 'Cost of hosts and egress in 30 days' },
  stormHandshakes: {
    unit: '1/s',
    label:
      'Handshakes a second after the largest cluster is lost at its peak, by formula: its sessions over the time in which they come back',
  },
  stormChecks: { unit: '1/s', label: 'Connectivity checks a second then, by formula' },
  relayCores: { unit: 'cores', label: 'Forwarding cores of all relay hosts' },
  sessions: { unit: 'count', label: 'Sessions simulated, over all clusters' },
  misrouted: { unit: 'count', label: 'First packets that did not reach the pod their hint was sealed for' },
} as const satisfies Record<string, MetricSpec>

export type MetricName = keyof typeof TOTALS

/** The metrics that say how full the busiest core of a cluster gets, and how full all of it. */
export const utilisationIn = (cluster: string): string => `peakUtilisation(${cluster})`
export const loadIn = (cluster: string): string => `peakLoad(${cluster})`

export const METRICS: Readonly<Record<string, MetricSpec>> = {
  ...TOTALS,
  ...Object.fromEntries(
    CLUSTERS.flatMap((cluster) => [
      [
        utilisationIn(cluster),
        { unit: 'share', mayExceed1: true, label: `Utilisation of the busiest core in ${cluster}` },
      ],
      [loadIn(cluster), { unit: 'share', mayExceed1: true, label: `Load of ${cluster}, as in peakLoad` }],
    ]),
  ),
}
