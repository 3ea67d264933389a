/** What mm-c measures, and how each figure is named to the reader. */
import type { MetricSpec, ObservationSpec } from '../lab/contract/sim.ts'

export const OBSERVATIONS = {
  wait: { unit: 's', label: 'wait before service', of: 'customers', steadyState: true },
  urgentWait: { unit: 's', label: 'wait before service', of: 'urgent customers', steadyState: true },
  otherWait: {
    unit: 's',
    label: 'wait before service',
    of: 'customers who are not urgent',
    steadyState: true,
  },
} as const satisfies Record<string, ObservationSpec>

export const METRICS = {
  delayed: { unit: 'share', label: 'customers who have to wait', steadyState: true },
  abandoned: { unit: 'share', label: 'customers who lose patience and leave', steadyState: true },
  lost: { unit: 'share', label: 'customers who find no room to wait', steadyState: true },
  'mean(queue)': { unit: 'count', label: 'customers waiting, mean over time', steadyState: true },
  'mean(inSystem)': { unit: 'count', label: 'customers in the system, mean over time', steadyState: true },
  'mean(timeInSystem)': { unit: 's', label: 'time in the system, mean over customers', steadyState: true },
  utilisation: { unit: 'share', label: 'servers busy, mean over time' },
  offeredLoad: {
    unit: 'share',
    mayExceed1: true,
    label: 'work that arrives, as a share of what the servers can do',
  },
  customers: { unit: 'count', label: 'customers who arrive' },
} as const satisfies Record<string, MetricSpec>
