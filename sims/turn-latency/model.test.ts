import { expect, it } from 'vitest'
import { conserves } from '../lab/contract/conservation.ts'
import { obeysLittle } from '../lab/contract/little.ts'
import type { PointResult, Results } from '../lab/contract/sim.ts'
import { answer } from './answer.ts'
import { turnLatency } from './index.ts'
import { simulate } from './model.ts'
import { turnLatencyParams, type TurnLatencyParams } from './params.ts'
import { StageRecord, STAGES } from './stages.ts'
import { context } from '../lab/contract/testing/context.ts'
import { predictions } from './theory.ts'
import { savedBy, VARIANTS } from './variants.ts'

const written = { callRate: '0.3/s', inferenceServers: 100, span: '10min' }
const paramsOf = (more: Record<string, unknown>) => turnLatencyParams.parse({ ...written, ...more })

it('every counterfactual saves what it takes away, and no more than a turn takes', () => {
  const measures = simulate(paramsOf({ relayDelay: '5ms' }), context())
  const value = (name: string): number => measures.metrics[name]!
  // The relay is passed twice, 10 ms; the anycast hop saves 30 ms of the round trip of 40. Turns that end sooner fall into
  // other minutes, which makes a few milliseconds of difference.
  expect(value(savedBy('noRelay'))).toBeGreaterThan(0.004)
  expect(value(savedBy('noRelay'))).toBeLessThan(0.02)
  expect(value(savedBy('anycast'))).toBeGreaterThan(0.02)
  expect(value(savedBy('anycast'))).toBeLessThan(0.04)
  expect(value(savedBy('promptEndpointing'))).toBeGreaterThan(0.28)
  expect(value(savedBy('capped'))).toBeGreaterThan(value(savedBy('noRelay')))
  for (const { name } of VARIANTS) expect(value(savedBy(name))).toBeLessThan(value('latencyAtMinute12'))
  expect(conserves(measures.flow)).toEqual({ ok: true })
  expect(measures.invariants.filter(({ ok }) => !ok)).toEqual([])
  expect(measures.little.map((sample) => obeysLittle(sample).ok)).toEqual([true])
  expect(Object.keys(measures.metrics).toSorted()).toEqual(Object.keys(turnLatency.metrics).toSorted())
})

it('without counterfactuals the call is the same and nothing is said of savings', () => {
  const all = simulate(paramsOf({}), context())
  const none = simulate(paramsOf({ counterfactuals: 'none' }), context())
  expect(none.metrics['drift']).toBe(all.metrics['drift'])
  expect(VARIANTS.map(({ name }) => none.metrics[savedBy(name)])).toEqual(VARIANTS.map(() => null))
  const told = ({ metrics }: typeof all): string => {
    const figures = Object.entries(metrics).map(([name, value]) => [name, { value, low: value, high: value }])
    const chosen = {
      metrics: Object.fromEntries(figures) as PointResult<TurnLatencyParams>['metrics'],
      replications: [],
    }
    return answer({ chosen, limits: {} } as unknown as Results<TurnLatencyParams>).text
  }
  expect(told(all)).toMatch(/The relay can give back .*; .* gives back \d/)
  expect(told(none)).toMatch(
    /^A turn takes \S+ m?s in minute 1 and \S+ m?s in minute 12: it gains \S+ m?s\.$/,
  )
})

it('an overloaded run says so though it was stopped, and not that its calls are short', () => {
  const chosen = { state: 'overloaded', metrics: { drift: { value: null, low: null, high: null } } }
  const told = answer({
    chosen,
    verdict: 'unfinished',
    limits: {},
  } as unknown as Results<TurnLatencyParams>).text
  expect(told).toBe('The inference pool is overloaded.')
})

it('instructions are in every context: none is too small for them, nor is a counterfactual’s', () => {
  expect(
    turnLatencyParams.safeParse({ ...written, instructions: 6000, contextLimit: 4000 }).error!.issues,
  ).toEqual([
    expect.objectContaining({
      path: ['instructions'],
      message: expect.stringContaining('no context has room'),
    }),
  ])
  expect(paramsOf({ instructions: 4000, contextLimit: 4000 }).instructions).toBe(4000)
  const limits = (instructions: number): number[] =>
    ['capped', 'summarised'].map((name) => {
      const params = paramsOf({ instructions, contextLimit: '32k', summary: 2000 })
      return { ...params, ...VARIANTS.find((one) => one.name === name)!.change(params) }.contextLimit
    })
  expect(limits(1000)).toEqual([4000, 8000])
  expect(limits(5000)).toEqual([5000, 8000])
  expect(limits(20_000)).toEqual([20_000, 22_000])
  // Nothing grows and all is instructions: there is nothing that either could take away.
  const flat = { tokensHeard: '0/s', tokensSpoken: '0/s', instructions: 20_000 }
  const { metrics } = simulate(paramsOf(flat), context())
  expect([metrics[savedBy('capped')], metrics[savedBy('summarised')]]).toEqual([0, 0])
})

it('turns are early before two minutes of their call, and late from ten on', () => {
  const record = new StageRecord(900, true)
  for (const age of [0, 119.9, 120, 149, 570, 599.9, 600, 899])
    record.add(age, new Float64Array(STAGES.length))
  const { early, late } = record.world()
  expect([early.count, late.count]).toEqual([2, 2])
})

it('equals the closed form where nothing grows and nobody waits', () => {
  const params = paramsOf({ tokensHeard: '0/s', tokensSpoken: '0/s', counterfactuals: 'none' })
  const checks = predictions(params)
  expect(checks).toHaveLength(3)
  const { metrics } = simulate(params, context())
  for (const { metric, expected } of checks)
    expect(Math.abs(metrics[metric]! / expected - 1)).toBeLessThan(0.02)
  expect(predictions(paramsOf({}))).toEqual([])
  expect(predictions({ ...params, inferenceServers: 1 })).toEqual([])
})

it('a pool that cannot keep up is overloaded', () => {
  const { state } = simulate(paramsOf({ inferenceServers: 1, counterfactuals: 'none' }), context())
  expect(state).toBe('overloaded')
})
