import { expect, test } from 'vitest'
import type { GateBenchmark, GateControl } from './document.ts'
import { verdictOf } from './verdict.ts'

const of = (id: string, outcome: GateBenchmark['outcome'], why = 'so'): GateBenchmark => ({
  id,
  outcome,
  why,
  ratio: null,
  low: null,
  high: null,
  order: null,
  counters: [],
  memory: null,
  timing: null,
  laidOver: [],
  accepted: null,
  notes: [],
})
const LATE = { id: 'late', why: 'time was up' }
const verdict = (
  benchmarks: GateBenchmark[],
  notMeasured = [] as (typeof LATE)[],
  controls: GateControl[] = [],
  doubts: readonly string[] = [],
) => verdictOf(benchmarks, new Set(['same']), controls, notMeasured, { base: 'main', doubts })

test('planted: what differs and was not compared is never passed over', () => {
  const same = of('same', 'pass')
  expect(verdict([same]).verdict).toBe('pass')
  expect(verdict([same, of('a', 'pass')])).toEqual({
    verdict: 'pass',
    headline: 'no slower than main: 2 of 2 clear',
  })
  // Part of it: it may still be slower.
  expect(verdict([same, of('a', 'pass')], [LATE])).toEqual({
    verdict: 'undecided',
    headline: '2 of 2 clear; 1 not compared, late first: time was up',
  })
  expect(verdict([same, of('a', 'pass'), of('b', 'changed')]).verdict).toBe('undecided')
  // All of it: nothing is known, whatever else is the same program.
  expect(verdict([same], [LATE])).toEqual({
    verdict: 'unmeasured',
    headline: 'could not measure: nothing that differs was compared; 1 not compared, late first: time was up',
  })
  expect(verdict([same, of('b', 'changed')]).verdict).toBe('unmeasured')
  // What base has not cannot have become slower.
  expect(verdict([same, of('b', 'new')]).verdict).toBe('pass')
  expect(verdict([of('b', 'new')]).verdict).toBe('unmeasured')
  // Nor is what both sides share: it is neither's.
  expect(verdict([same, of('a', 'pass')], [], [], ['yarn.lock changed'])).toEqual({
    verdict: 'undecided',
    headline: '2 of 2 clear, but yarn.lock changed',
  })
  expect(verdict([of('a', 'fail')], [], [], ['yarn.lock changed']).verdict).toBe('fail')
})

test('the worst is the verdict', () => {
  const broken = { of: 'time', benchmark: 'a', ok: false, said: 'not found' }
  expect(verdict([of('a', 'fail'), of('b', 'refused')], [], [broken]).verdict).toBe('fail')
  expect(verdict([of('a', 'pass'), of('b', 'accepted')], [], [broken]).verdict).toBe('unmeasured')
  expect(verdict([of('b', 'refused', 'head: no answer within 2.5 s')], [LATE], [broken])).toEqual({
    verdict: 'unmeasured',
    headline: 'could not measure b: head: no answer within 2.5 s',
  })
  expect(verdict([of('a', 'pass'), of('b', 'refused')]).verdict).toBe('unmeasured')
  expect(verdict([of('a', 'pass'), of('b', 'undecided')]).verdict).toBe('undecided')
  expect(verdict([of('a', 'accepted')]).verdict).toBe('pass')
})
