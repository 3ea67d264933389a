import { describe, expect, it } from 'vitest'
import { openStream } from '../lab/kernel/random/stream.ts'
import type { Distribution, ReplicationContext } from '../lab/contract/sim.ts'
import { simulateCell } from './model.ts'
import { CLUSTERS } from '../lab/world/geography.ts'
import { voiceFleet } from './index.ts'
import { judge } from './judge.ts'
import { voiceFleetParams } from './params.ts'
import { predictions } from './theory.ts'

const context = (replication: number, part: number): ReplicationContext => ({
  replication,
  horizon: 'span',
  part,
  stream: (name) => openStream(11, replication, name),
  judged: () => [8, 9, 16],
  progress: () => {},
})
/** A thousandth of the service, for half an hour at the peak. */
const small = voiceFleetParams.parse({
  weeklyActiveUsers: '9M',
  span: '30min at peak',
  verifyOneIn: 50,
  relayHosts: 8,
})
const world = (replication = 0) => CLUSTERS.map((_, part) => simulateCell(small, context(replication, part)))

describe('a small world', () => {
  const cells = world()
  const measures = judge(small, cells)

  it('conserves sessions, brings every first packet to its pod, and lets every flow expire', () => {
    const { flow, invariants, metrics, counters } = measures
    expect(flow.injected).toBeGreaterThan(3000)
    expect(flow.injected).toBe(flow.completed + flow.running)
    expect(invariants.length).toBeGreaterThan(0)
    expect(invariants.filter((one) => !one.ok)).toEqual([])
    expect(metrics['misrouted']).toBe(0)
    expect(counters['checks']).toBe(flow.injected)
    expect(counters['flowsCreated']).toBe(flow.injected)
    expect(counters['flowsExpired']).toBe(flow.injected)
    expect(counters['checksVerified']).toBeGreaterThan(30)
  })

  it("obeys Little's law to the last session-second", () => {
    expect(measures.little.length).toBeGreaterThan(0)
    for (const { arrivalRate, meanTime, meanNumber } of measures.little) {
      expect(arrivalRate * meanTime).toBeCloseTo(meanNumber, 9)
    }
  })

  it('is the same bytes again, and does not depend on the fleet it will be judged for', () => {
    expect(JSON.stringify(simulateCell(small, context(0, 3)))).toBe(JSON.stringify(cells[3]))
    expect(JSON.stringify(simulateCell({ ...small, relayHosts: 16 }, context(0, 3)))).toBe(
      JSON.stringify(cells[3]),
    )
    expect(JSON.stringify(simulateCell(small, context(1, 3)))).not.toBe(JSON.stringify(cells[3]))
  })

  it('serves larger fleets with less load per host', () => {
    const utilisation = (relayHosts: number) =>
      judge({ ...small, relayHosts }, cells).metrics['peakUtilisation']!
    expect(utilisation(16)).toBeLessThan(utilisation(8))
    expect(() => judge({ ...small, relayHosts: 12 }, cells)).toThrow('not simulated for')
  })

  it('agrees with M_t/G/infinity', () => {
    const runs = Array.from({ length: 12 }, (_, replication) => judge(small, world(replication)).metrics)
    expect(predictions(small).length).toBeGreaterThan(0)
    for (const { metric, expected } of predictions(small)) {
      const values = runs.map((metrics) => metrics[metric]!)
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      const spread = Math.sqrt(
        values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1),
      )
      expect(Math.abs(mean - expected)).toBeLessThan((3.5 * spread) / Math.sqrt(values.length))
    }
  })
})

it('measures exactly the metrics it declares', () => {
  const measured = judge(small, world()).metrics
  expect(Object.keys(measured).toSorted()).toEqual(Object.keys(voiceFleet.metrics).toSorted())
})

it('the worst cluster’s delays, and the set-up time, know what lies at a limit as well as above it', () => {
  const { observations } = judge(small, world())
  const { relayDelay, worstRelayDelay } = observations as Record<string, Distribution>
  for (const delay of [relayDelay!, worstRelayDelay!]) {
    expect(delay.exceeding(delay.smallest, true)).toBe(delay.count)
    expect(delay.exceeding(delay.smallest)).toBeLessThan(0.9 * delay.count)
  }
  const setup = observations!['setupTime'] as Distribution
  expect(setup.exceeding(setup.smallest, true)).toBe(setup.count)
})
