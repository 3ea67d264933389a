/** No percentile of an overloaded system (invariant 6), whichever sim it is. */
import { describe, expect, test } from 'vitest'
import { runInline } from './lab/run/testing/inline.ts'
import { sims } from './index.ts'

/** One that each sim which can be overloaded is overloaded by. */
const OVERLOADED: Readonly<Record<string, string>> = {
  'agent-memory':
    '{ fragments: 1k, span: 1s, reads: 100/s, writes: 10/s, searches: 50/s, searchRate: 1M/s, counterfactuals: none }',
  'batch-pending': '{ jobRate: 60/h, slots: 2, atOnce: 1, upperAtOnce: 1, span: 1d }',
  'mm-c': '{ arrivalRate: 3/s, serviceTime: 1s, servers: 2, span: 10min, warmUp: 0s }',
  'turn-latency':
    '{ callRate: 0.1/s, callLength: 13min, inferenceServers: 1, span: 20min, counterfactuals: none }',
  'voice-fleet': '{ weeklyActiveUsers: 90M, relayHosts: 8, packetsPerCoreSecond: 2k/s, span: 2min at peak }',
  'webhook-outage': '{ capacity: 5/s, load: 150%, outage: 1min, before: 1min, after: 10min, settle: 2h }',
}
/** Observations that no queue of the sim goes into: they are what they are, however long that has grown. */
const BESIDE_THE_QUEUE: Readonly<Record<string, readonly string[]>> = {
  'batch-pending': ['notice'],
  'voice-fleet': ['setupTime'],
}

describe('an overloaded point has no mean and no percentile of anything that waits', () => {
  test.each(Object.entries(OVERLOADED))(
    '%s',
    async (name, params) => {
      const sim = sims.get(name)!
      const { document } = await runInline(
        sim,
        `name: overload\nquestion: what of it?\nsim: ${name}\nseed: 7\nparams: ${params}\nuntil: { replications: 3 }\n` +
          (name === 'mm-c' ? 'horizon: span\n' : ''),
      )
      expect(document.verdict).toBe('overloaded')
      const [point] = document.points
      const told = Object.keys(sim.observations ?? {}).flatMap((observation) =>
        BESIDE_THE_QUEUE[name]?.includes(observation)
          ? []
          : Object.entries(point!.metrics).filter(
              ([metric, { value }]) => metric.endsWith(`(${observation})`) && value !== null,
            ),
      )
      expect(told).toEqual([])
    },
    60_000,
  )
})

test('turn-latency: overloaded, it answers with no number and draws no latency', async () => {
  const { document, charts } = await runInline(
    sims.get('turn-latency')!,
    `name: overload\nquestion: what of it?\nsim: turn-latency\nseed: 7\nparams: ${OVERLOADED['turn-latency']!}\n` +
      'until: { replications: 3 }\n',
  )
  expect(document.answer).toMatchObject({ value: null, low: null, high: null, breaksFirst: null })
  expect(charts.map(({ name }) => name)).not.toContain('latency-by-minute')
})
