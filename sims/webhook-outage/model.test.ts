import { describe, expect, it, test, vi } from 'vitest'
import { attemptTimes, POLICIES, type Schedules } from '../../engines/webhook/core.ts'
import { conserves } from '../lab/contract/conservation.ts'
import type { Measures } from '../lab/contract/sim.ts'
import { runInline } from '../lab/run/testing/inline.ts'
import { webhookOutage } from './index.ts'
import { simulate } from './model.ts'
import { outageParams } from './params.ts'
import { context } from '../lab/contract/testing/context.ts'
import { predictions } from './theory.ts'

/** 2,000 events, one every 43.2 s, of a receiver that is away for a day. */
const DAY = { capacity: '4.6296296/s', load: '0.5%', arrivals: 'steady', outage: '24h', after: '1h' }
const paramsOf = (more: Record<string, unknown>) => outageParams.parse({ ...DAY, ...more })
const run = (more: Record<string, unknown>): Measures => simulate(paramsOf(more), context())
const sound = ({ flow, invariants }: Measures): void => {
  expect(conserves(flow)).toEqual({ ok: true })
  expect(invariants.length).toBeGreaterThan(3)
  expect(invariants.filter(({ ok }) => !ok)).toEqual([])
}

describe('24 hours, by policy (invariant 7a: the sums are made from the published times, not by the engine)', () => {
  test.each([
    ['standard-webhooks', 5.8, 6.8],
    ['svix', 5.8, 6.8],
    ['outpost', 10.3, 10.6],
    ['hook0', 7.5, 8.5],
    ['eventarc', 77, 78.5],
  ])('%s: %f failed attempts an event, %f in all', (policy, failed, all) => {
    const measures = run({ policy })
    sound(measures)
    expect(measures.metrics['failedAttempts']! / failed).toBeGreaterThan(0.98)
    expect(measures.metrics['failedAttempts']! / failed).toBeLessThan(1.02)
    expect(measures.metrics['attempts']! / all).toBeGreaterThan(0.98)
    expect(measures.metrics['attempts']! / all).toBeLessThan(1.02)
    const lost = policy === 'outpost' ? 1 - 8.525 / 24 : policy === 'eventarc' ? 0.0065 : 0
    expect(Math.abs(measures.metrics['lost']! - lost)).toBeLessThan(0.003)
  })
  test('Outpost, event by event: as many failures as it has times before the return', () => {
    const times = [0, 30, 90, 210, 450, 930, 1890, 3810, 7650, 15_330, 30_690]
    const gap = 43.2
    const phase = context().stream('arrivals').uniform()
    const left = Array.from({ length: 3000 }, (_, i) => 600 + 86_400 - (phase + i) * gap).filter(
      (seconds) => seconds > 0 && seconds <= 86_400,
    )
    const failed = left.map((seconds) => times.filter((at) => at < seconds).length)
    const measures = run({ policy: 'outpost' })
    expect(measures.metrics['failedAttempts']).toBe(failed.reduce((a, b) => a + b) / left.length)
    expect(measures.metrics['lost']).toBe(failed.filter((n) => n === times.length).length / left.length)
  })
  test('what the closed forms say, where they apply', () => {
    for (const policy of ['standard-webhooks', 'outpost', 'hook0', 'eventarc']) {
      const { metrics } = run({ policy })
      const rows = predictions(paramsOf({ policy }))
      expect(rows).toHaveLength(2)
      for (const { metric, expected } of rows)
        expect(Math.abs(metrics[metric]! - expected)).toBeLessThan(0.002 + 0.002 * expected)
    }
    // Jitter decides on which side of the return an attempt lies; a breaker makes its own times.
    expect(predictions(paramsOf({ policy: 'svix' }))).toEqual([])
    expect(predictions(paramsOf({ policy: 'flowbench' }))).toEqual([])
  })
  test.each([
    [{}, 2],
    // Five attempts an event at 30 % load are more than the receiver can do.
    [{ load: '30%' }, 0],
    [{ timeout: '500ms' }, 0],
    [{ queue: 1 }, 0],
  ])(
    'the closed forms hold, or are silent, where retries crowd the receiver after its return: %o',
    (more, n) => {
      const written = { capacity: '10/s', load: '5%', arrivals: 'poisson', outage: '10min', timeout: '5s' }
      const schedule = ['30s', '90s', '210s', '450s']
      const params = paramsOf({ ...written, policy: 'outpost', schedule, ...more })
      const rows = predictions(params)
      expect(rows).toHaveLength(n)
      const measured = Array.from(
        { length: 8 },
        (_, replication) => simulate(params, context(replication)).metrics,
      )
      for (const { metric, expected } of rows) {
        const mean = measured.reduce((sum, metrics) => sum + metrics[metric]!, 0) / measured.length
        expect(Math.abs(mean - expected)).toBeLessThan(0.1 * expected)
      }
    },
  )
  test.each(['policy: quick-3', 'policy: quick-1', 'policy: outpost, schedule: [1s, 2s]'])(
    'no closed form refutes a run in which every event has as many failures: %s',
    async (policy) => {
      const { document } = await runInline(
        webhookOutage,
        'name: down\nquestion: which is lost?\nsim: webhook-outage\nseed: 7\nuntil: { replications: 4 }\n' +
          'expect: [lost < 1 %]\n' +
          `params: { ${policy}, capacity: 10/s, load: 1%, outage: 6h, after: 1h }\n`,
      )
      expect(document.trust).toEqual({ level: 'sound', reasons: [] })
      expect(document.theory.map(({ ok }) => ok)).toEqual([true])
    },
  )
  test('ours: nothing lost, probes in place of attempts, all delivered within the drain', () => {
    const measures = run({ policy: 'flowbench' })
    sound(measures)
    expect(measures.metrics).toMatchObject({ lost: 0, undelivered: 0 })
    expect(measures.metrics['attempts']!).toBeLessThan(1.25)
    // The backlog of a day at 40 times the rate of arrival less one, and the last probe's five minutes.
    expect(measures.metrics['lastDelivery']!).toBeLessThan(86_400 / 39 + 300)
    expect(Object.keys(measures.metrics).toSorted()).toEqual(Object.keys(webhookOutage.metrics).toSorted())
  })
})

