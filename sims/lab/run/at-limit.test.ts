import { expect, test } from 'vitest'
import { shareVariance } from '../analysis/theory/run-length.ts'
import type { MetricSpec, Sim } from '../contract/sim.ts'
import { measuredAtLimit, plannedAtLimit } from './at-limit.ts'
import { parseExpectation } from './scenario/expectation.ts'

const LOST: MetricSpec = { unit: 'share', label: 'lost', steadyState: true }
const watched = { params: {}, relaxation: 60 }

/** Of a sim with two arrivals a second, of which this is expected. */
function asking(spec: MetricSpec, ...expected: readonly string[]) {
  const metrics = { lost: spec }
  const sim = { metrics, steady: { arrivalRate: () => 2 } } as unknown as Sim
  const expect = expected.map((text) => {
    const read = parseExpectation(text, sim)
    if (!read.ok) throw new Error(read.message)
    return read.expectation
  })
  return [
    { sim, expect },
    { name: 'lost', spec, kind: { kind: 'metric' } },
  ] as const
}
const takes = (share: number) => ({ variance: shareVariance(share, 60) + 1 / (2 * share) })

test.each([
  [0, ['lost < 3 %'], 0.03],
  [0.015, ['lost < 3 %'], 0.03],
  // Nearer than half of it, or beyond it, it is not far below.
  [0.016, ['lost < 3 %'], null],
  [0.3, ['lost < 3 %'], null],
  [0.3, ['lost > 3 %'], null],
  // What is left of the whole is 1 %, and 10 % would be left at the limit.
  [0.99, ['lost > 90 %'], 0.1],
  [0.94, ['lost > 90 %'], null],
  [1e-3, ['lost < 3 %', 'lost < 1 %'], 0.01],
  [6e-3, ['lost < 3 %', 'lost < 1 %'], null],
  [0, [], null],
  [0, ['lost <= 0 %'], null],
])('%f, of which %o is expected, takes what %o would', (value, expected, share) => {
  const found = measuredAtLimit(...asking(LOST, ...expected), watched, value)
  const rounded = (known: { readonly variance: number } | null) => known?.variance.toPrecision(9)
  expect(rounded(found)).toBe(rounded(share === null ? null : takes(share)))
})

test.each([
  ['not of a steady state', { unit: 'share', label: 'lost' }],
  ['more than a part', { ...LOST, mayExceed1: true }],
  ['signed', { ...LOST, signed: true }],
  ['no share', { ...LOST, unit: 's' }],
] satisfies [string, MetricSpec][])('what is %s has no such', (_what, spec) => {
  const limit = spec.unit === 's' ? 'lost < 0.03 s' : 'lost < 3 %'
  expect(measuredAtLimit(...asking(spec, limit), watched, 0)).toBeNull()
})

test('nor has any where nobody knows how long the system remembers', () => {
  expect(measuredAtLimit(...asking(LOST, 'lost < 3 %'), { params: {}, relaxation: null }, 0)).toBeNull()
})

test('before it is measured it may lie on either side', () => {
  expect(plannedAtLimit(...asking(LOST, 'lost < 97 %'), watched)!.variance).toBeCloseTo(
    takes(0.03).variance,
    6,
  )
})
