import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { conserves } from './conservation.ts'

const count = fc.nat()

test('conservation (invariant 1) holds for any parts that add up, and fails when one is off by one', () => {
  fc.assert(
    fc.property(count, count, count, count, count, (completed, queued, running, dropped, expired) => {
      const injected = completed + queued + running + dropped + expired
      const flow = { injected, completed, queued, running, dropped, expired }
      expect(conserves(flow)).toEqual({ ok: true })
      expect(conserves({ ...flow, injected: injected + 1 }).detail).toMatch(/: 1 lost$/)
      expect(conserves({ ...flow, completed: completed + 1 }).detail).toMatch(/: 1 too many$/)
    }),
  )
})

test.each([-1, 0.5, NaN, Infinity, 2 ** 53])('a count of %f is refused by name', (bad) => {
  const flow = { injected: bad, completed: bad, queued: 0, running: 0, dropped: 0, expired: 0 }
  expect(conserves(flow)).toMatchObject({ ok: false, detail: expect.stringContaining('injected is') })
})