const UNKNOWN = { lost: null, lostInAll: null, attempts: null, lastDelivery: null, lastFailure: null }

it('messages of an endpoint that has been disabled are held: undelivered, and nobody knows how many are lost', () => {
  const measures = run({ policy: 'flowbench', outage: '6d', capacity: '0.5/s', settle: '1d' })
  sound(measures)
  expect(measures.flow.queued).toBeGreaterThan(1000)
  expect(measures.flow.completed).toBeLessThan(10)
  expect(measures.metrics).toMatchObject({ ...UNKNOWN, undelivered: 1 })
})

it.each(['svix', 'flowbench'])(
  '%s, a run that ends before its messages do: says so, and no more',
  (policy) => {
    const measures = run({ policy, after: '1h', settle: '0s', pace: '2%' })
    sound(measures)
    expect(measures.metrics).toMatchObject(UNKNOWN)
    expect(measures.metrics['undelivered']!).toBeGreaterThan(0.1)
    expect(measures.metrics['undelivered']!).toBeLessThan(1)
    // Nor of percentiles: the latest are still to come, and the replications that did end must not speak for this one.
    expect(measures.observations).toEqual({ afterReturn: null, freshDelay: null })
  },
)

it.each(['quick-1', 'quick-3'])(
  '%s loses all: there is no last delivery, least of all at once',
  async (policy) => {
    const measures = run({ policy })
    sound(measures)
    expect(measures.metrics).toMatchObject({ lost: 1, undelivered: 0, lastDelivery: null })
    const { document } = await runInline(
      webhookOutage,
      'name: down\nquestion: how late?\nsim: webhook-outage\nseed: 7\nuntil: { replications: 3 }\n' +
        `expect: [lastDelivery < 1h]\nparams: { policy: ${policy}, capacity: 10/s, load: 1%, outage: 1h, after: 1h }\n`,
    )
    expect(document.verdict).toBe('weak')
  },
)

