/** What the answer says, of points with known figures. */
import { describe, expect, it } from 'vitest'
import type { PointResult, Results } from '../lab/contract/sim.ts'
import { answer } from './answer.ts'
import { leakedKeyParams, type LeakedKeyParams } from './params.ts'

type Point = PointResult<LeakedKeyParams>

const figure = (value: number) => ({ unit: 'dollars', value, low: 0.9 * value, high: 1.1 * value })
const point = (written: Readonly<Record<string, unknown>>, mean: number, p95: number): Point =>
  ({
    at: written,
    params: leakedKeyParams.parse(written),
    metrics: {
      'mean(spend)': figure(mean),
      'p95(spend)': figure(p95),
      capped: { unit: 'share', value: 0.25, low: 0.2, high: 0.3 },
    },
  }) as unknown as Point

const asking = (limit: string, op: '<' | '>', value: number): Results<unknown>['limits'] => ({
  [limit]: { op, value },
})
const told = (points: readonly Point[], chosen: number, limits: Results<unknown>['limits'] = {}) =>
  answer({ points, chosen: points[chosen], limits } as unknown as Results<LeakedKeyParams>)

const UNCAPPED = point({ control: 'uncapped' }, 82_000, 178_432)
const ALERT = point({ control: 'alert' }, 6000, 23_000)
const TIER = point({ control: 'tier-1' }, 259, 260)

describe('the question’s limit', () => {
  it('names the controls that meet it, each with its figure, and the number is the figure asked about', () => {
    const { text, value, unit } = told([UNCAPPED, ALERT, TIER], 0, asking('p95(spend)', '<', 50_000))
    expect(text).toBe(
      'With no control until the bill is seen 5 % of stolen keys cost 178,432 dollars and more. A budget alert (23,000) and ' +
        'Tier 1 (260) keep p95(spend) < 50,000 dollars; no control until the bill is seen (178,432) does not. An alert alone ' +
        'leaves 6,000 (5,400 to 6,600) dollars on average, more than Tier 1: 259 (233 to 285), at most its cap of 250 and 10 ' +
        'that the billing lag lets through.',
    )
    expect([value, unit]).toEqual([178_432, 'dollars'])
  })
  it.each([
    [100, '<', 'A budget alert (23,000) and Tier 1 (260) do not keep p95(spend) < 100 dollars.'],
    [1e6, '<', 'A budget alert (23,000) and Tier 1 (260) keep p95(spend) < 1,000,000 dollars. An'],
    [1000, '>', 'A budget alert (23,000) keeps p95(spend) > 1,000 dollars; Tier 1 (260) does not.'],
  ] as const)('%d', (limit, op, words) => {
    expect(told([ALERT, TIER], 0, asking('p95(spend)', op, limit)).text).toContain(words)
  })
  it('of another figure, or of one control, only that is told', () => {
    expect(told([TIER], 0, asking('p95(spend)', '<', 1)).text).toBe(
      'With Tier 1 5 % of stolen keys cost 260 dollars and more.',
    )
    expect(told([TIER], 0).text).toBe('With Tier 1 a stolen key costs 259 (233 to 285) dollars on average.')
    const capped = told([TIER], 0, asking('capped', '<', 1))
    expect(capped).toMatchObject({ text: 'With Tier 1 capped is 25 %.', value: 0.25, unit: 'share' })
  })
})

it.each([
  [700, 20_000, 'less than Tier 3: 20,000 (18,000 to 22,000), at most its cap of 20,000'],
  [30_000, 20_000, 'more than Tier 3'],
  [19_000, 20_000, 'about as much as Tier 3'],
])('an alert that leaves %d and a cap that leaves %d: %s', (alarmed, capped, words) => {
  const points = [
    point({ control: 'alert', alertResponse: '1min' }, alarmed, alarmed),
    point({ control: 'tier-3', alertResponse: '1min' }, capped, capped),
  ]
  expect(told(points, 0).text).toContain(words)
})

it('figures of another rate of abuse are not told under the chosen one’s name', () => {
  const points = [
    point({ control: 'uncapped', abuseRate: 100 }, 28_690, 60_000),
    point({ control: 'tier-1', abuseRate: 100 }, 250, 251),
    point({ control: 'uncapped', abuseRate: 600 }, 172_000, 370_000),
    point({ control: 'tier-1', abuseRate: 600 }, 258, 260),
  ]
  const { text, value } = told(points, 2, asking('p95(spend)', '<', 50_000))
  expect(value).toBe(370_000)
  expect(text).toContain('370,000')
  for (const other of ['28,690', '60,000', '250 (', '(251)']) expect(text).not.toContain(other)
})

it('a found value is told, with its unit', () => {
  const found = { param: 'budget', value: 400, searched: [200, 400] }
  const { text } = answer({
    points: [TIER],
    chosen: TIER,
    limits: {},
    found,
  } as unknown as Results<LeakedKeyParams>)
  expect(text).toContain('The smallest budget that will do is 400 dollars. With Tier 1')
})

it('a control whose figure nobody knows neither keeps the limit nor fails to', () => {
  const unknown = (one: Point): Point => ({
    ...one,
    metrics: { ...one.metrics, 'p95(spend)': { unit: 'dollars', value: null, low: null, high: null } },
  })
  const asked = asking('p95(spend)', '<', 50_000)
  expect(told([unknown(UNCAPPED), unknown(ALERT)], 0, asked).text).toBe(
    'With no control until the bill is seen p95(spend) is unknown.',
  )
  expect(told([unknown(UNCAPPED), ALERT], 0, asked).text).toContain(
    'A budget alert (23,000) keeps p95(spend) < 50,000 dollars.',
  )
})
