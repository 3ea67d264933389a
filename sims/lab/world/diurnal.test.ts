import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dayWeights, isTooSharp, MINUTES_A_DAY, weightAt } from './diurnal.ts'

const TAXI = { trough: 0.24, peak: 1.51, troughHour: 5, peakHour: 19 }

describe('the shape of a day', () => {
  it('has mean 1, and the published trough and peak at their hours', () => {
    const weights = dayWeights(TAXI)
    expect(weights.reduce((sum, weight) => sum + weight, 0) / MINUTES_A_DAY).toBeCloseTo(1, 9)
    expect(Math.min(...weights)).toBeCloseTo(0.24, 3)
    expect(Math.max(...weights)).toBeCloseTo(1.51, 3)
    expect(weights[5 * 60]).toBeCloseTo(0.24, 3)
    expect(weights[19 * 60]).toBeCloseTo(1.51, 3)
  })

  it('keeps mean, trough and peak for any shape that can have them', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 0.8, noNaN: true }),
        fc.double({ min: 1.2, max: 3, noNaN: true }),
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 4, max: 20 }),
        (trough, peak, troughHour, rise) => {
          const weights = dayWeights({ trough, peak, troughHour, peakHour: (troughHour + rise) % 24 })
          expect(weights.reduce((sum, weight) => sum + weight, 0) / MINUTES_A_DAY).toBeCloseTo(1, 6)
          expect(Math.min(...weights)).toBeGreaterThanOrEqual(trough - 1e-9)
          expect(Math.max(...weights)).toBeLessThanOrEqual(peak + 1e-9)
        },
      ),
    )
  })

  it.each([
    [0.9, 5],
    [0.97, 10],
    [0.99, 4],
    [0.5, 1.0001],
    [0.01, 10],
  ])('has mean 1 and its peak, however sharp: trough %d, peak %d', (trough, peak) => {
    const weights = dayWeights({ ...TAXI, trough, peak })
    expect(weights.reduce((sum, weight) => sum + weight, 0) / MINUTES_A_DAY).toBeCloseTo(1, 9)
    expect((Math.max(...weights) - trough) / (peak - trough)).toBeGreaterThan(0.95)
  })

  it('is refused where minutes cannot hold its peak', () => {
    for (const [trough, peak] of [
      [0.99, 10],
      [0.9999, 2],
      [1, 2],
    ] as const) {
      expect(isTooSharp({ trough, peak })).toBe(true)
      expect(() => dayWeights({ ...TAXI, trough, peak })).toThrow(RangeError)
    }
  })

  it('puts the evening of India before the evening of New York', () => {
    const weights = dayWeights(TAXI)
    expect(weightAt(weights, 13 * 60 + 30, 5.5)).toBe(weightAt(weights, 24 * 60, -5))
  })
})