it('a schedule of the scenario’s own: its last attempt decides', () => {
  const measures = run({ policy: 'outpost', schedule: ['1h', '6h'] })
  sound(measures)
  expect(measures.metrics['lost']).toBeCloseTo(1 - 6 / 24, 2)
  expect(() => paramsOf({ schedule: ['6h', '1h'] })).toThrow('backwards')
})

it('a delay changed in the file of schedules changes the answer', async () => {
  const lost = async (): Promise<number> => {
    const { simulate: fresh } = await import('./model.ts')
    return fresh(paramsOf({ policy: 'outpost' }), context()).metrics['lost']!
  }
  try {
    vi.resetModules()
    expect(await lost()).toBeCloseTo(1 - 8.525 / 24, 2)
    vi.resetModules()
    vi.doMock('../../engines/webhook/policy/retry-schedules.json', async (original) => {
      const { schedules } = (await original<{ default: Schedules }>()).default
      const { delays_s: delays } = schedules.hookdeck_outpost
      const later = { ...schedules.hookdeck_outpost, delays_s: [...delays.slice(0, -1), 2 * delays.at(-1)!] }
      return { default: { schedules: { ...schedules, hookdeck_outpost: later } } }
    })
    expect(await lost()).toBeCloseTo(1 - (8.525 + 15_360 / 3600) / 24, 2)
  } finally {
    vi.doUnmock('../../engines/webhook/policy/retry-schedules.json')
    vi.resetModules()
  }
})

describe('the metastable edge', () => {
  const MINUTE = { capacity: '10/s', timeout: '10s', fault: 'slow', outage: '1min', after: '1h' }
  const goodput = (more: Record<string, unknown>): number => {
    const measures = simulate(outageParams.parse({ ...MINUTE, ...more }), context())
    sound(measures)
    return measures.metrics['goodputAfter']!
  }
  test.each([1, 2, 3])(
    '%i quick retries: whole at 0.95 of load 1 / (1 + r), nothing at 1.05 of it',
    (retries) => {
      const edge = 100 / (1 + retries)
      const policy = `quick-${retries}`
      expect(goodput({ policy, load: `${0.95 * edge}%` })).toBeGreaterThan(0.99)
      expect(goodput({ policy, load: `${1.05 * edge}%` })).toBe(0)
    },
  )
  test('a breaker, a short queue, or few attempts under way: it comes back', () => {
    expect(goodput({ policy: 'flowbench', load: '80%', pace: '95%' })).toBeGreaterThan(0.98)
    expect(goodput({ policy: 'quick-3', load: '80%', queue: 50 })).toBeGreaterThan(0.5)
    expect(goodput({ policy: 'quick-3', load: '40%', concurrency: 50 })).toBeGreaterThan(0.98)
    expect(goodput({ policy: 'quick-3', load: '40%' })).toBe(0)
  })
  test('the same load has two states: with and without an outage', () => {
    const params = outageParams.parse({
      ...MINUTE,
      after: '30min',
      policy: 'quick-1',
      load: '60%',
      hysteresis: 'measured',
    })
    const { metrics } = simulate(params, context())
    expect(metrics['goodputUpwards']!).toBeGreaterThan(0.98)
    expect(metrics['goodputAfter']).toBe(0)
    expect(metrics['goodputDownwards']).toBe(0)
  })
})

it('knows every policy of the engine, and takes its times from there', () => {
  for (const policy of POLICIES.keys()) expect(paramsOf({ policy }).policy).toBe(policy)
  expect(attemptTimes(POLICIES.get('outpost')!)).toHaveLength(11)
})

const SMALL = { fault: 'slow', timeout: '10s', before: '1min', outage: '1min', after: '10min', settle: '1h' }

it.each([
  ['50%', true],
  ['55%', false],
  ['65%', false],
])('down to %s from a collapse at 0.55 of the capacity: %s', (load, comesDown) => {
  const measures = run({ policy: 'quick-1', load, hysteresis: 'measured', collapseAt: '55%', ...SMALL })
  sound(measures)
  expect(measures.metrics['goodputDownwards'] !== null).toBe(comesDown)
  expect(measures.metrics['goodputUpwards']).not.toBeNull()
})
