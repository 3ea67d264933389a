import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineSim, type Measures } from '../../lab/contract/sim.ts'
import type { Sim } from '../../lab/contract/sim.ts'
import { prepare, rows } from './sims.ts'

const params = z.strictObject({ customers: z.int() })
const REPLICATION = { sim: 'toy', params: { customers: 8 }, summary: '' }

/** A sim whose customers are all served, each after a draw; `change` plants a fault. */
function toy(change: (measures: Measures, run: number) => Measures = (measures) => measures): Sim {
  let runs = 0
  return defineSim<z.infer<typeof params>>({
    name: 'toy',
    summary: 'a toy',
    params,
    metrics: { wait: { unit: 's', label: 'wait' } },
    replicate({ customers }, ctx) {
      const stream = ctx.stream('waits')
      let wait = 0
      for (let i = 0; i < customers; i++) wait += stream.uniform() / customers
      const flow = {
        injected: customers,
        completed: customers,
        queued: 0,
        running: 0,
        dropped: 0,
        expired: 0,
      }
      return change(
        { metrics: { wait }, state: 'stable', flow, little: [], invariants: [], counters: {} },
        runs++,
      )
    },
    answer: () => ({ text: '', value: null, unit: 's', low: null, high: null, breaksFirst: null }),
    charts: () => [],
  })
}

test('a replication gives the same digest each time, and another one for other measures', () => {
  const burst = prepare(toy(), REPLICATION)
  expect(burst.run()).toBe(burst.expected)
  expect(Number.isSafeInteger(burst.expected)).toBe(true)
  expect(prepare(toy(), REPLICATION).expected).toBe(burst.expected)
  const other = toy((measures) => ({ ...measures, metrics: { wait: measures.metrics['wait']! + 1e-15 } }))
  expect(prepare(other, REPLICATION).expected).not.toBe(burst.expected)
})

test('planted: a replication that differs from the first has another check value', () => {
  const burst = prepare(
    toy((measures, run) => (run < 2 ? measures : { ...measures, counters: { run } })),
    REPLICATION,
  )
  expect(burst.run()).toBe(burst.expected)
  expect(burst.run()).not.toBe(burst.expected)
})

test('planted: a lost customer, a broken invariant: no speed', () => {
  const lost = toy((measures) => ({ ...measures, flow: { ...measures.flow, completed: 7 } }))
  expect(() => prepare(lost, REPLICATION)).toThrow(
    'invariant broken: conservation: injected 8, accounted for 7',
  )
  const broken = toy((measures) => ({ ...measures, invariants: [{ name: 'causality', ok: false }] }))
  expect(() => prepare(broken, REPLICATION)).toThrow('invariant broken: causality')
})

test('no sim is looked up before its row is prepared', () => {
  const all = rows({
    findSim: () => {
      throw new Error('not yet')
    },
  })
  expect(all.map(({ id }) => id)).toEqual([
    'sims/agent-memory',
    'sims/regex-shootout',
    'sims/turn-latency',
    'sims/firewalled-clients',
    'sims/rogue-session',
    'sims/relay-faults',
    'sims/batch-pending',
    'sims/leaked-key',
    'sims/mm-c',
    'sims/webhook-outage',
    'sims/webhook-trust',
    'sims/voice-fleet',
  ])
})
