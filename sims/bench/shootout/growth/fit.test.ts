import { describe, expect, test } from 'vitest'
import { fitGrowth, lengthFor, type Point } from './fit.ts'

const FIXED = 3e-6

/** Lengths from `first` by `factor` until a second, with noise of some per cent that is the same each time. */
function row(
  time: (length: number) => number,
  first = 4,
  factor = 1.6,
  longest = 2e6,
  noise = 0.05,
): Point[] {
  const points: Point[] = []
  for (
    let length = first, k = 0;
    length <= longest;
    length = Math.max(length + 1, Math.floor(length * factor)), k++
  ) {
    const seconds = FIXED + time(length) * (1 + noise * Math.sin(12.9 * k * k))
    points.push({ length, seconds })
    if (seconds > 0.8) break
  }
  return points
}

describe('growth of a row', () => {
  test.each([2, 3, 4, 5])('degree %i', (degree) => {
    const fit = fitGrowth(row((n) => 1e-9 * n ** degree))
    expect([fit.growth, fit.degree]).toEqual(['polynomial', degree])
    expect(fit.exponent!.low).toBeLessThan(degree + 0.1)
    expect(fit.exponent!.high).toBeGreaterThan(degree - 0.1)
  })

  test.each([1.1, 1.3, 2, 4, 16])('exponential of base %f', (base) => {
    const fit = fitGrowth(row((n) => 2e-8 * base ** n, 1, 1 + 0.3 / Math.log2(base + 1)))
    expect(fit.growth).toBe('exponential')
    expect(fit.base! / base).toBeGreaterThan(0.8)
    expect(fit.base! / base).toBeLessThan(1.25)
  })

  test.each([1e-10, 3e-9, 1e-7])('linear at %f s a byte', (each) => {
    expect(fitGrowth(row((n) => each * n, 4, 2, 1e7))).toMatchObject({ growth: 'linear', degree: 1 })
  })

  test('constant on long texts is linear, on short ones nobody knows', () => {
    expect(fitGrowth(row(() => 0, 4, 2, 1e7)).growth).toBe('linear')
    expect(fitGrowth(row(() => 0, 4, 2, 1e3)).growth).toBe('undecided')
  })

  test('n log n is linear enough; n to 1.4 is said to be undecided', () => {
    expect(fitGrowth(row((n) => 2e-9 * n * Math.log2(n), 4, 2, 1e7)).growth).toBe('linear')
    expect(fitGrowth(row((n) => 1e-7 * n ** 1.4, 4, 2, 1e7)).growth).toBe('undecided')
  })

  test('what is quadratic but too quick to tell is not called so', () => {
    expect(fitGrowth(row((n) => 1e-9 * n ** 2, 4, 1.6, 1_000)).growth).not.toBe('polynomial')
  })

  test("V8's stack for backtracking, which grows into memory that is slow at first, is not superlinear", () => {
    // `^([ \t]|x)*<` on spaces, as measured.
    const taken: readonly [length: number, seconds: number][] = [
      [0, 3e-6],
      [65_537, 0.27e-3],
      [131_073, 0.543e-3],
      [262_145, 1.107e-3],
      [524_289, 2.216e-3],
      [1_048_577, 4.422e-3],
      [2_097_153, 42.68e-3],
      [2_841_335, 71.122e-3],
    ]
    expect(fitGrowth(taken.map(([length, seconds]) => ({ length, seconds }))).growth).toBe('linear')
    // A quadratic of which only every thousandth place starts a search stays one at any length.
    expect(fitGrowth(row((n) => 1e-13 * n ** 2, 4, 1.6, 1e7))).toMatchObject({
      growth: 'polynomial',
      degree: 2,
    })
  })

  test('a step in memory on long quick texts is not superlinear', () => {
    const points = row((n) => (n > 1e6 ? 3e-9 : 5e-10) * n, 4, 2, 1e7)
    expect(fitGrowth(points).growth).toBe('linear')
  })

  test('the length for a second is found by the last points', () => {
    const quadratic = row((n) => 1e-9 * n ** 2, 4, 1.6, 3_000, 0)
    expect(lengthFor(quadratic, 1)! / Math.sqrt(1e9)).toBeCloseTo(1, 1)
    const exponential = row((n) => 2e-8 * 2 ** n, 1, 1.2, 20, 0)
    expect(lengthFor(exponential, 1)! / Math.log2(1 / 2e-8)).toBeCloseTo(1, 1)
    expect(
      lengthFor(
        row(() => 0),
        1,
      ),
    ).toBeNull()
  })
})
