import { describe, expect, test } from 'vitest'
import { chanceOfAtMost, chanceOfFew, valuesWanted } from './beyond.ts'
import { binomialCdf } from './binomial.ts'

/** Summed term by term. */
function atMost(seen: number, n: number, share: number): number {
  let term = (1 - share) ** n
  let sum = term
  for (let k = 1; k <= seen; k++) {
    term *= ((n - k + 1) * share) / (k * (1 - share))
    sum += term
  }
  return sum
}

describe('few beyond a limit, where a share of all is', () => {
  test.each([
    [0, 180, 0.01],
    [1, 540, 0.01],
    [3, 60, 0.05],
    [7, 12, 0.5],
  ])('%i of %i at %d: the binomial chance', (seen, n, share) => {
    expect(chanceOfFew(seen, n, share)).toBeCloseTo(atMost(seen, n, share), 12)
  })

  test.each([
    [4950, 5000, 0.99],
    [180, 400, 0.5],
    [220, 400, 0.5],
  ])('%i of %i at %d: the same, where some or many are expected on either side', (seen, n, share) => {
    const exact = share === 0.5 ? atMost(seen, n, share) : 1 - atMost(n - seen - 1, n, 1 - share)
    expect(Math.abs(chanceOfAtMost(seen, n, share) - exact)).toBeLessThan(1e-3)
  })

  test('grows with what was seen, also between whole numbers, up to certainty', () => {
    const chances = [0, 0.25, 0.5, 0.75, 1, 1.5, 2, 60].map((seen) => chanceOfFew(seen, 60, 0.02))
    expect(chances).toEqual(chances.toSorted((a, b) => a - b))
    expect(new Set(chances).size).toBe(chances.length)
    expect(chances.at(-1)).toBe(1)
  })

  test('is that of none where many are expected: how they scatter says more', () => {
    expect(chanceOfFew(90, 10_100, 0.01)).toBeLessThan(1e-40)
    expect(chanceOfFew(1e12, 1e14, 0.05)).toBe(0)
  })
})

describe('how many values show it', () => {
  test.each([
    [0.99, 368],
    [0.95, 72],
    [0.5, 6],
  ])('p%d: %i without one beyond', (p, wanted) => {
    expect(Math.ceil(valuesWanted(0, 1 - p, 0.975))).toBe(wanted)
    expect(chanceOfFew(0, wanted, 1 - p)).toBeLessThanOrEqual(0.025)
    expect(chanceOfFew(0, wanted - 1, 1 - p)).toBeGreaterThan(0.025)
  })

  test('with some beyond it takes more, and is enough; with too many none is', () => {
    for (const part of [0.001, 0.003, 0.005]) {
      const wanted = valuesWanted(part, 0.01, 0.975)
      expect(wanted).toBeGreaterThan(valuesWanted(0, 0.01, 0.975))
      expect(binomialCdf(Math.floor(part * wanted), Math.ceil(wanted), 0.01)).toBeLessThanOrEqual(0.025)
    }
    expect(valuesWanted(0.01, 0.01, 0.975)).toBe(Infinity)
  })
})
