/** The sim through its scenario file: loading, answer, theory, charts. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { RunOutcome } from '../lab/run/run.ts'
import { loadScenario } from '../lab/run/scenario/load.ts'
import type { Sim } from '../lab/contract/sim.ts'
import { runInline } from '../lab/run/testing/inline.ts'
import { mmC } from './index.ts'

const FILE = new URL('../../scenarios/mm-c-theory.yaml', import.meta.url)
const sim = mmC as unknown as Sim

const run = (settings: string[], more = ''): Promise<RunOutcome> =>
  runInline(sim, readFileSync(FILE, 'utf8') + more, { environment: 'quick', set: settings })

test('quick: theory lies inside every interval, the expectation holds, all invariants hold', async () => {
  const { document, charts } = await run([])
  expect(document.verdict).toBe('pass')
  expect(document.theory).toHaveLength(4)
  expect(document.theory.filter(({ ok }) => !ok)).toEqual([])
  expect(document.invariants.length).toBeGreaterThan(0)
  expect(document.invariants.filter(({ ok }) => !ok)).toEqual([])
  expect(document.points[0]!.state).toBe('stable')
  expect(document.answer.text).toMatch(
    /^At 90 % load on 20 servers the mean wait is 2\d\d ms in the steady state; 5\d.* % of customers wait\.$/,
  )
  // Erlang C: the mean wait reaches 0.5 s at 93.5 % load, 1.039 times today's, long before the servers are used up at 1.11.
  expect(document.answer.breaksFirst!.name).toBe('mean(wait) < 0.5 s')
  expect(Math.abs(document.answer.breaksFirst!.multiple - 1.039)).toBeLessThan(0.03)
  expect(charts.map(({ name }) => name)).toEqual([
    'wait-against-load',
    'theory',
    'in-system',
    'distribution-wait',
  ])
}, 120_000)

test('overloaded: it says so and prints no steady-state figure', async () => {
  const { document, charts } = await run(['params.arrivalRate=21/s', 'params.span=10min'])
  expect(document.verdict).toBe('overloaded')
  expect(document.answer).toMatchObject({
    text: '20 servers are overloaded: customers arrive 1.05 times as fast as they can be served.',
    value: null,
  })
  expect(document.points[0]!.metrics['mean(wait)']!.value).toBeNull()
  expect(document.theory).toEqual([])
  expect(charts.map(({ name }) => name)).toEqual(['wait-against-load', 'in-system'])
})

test('too short, as its comment shows: it says so and gives no PASS', async () => {
  const text = readFileSync(FILE, 'utf8')
  const [, span, replications] = /--set (params\.span=\S+) --replications (\d+) +too short/.exec(text)!
  const { document } = await runInline(sim, text, { set: [span!, `until.replications=${replications}`] })
  expect(document.verdict).toBe('weak')
  expect(document.trust.reasons[0]).toMatchObject({ code: 'run-length' })
})

test('a span that opens empty: no closed form is drawn beside it', async () => {
  const { document, charts } = await run(['horizon=span', 'params.span=1min', 'until.replications=5'])
  expect(document.theory).toEqual([])
  expect(charts.map(({ name }) => name)).toEqual(['wait-against-load', 'in-system'])
  const [against, inSystem] = charts
  expect(against!.description).not.toContain('theory')
  expect(against!.table.rows.map((row) => row.at(-1))).toEqual([null])
  expect(inSystem!.description).not.toContain('theory')
})

test('the fewest servers are found', async () => {
  const find = '\nfind: {smallest: servers, in: 17..30}\n'
  const settings = ['params.span=10min', 'until.replications=8', 'expect=["mean(wait) < 0.1 s"]']
  const { document } = await run(settings, find)
  // Erlang C: 0.132 s with 21 servers, 0.070 s with 22.
  expect(document.verdict).toBe('pass')
  expect(document.answer).toMatchObject({ value: 22, unit: 'servers' })
  expect(document.answer.text).toMatch(
    /^22 servers are the fewest that will do: at 81.8 % load on 22 servers the mean wait is \d/,
  )
})

test('one server is one', async () => {
  const find = '\nfind: {smallest: servers, in: 1..3}\n'
  const settings = [
    'params.arrivalRate=0.5/s',
    'params.span=2h',
    'until.replications=8',
    'expect=["mean(wait) < 60 s"]',
  ]
  const { document } = await run(settings, find)
  expect(document.answer.text).toMatch(
    /^One server is enough: at 50 % load on one server the mean wait is \d/,
  )
})

test('a sweep of the load puts every point on its curve', async () => {
  const sweep = '\nsweep: {arrivalRate: [10/s, 16/s, 22/s]}\n'
  const { document, charts } = await run(['params.span=5min', 'until.replications=5'], sweep)
  expect(document.points.map(({ state }) => state).at(-1)).toBe('overloaded')
  expect(charts[0]!.table.rows).toHaveLength(3)
  expect(charts[0]!.table.rows.at(-1)!.slice(1)).toEqual([1.1, 'overloaded', null, null, null, null])
})

test.each([
  ['params.servers=0', /servers/],
  ['params.arrivalRate=0/s', /arrivalRate/],
  ['params.span=9000d', /50M customers/],
  ['params.customers=5', /customers/],
])('%s is refused', (setting, message) => {
  const load = () =>
    loadScenario('f.yaml', readFileSync(FILE, 'utf8'), new Map([[sim.name, sim]]), { set: [setting] })
  expect(load).toThrow(message)
})
