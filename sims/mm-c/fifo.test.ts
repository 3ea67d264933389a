import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Fifo } from './fifo.ts'

test('behaves as an array with push and shift, also when it grows while wrapped', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -900, max: 1500 }), { maxLength: 30 }), (moves) => {
      const fifo = new Fifo()
      const model: number[] = []
      let next = 0
      for (const move of moves) {
        for (let i = 0; i < move; i++) {
          fifo.push(next)
          model.push(next++)
        }
        for (let i = move; i < 0; i++) expect(fifo.shift()).toBe(model.shift() ?? NaN)
        expect(fifo.length).toBe(model.length)
      }
      while (model.length > 0) expect(fifo.shift()).toBe(model.shift())
    }),
    { numRuns: 50 },
  )
})
