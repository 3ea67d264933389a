/** Every share that a sim measures is one of things that it counts and says how many there were, or is known to be none. */
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { simulatePart } from './lab/contract/part.ts'
import type { Measures } from './lab/contract/sim.ts'
import { sims } from './index.ts'

/** Few of everything. */
const SMALL: Readonly<Record<string, string>> = {
  'agent-memory':
    '{ fragments: 100, span: 1s, reads: 50/s, writes: 5/s, searches: 20/s, budget: 10k, counterfactuals: none }',
  'batch-pending':
    '{ jobRate: 60/h, slots: 2, atOnce: 1, upperAtOnce: 1, span: 1d, pendingExpiry: 6h, expiryEnforced: 100% }',
  'firewalled-clients': '{ calls: 500, udpBlocked: 20%, ladder: turn-tls }',
  'leaked-key': '{ thefts: 40, control: alert }',
  'mm-c':
    '{ arrivalRate: 3/s, serviceTime: 1s, servers: 3, span: 2min, warmUp: 0s, patience: 1s, waitingRoom: 3 }',
  'relay-faults':
    '{ fault: region-loss, handshakesPerPod: 1.5/s, patience: 25s, weeklyActiveUsers: 30M, podsPerCluster: 7, relayHosts: 24, span: 20s }',
  'rogue-session': '{ attack: stolen-key, defence: single-use, thefts: 40, watched: 2 }',
  'webhook-outage':
    '{ capacity: 4.6/s, load: 0.5%, arrivals: poisson, policy: outpost, outage: 24h, after: 1h }',
  'webhook-trust':
    '{ secret: static-at-once, jobLength: 6h, detection: 12h, deploy: 2h, attacks: 1, mutations: 1, flood: 10, endpoints: 20, forgeEvery: 6h, genuineEvery: 3h }',
}
/** Shares of time, of work, or of packets that have no fate of their own. */
const NOT_COUNTED: Readonly<Record<string, readonly string[]>> = {
  'batch-pending': ['queueShare', 'runShare', 'noticeShare', 'fetchShare', 'batchUse', 'interactiveUse'],
  'mm-c': ['utilisation'],
  'rogue-session': ['lostMedia'],
  'turn-latency': ['poolUtilisation'],
  'voice-fleet': ['lost'],
  'webhook-outage': ['wasted'],
}

const sharesOf = (name: string): string[] =>
  Object.entries(sims.get(name)!.metrics).flatMap(([metric, { unit, mayExceed1, signed }]) =>
    unit !== 'share' || mayExceed1 || signed || NOT_COUNTED[name]?.includes(metric) ? [] : [metric],
  )

function measured(name: string): Measures {
  const sim = sims.get(name)!
  const params = sim.params.parse(parse(SMALL[name]!))
  const task = { sim: name, params, seed: 7, horizon: 'span', replication: 0, part: 0, judged: {} } as const
  return sim.judge(params, [simulatePart(sim, task)])
}

test('no other sim measures such a share', () => {
  const others = [...sims.keys()].filter((name) => SMALL[name] === undefined)
  expect(others.flatMap((name) => sharesOf(name).map((metric) => [name, metric]))).toEqual([])
})

describe('shares of things that are counted', () => {
  test.each(Object.keys(SMALL))('%s', (name) => {
    const { metrics, counted = {} } = measured(name)
    expect(Object.keys(counted)).toEqual(expect.arrayContaining(sharesOf(name)))
    let some = 0
    for (const [metric, { of, all = 1 }] of Object.entries(counted)) {
      const value = metrics[metric] ?? null
      if (value === null || of === 0) continue
      const hits = (value / all) * of
      expect([metric, Math.abs(hits - Math.round(hits)) < 1e-6, hits < of + 1e-6]).toEqual([
        metric,
        true,
        true,
      ])
      if (hits > 0) some++
    }
    expect(some).toBeGreaterThan(0)
  })
})
