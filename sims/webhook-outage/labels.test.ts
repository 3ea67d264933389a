import { expect, test } from 'vitest'
import { charts } from './charts.ts'
import { placed } from './labels.ts'

test('names of points that are close beside each other stand in different places, and inside the drawing', () => {
  const points = [
    { label: 'hook0', x: 10.2, y: 8.46, radius: 5 },
    { label: 'svix', x: 11.87, y: 6.82, radius: 5 },
    { label: 'standard-webhooks', x: 14.9, y: 6.76, radius: 5 },
    { label: 'eventarc', x: 0.17, y: 78, radius: 5 },
    { label: 'flowbench', x: 0.63, y: 1.08, radius: 5 },
  ]
  const placements = placed(points)
  expect(placements.flatMap(({ labels }) => labels).toSorted()).toEqual(
    points.map(({ label }) => label).toSorted(),
  )
  const placeOf = (label: string) => placements.findIndex(({ labels }) => labels.includes(label))
  expect(placeOf('svix')).not.toBe(placeOf('standard-webhooks'))
  // At the right edge there is room on the left only.
  expect(placements[placeOf('standard-webhooks')]!.align).toBe('right')
})

test('a single point, and points without any difference, are named too', () => {
  expect(placed([{ label: 'svix', x: 0, y: 1, radius: 5 }])).toMatchObject([{ labels: ['svix'] }])
  expect(placed([])).toEqual([])
})

const point = (policy: string, lost: number, attempts = 2): unknown => ({
  params: { policy, hysteresis: 'none', before: 0, outage: 1, after: 1, load: 0.1 },
  replications: [],
  metrics: {
    attempts: { value: attempts },
    lastDelivery: { value: 3600 },
    lost: { value: lost },
    undelivered: { value: 0 },
  },
})

const latenessOf = (points: readonly unknown[]) =>
  charts({ points, chosen: points[0] } as unknown as Parameters<typeof charts>[0]).find(
    ({ name }) => name === 'attempts-lateness',
  )!

test('each point is named once, also where policies are swept beside something else', () => {
  const points = [2, 2.05, 2.1, 30].flatMap((attempts) =>
    ['svix', 'hook0'].map((name) => point(name, 0, attempts)),
  )
  const { spec } = latenessOf(points)
  const { values } = spec['data'] as { values: Record<string, unknown>[] }
  const names = (
    spec['layer'] as { transform?: { filter: { field: string; oneOf: unknown[] } }[] }[]
  ).flatMap(({ transform = [] }) =>
    transform.flatMap(({ filter }) => values.filter((row) => filter.oneOf.includes(row[filter.field]))),
  )
  expect(names).toHaveLength(points.length)
  expect(new Set(names).size).toBe(points.length)
})

test('what is lost is drawn to one scale, however little that is: the legend of a run that loses nearly nothing is no larger', () => {
  const lateness = latenessOf([point('svix', 0.0003), point('hook0', 0)])
  const [dots] = lateness.spec['layer'] as object[]
  expect(dots).toMatchObject({ encoding: { size: { scale: { domain: [0, 1] } } } })
})
