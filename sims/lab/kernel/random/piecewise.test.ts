import { describe, expect, it } from 'vitest'
import { expectedPiecewise, piecewiseArrivals } from './piecewise.ts'
import { openStream } from './stream.ts'

describe('arrivals at rates that change', () => {
  it('come as often as each part says, and never in a part of rate 0', () => {
    const rates = [2, 0, 8, 1]
    const next = piecewiseArrivals(openStream(1, 0, 'a'), rates, 10, 5)
    const seen = rates.map(() => 0)
    const rounds = 2000
    for (let at = next(5); at < 5 + 40 * rounds; at = next(at)) seen[Math.floor((at - 5) / 10) % 4]!++
    expect(seen[1]).toBe(0)
    for (const part of [0, 2, 3]) {
      const expected = rates[part]! * 10 * rounds
      expect(Math.abs(seen[part]! - expected)).toBeLessThan(4 * Math.sqrt(expected))
    }
  })

  it('of equal rates are those of a plain process, from the same draws', () => {
    const times = (rates: number[]): number[] => {
      const next = piecewiseArrivals(openStream(2, 0, 'b'), rates, 7, 0)
      const all: number[] = []
      for (let at = next(0); all.length < 200; at = next(at)) all.push(at)
      return all
    }
    const [one, three] = [times([0.5]), times([0.5, 0.5, 0.5])]
    expect(Math.max(...one.map((at, i) => Math.abs(at - three[i]!)))).toBeLessThan(1e-9)
  })

  it('are counted in any stretch, and refused where nobody ever comes', () => {
    expect(expectedPiecewise([2, 0, 8], 10, 15)).toBe(20)
    expect(expectedPiecewise([2, 0, 8], 10, 25)).toBe(60)
    expect(expectedPiecewise([2, 0, 8], 10, 65)).toBe(210)
    expect(() => piecewiseArrivals(openStream(1, 0, 'c'), [0, 0], 1, 0)).toThrow(RangeError)
  })
})
