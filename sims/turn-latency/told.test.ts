/** What the answer says, of a point with known figures. */
import { describe, expect, it } from 'vitest'
import type { Results } from '../lab/contract/sim.ts'
import { answer } from './answer.ts'
import type { TurnLatencyParams } from './params.ts'

const figure = (value: number | null, low = value) => ({ unit: 's', value, low, high: value })
const METRICS = {
  drift: figure(3.2),
  latencyAtMinute1: figure(2),
  latencyAtMinute12: figure(5.2),
  'p50(earlyLatency)': figure(1.9),
  'p95(lateLatency)': figure(6.1),
  queueing: figure(0.01),
  'saved(noTransport)': figure(0.83),
  'saved(noRelay)': figure(0.0001, -0.0001),
  'saved(capped)': figure(2.5),
  'saved(cached)': figure(3),
}
const stage = (early: number, late: number) => ({
  unit: 's',
  label: '',
  t: [0, 60, 720],
  values: [0, early, late],
})
const REPLICATIONS = [
  { series: { prefill: stage(0.5, 3.5), transport: stage(0.832, 0.832), decode: stage(0.3, 0.4) } },
  { series: { prefill: stage(0.5, 3.7), transport: stage(0.832, 0.832), decode: stage(0.3, 0.4) } },
]

const told = (limits: object, metrics: object = {}) =>
  answer({
    chosen: { metrics: { ...METRICS, ...metrics }, replications: REPLICATIONS, state: 'stable' },
    limits,
  } as unknown as Results<TurnLatencyParams>)
const limit = { op: '<', value: 1 }
const WHOLE =
  'A turn takes 2 s in minute 1 and 5.2 s in minute 12: it gains 3.2 s, prefill alone 3.1 s. Transport takes 832 ms of every ' +
  'turn. The relay can give back nothing that shows; earlier context always cached gives back 3 s.'

describe('the number is in the sentence', () => {
  it.each([
    ['drift', '', 3.2],
    ['p50(earlyLatency)', 'Half of the turns in the first two minutes take at most 1.9 s. ', 1.9],
    ['p95(lateLatency)', '95 % of the turns past ten minutes take at most 6.1 s. ', 6.1],
    ['queueing', 'queueing is 10 ms. ', 0.01],
    ['latencyAtMinute12', '', 5.2],
  ])('%s', (name, before, value) => {
    expect(told({ [name]: limit })).toMatchObject({ text: `${before}${WHOLE}`, value })
  })
  it('of the drift where nothing is expected', () => {
    expect(told({})).toMatchObject({ text: WHOLE, value: 3.2 })
  })
})

it('a call that gains nothing is not said to gain', () => {
  const { text } = told({}, { drift: figure(-0.1), latencyAtMinute12: figure(1.9) })
  expect(text).toContain('A turn takes 2 s in minute 1 and 1.9 s in minute 12: it gains nothing.')
})

it('calls without a twelfth minute still have their early turns', () => {
  const none = { drift: figure(null), latencyAtMinute12: figure(null) }
  expect(told({ 'p50(earlyLatency)': limit }, none).text).toBe(
    'Half of the turns in the first two minutes take at most 1.9 s. The calls are too short to have a twelfth minute. Transport takes 832 ms of every turn.',
  )
})

it('no change is said to give back what lies within the noise of zero', () => {
  const { text } = told({}, { 'saved(cached)': figure(0.001, -0.02), 'saved(capped)': figure(-0.5) })
  expect(text).toContain('earlier context always cached gives back nothing that shows.')
})
