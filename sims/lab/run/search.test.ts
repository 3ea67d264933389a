import fc from 'fast-check'
import { expect, it } from 'vitest'
import { firstPassing } from './search.ts'

it('finds the first of any monotone row, in logarithmically many looks', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 2000 }),
      fc.integer({ min: 0, max: 2000 }),
      async (count, first) => {
        let looks = 0
        const found = await firstPassing(count, (index) => {
          looks++
          return index >= first
        })
        expect(found).toBe(Math.min(first, count))
        expect(looks).toBeLessThanOrEqual(Math.ceil(Math.log2(count + 1)))
      },
    ),
  )
})
