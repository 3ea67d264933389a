import { expect, test } from 'vitest'
import type { RunDocument } from '../../sims/lab/contract/document.ts'
import { voiceFleet } from '../testing/voice-fleet.ts'
import { assumptionRange, interval, multipleOf, pointName, samePoint, unbroken } from './words.ts'

const { document, metricLabels } = voiceFleet()
const told = (answer: Partial<RunDocument['answer']>, effect: object = {}): string | null =>
  assumptionRange(
    {
      ...document,
      answer: { ...document.answer, ...answer },
      assumptions: document.assumptions.map((one) => ({ ...one, effect: { ...one.effect!, ...effect } })),
    },
    metricLabels,
  )

test('the range of the assumptions is that of the answer only where it is the same figure', () => {
  const { mid, unit } = document.assumptions[0]!.effect!
  expect(told({ value: mid, unit })).toBe('assumptions, one at a time, move it from 9 to 46')
  // A searched parameter is a count, and hosts in the answer.
  expect(told({ value: mid, unit: 'hosts' })).toBe('assumptions, one at a time, move it from 9 to 46 hosts')
  // Answered in seconds, asked first for a share: a share is not told in seconds, and not as the answer.
  const share = { of: 'lostCalls', unit: 'share', low: 0, mid: 0.1, high: 0.482 }
  expect(told({ value: 22.5, unit: 's' }, share)).toBe(
    'assumptions, one at a time, move lostCalls from 0 to 48.2 %',
  )
  expect(told({ value: 0.2, unit: 'share' }, share)).toContain('move lostCalls from')
  expect(told({ value: 0.1, unit: 'share' }, { ...share, high: null })).toBe(
    'assumptions, one at a time, move it from 0 %, or beyond what was looked at',
  )
})

test('an end with a hundred zeros is told as none', () => {
  expect(interval(0, 2.98e-175, 'share')).toBe('0 %')
  expect(interval(0, 1.86e-8, 'share')).toBe('0 to 0.00000186 %')
})

test('a number stays with its unit', () => {
  expect(unbroken('from 0 to 48.2 % in 5 ms')).toBe('from 0 to 48.2\u00a0% in 5\u00a0ms')
})

test('what holds at the load asked about does not break at 1× of it', () => {
  expect(multipleOf(1.3)).toBe('1.3\u00d7 the load asked about')
  expect(multipleOf(1)).toBe('barely more than the load asked about')
  expect(multipleOf(0.9999)).toBe('barely less than the load asked about')
})

test('a point has its values with their units, and no two of them become the same', () => {
  const units = { callRate: '1/s', budget: 'steps', load: 'share', span: 's', servers: 'servers' }
  const at = { callRate: 0.5, budget: 1e6, load: 0.2375, span: 5400, servers: 12, way: 'poll' }
  expect(pointName(at, units)).toBe(
    'callRate = 0.5/s, budget = 1 M steps, load = 23.75 %, span = 90 min, servers = 12, way = poll',
  )
  const near = [0.23751, 0.23752].map((load) => pointName({ load }, units))
  expect(near).toEqual(['load = 23.751 %', 'load = 23.752 %'])
  // What a document of before does not say is not made up.
  expect(pointName({ callRate: 0.5 })).toBe('callRate = 0.5')
  expect(samePoint({ load: 0.23751 }, { load: 0.23752 })).toBe(false)
})
