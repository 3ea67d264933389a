import { expect, test } from 'vitest'
import { mmcBare, mmcFlat } from './mmc.ts'
import { lowRank, measureStyles } from './styles.ts'

const model = { arrivalRate: 0.8, serviceTime: 1, servers: 1, until: 200 }

test('three styles are measured in one run (invariant 8), the bare loop as the yardstick', () => {
  const costs = measureStyles(model, 6)
  expect(costs.map(({ style }) => style)).toEqual([
    'bare loop',
    'loop and Resource',
    'processes and Resource',
  ])
  expect(costs[0]).toMatchObject({ ratio: 1, low: 1, high: 1 })
  for (const { low, ratio, high } of costs) expect(low <= ratio && ratio <= high).toBe(true)
  expect(() => measureStyles(model, 5)).toThrow(RangeError)
})

test('no time counts (invariant 9) for a style that serves other customers, or makes them wait otherwise', () => {
  const flat = (rate: number) => ({
    'bare loop': mmcBare,
    other: (p: Parameters<typeof mmcFlat>[0]) => {
      const { waits } = mmcFlat({ ...p, serviceTime: rate * p.serviceTime }).desk
      return { started: waits.count, meanWait: waits.mean }
    },
  })
  expect(measureStyles(model, 6, flat(1))).toHaveLength(2)
  expect(() => measureStyles(model, 6, flat(1.000_01))).toThrow(/customers/)
})

test("the ranks of the median's 95 % interval are the sign test's", () => {
  // Ranks from 0; published tables count from 1.
  expect([6, 8, 9, 11, 12, 20, 21, 25].map(lowRank)).toEqual([0, 0, 1, 1, 2, 5, 5, 7])
})
