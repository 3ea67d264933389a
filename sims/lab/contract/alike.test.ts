import { expect, test } from 'vitest'
import { alike } from './alike.ts'
import type { PointResult } from './sim.ts'

interface Params {
  readonly control: string
  readonly rate: number
  readonly schedule?: readonly number[]
}

const point = (params: Params) => ({ params }) as unknown as PointResult<Params>

test('points that differ in what is named alone, in their order, the one itself among them', () => {
  const points = [
    point({ control: 'none', rate: 100 }),
    point({ control: 'cap', rate: 100 }),
    point({ control: 'none', rate: 600 }),
    point({ control: 'cap', rate: 600 }),
  ]
  expect(alike(points[3]!, points, 'control')).toEqual([points[2], points[3]])
  expect(alike(points[0]!, points, 'rate')).toEqual([points[0], points[2]])
  expect(alike(points[0]!, points, 'control', 'rate')).toEqual(points)
  expect(alike(points[1]!, points)).toEqual([points[1]])
})

test('lists are compared by what is in them', () => {
  const points = [
    point({ control: 'a', rate: 1, schedule: [1, 2] }),
    point({ control: 'b', rate: 1, schedule: [1, 2] }),
    point({ control: 'c', rate: 1, schedule: [1, 3] }),
  ]
  expect(alike(points[0]!, points, 'control')).toEqual(points.slice(0, 2))
})
