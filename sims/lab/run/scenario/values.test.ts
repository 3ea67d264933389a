import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { count, duration, integer, quantityOf, share, type Quantity } from '../../contract/quantity.ts'
import { readRange } from './values.ts'

const range = (text: string, codec: Quantity) => readRange(text, quantityOf(codec)!)

describe('readRange', () => {
  test.each([
    ['8..12', integer(), [8, 9, 10, 11, 12]],
    ['8..64 step 14', integer(), [8, 22, 36, 50, 64]],
    ['8..20 step 5', integer(), [8, 13, 18]],
    ['5..5', integer(), [5]],
    ['9007199254740989..9007199254740991', integer(), [9007199254740989, 9007199254740990, 9007199254740991]],
    ['1M..3M step 1M', count(), [1e6, 2e6, 3e6]],
    ['0.5..1 step 0.25', count(), [0.5, 0.75, 1]],
    ['1%..10% step 1%', share(), [0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1]],
    [' 5 ms .. 20 ms  step  5 ms ', duration(), [0.005, 0.01, 0.015, 0.02]],
  ])('%s', (text, codec, values) => {
    expect(range(text, codec)).toEqual({ values })
  })

  test.each([
    ['8..', integer(), 'expected "A..B" or "A..B step S"'],
    ['..8', integer(), 'expected "A..B" or "A..B step S"'],
    ['8...12', integer(), 'must be a whole number'],
    ['8..12..16', integer(), 'unknown unit ".16"'],
    ['8..x', integer(), 'not a quantity'],
    ['8..12 stp 2', integer(), 'unknown unit'],
    ['8..12 step', integer(), 'unknown unit'],
    ['8..12 step 0', integer(), 'the step 0 must be above 0'],
    ['8..12 step -1', integer(), 'the step -1 must be above 0'],
    ['8..12 step 0.5', integer(), 'the step 0.5 must be a whole number'],
    ['12..8', integer(), 'the range 12..8 runs backwards'],
    ['1..1G', integer(), 'at most 10000'],
    ['0..1 step 1e-300', count(), 'at most 10000'],
    ['0.5..2', count(), 'this range needs a step: write "0.5..2 step S"'],
    ['1%..3%', share(), 'this range needs a step: write "1%..3% step S"'],
    ['1..3 step 1', share(), 'missing unit'],
    ['1%..3% step 1', share(), 'step: expected a share'],
    ['1%..300% step 1%', share(), 'must be at most 100 %'],
  ])('%s is refused: %s', (text, codec, message) => {
    expect(range(text, codec)).toMatchObject({ message: expect.stringContaining(message) as string })
  })

  test('has both ends where the step divides the range, evenly spaced', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 0, max: 200 }),
        (low, step, steps) => {
          const high = low + step * steps
          const read = range(`${low}ms..${high}ms step ${step}ms`, duration())
          const expected = Array.from({ length: steps + 1 }, (_, i) => (low + i * step) / 1000)
          expect(read).toEqual({ values: expected })
        },
      ),
    )
  })

  test('never throws, never grows without bound', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\d.%kM \-e]{0,10}\.\.[\d.%kM \-estp]{0,14}$/), (text) => {
        const read = range(text, count())
        expect('values' in read ? read.values.length : 1).toBeLessThanOrEqual(10_000)
      }),
      { numRuns: 2000 },
    )
  })
})
