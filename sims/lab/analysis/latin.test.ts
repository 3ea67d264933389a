import { describe, expect, test } from 'vitest'
import { openStream } from '../kernel/random/stream.ts'
import { latinHypercube, totalEffects, triangularQuantile, type Triangular } from './latin.ts'

const streams = (names: readonly string[], seed = 1) => names.map((name) => openStream(seed, 0, name))

describe('Latin hypercube', () => {
  test('every N-th of each input once, in an order of its own', () => {
    const points = latinHypercube(64, streams(['a', 'b']))
    for (const input of [0, 1]) {
      const strata = points.map((point) => Math.floor(point[input]! * 64)).toSorted((a, b) => a - b)
      expect(strata).toEqual(Array.from({ length: 64 }, (_, i) => i))
    }
    const [a, b] = [0, 1].map((input) => points.map((point) => point[input]!))
    expect(a).not.toEqual(b)
    // Another input more moves none of those before it.
    expect(latinHypercube(64, streams(['a', 'b', 'c'])).map((point) => point.slice(0, 2))).toEqual(points)
    expect(() => latinHypercube(0, [])).toThrow(/samples/)
  })
  test('triangular: ends, mode, and the mean of the three', () => {
    const skewed: Triangular = { low: 1, mid: 2, high: 7 }
    expect(triangularQuantile(skewed, 0)).toBe(1)
    expect(triangularQuantile(skewed, 1)).toBe(7)
    expect(triangularQuantile(skewed, 1 / 6)).toBeCloseTo(2, 12)
    let mean = 0
    for (let i = 0; i < 10_000; i++) mean += triangularQuantile(skewed, (i + 0.5) / 10_000) / 10_000
    expect(mean).toBeCloseTo(10 / 3, 4)
    expect(triangularQuantile({ low: 3, mid: 3, high: 3 }, 0.7)).toBe(3)
  })
})

describe('total effects', () => {
  const inputs: Triangular[] = [
    { low: 0, mid: 1, high: 2 },
    { low: 1, mid: 2, high: 7 },
    { low: 0, mid: 0, high: 3 },
  ]
  const variance = ({ low, mid, high }: Triangular): number =>
    (low ** 2 + mid ** 2 + high ** 2 - low * mid - low * high - mid * high) / 18
  const sample = (n: number, seed = 1) =>
    latinHypercube(n, streams(['a', 'b', 'c'], seed)).map((point) =>
      point.map((u, i) => triangularQuantile(inputs[i]!, u)),
    )
  test('of a linear model are exact', () => {
    const slopes = [3, -1, 0.5]
    const parts = inputs.map((input, i) => slopes[i]! ** 2 * variance(input))
    const total = parts.reduce((sum, part) => sum + part, 0)
    for (const n of [16, 256]) {
      const points = sample(n)
      const outputs = points.map((point) => 5 + point.reduce((sum, x, i) => sum + slopes[i]! * x, 0))
      const { shares, rest } = totalEffects(points, outputs, inputs)
      expect(shares).toEqual(parts.map((part) => expect.closeTo(part / total, 4)))
      expect(rest).toBeLessThan(1e-9)
    }
  })
  test('of a product: its interaction counts for both', () => {
    const points = sample(256)
    const outputs = points.map(([a, b]) => a! * b!)
    const [va, vb] = [variance(inputs[0]!), variance(inputs[1]!)]
    const [ma, mb] = [1, 10 / 3]
    const total = va * vb + va * mb ** 2 + vb * ma ** 2
    const { shares, rest } = totalEffects(points, outputs, inputs)
    expect(shares![0]).toBeCloseTo((va * mb ** 2 + va * vb) / total, 2)
    expect(shares![1]).toBeCloseTo((vb * ma ** 2 + va * vb) / total, 2)
    expect(shares![2]).toBeCloseTo(0, 6)
    expect(rest).toBeLessThan(1e-6)
  })
  test('what no polynomial explains is the rest; what does not vary has none', () => {
    const points = sample(256)
    const noise = openStream(3, 0, 'noise')
    const outputs = points.map(([a]) => a! + 3 * noise.uniform())
    const { shares, rest } = totalEffects(points, outputs, inputs)
    expect(rest).toBeGreaterThan(0.6)
    expect(shares![0]! + rest).toBeGreaterThan(0.85)
    expect(
      totalEffects(
        points,
        points.map(() => 4),
        inputs,
      ).shares,
    ).toBeNull()
  })
})
