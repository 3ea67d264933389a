import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { openStream } from '../kernel/random/stream.ts'
import { signedRankGreater } from './rank-tests.ts'

/** Differences 1..n whose positive ones have exactly this sum of ranks. */
function withSum(n: number, wPlus: number): number[] {
  let rest = wPlus
  return Array.from({ length: n }, (_, i) => n - i).map((rank) => {
    if (rank > rest) return -rank
    rest -= rank
    return rank
  })
}

test('critical values of the published table (Wilcoxon & Wilcox 1964): one-sided 5 %, 2.5 %, 1 %, 0.5 %', () => {
  // [n, largest smaller rank sum that is significant at each level]; the larger sum is n(n+1)/2 minus it.
  const table: readonly (readonly [number, ...(number | null)[]])[] = [
    [5, 0, null, null, null],
    [6, 2, 0, null, null],
    [7, 3, 2, 0, null],
    [8, 5, 3, 1, 0],
    [10, 10, 8, 5, 3],
    [12, 17, 13, 9, 7],
    [15, 30, 25, 19, 15],
    [20, 60, 52, 43, 37],
    [25, 100, 89, 76, 68],
    [30, 151, 137, 120, 109],
  ]
  for (const [n, ...criticals] of table) {
    for (const [i, level] of [0.05, 0.025, 0.01, 0.005].entries()) {
      const critical = criticals[i] ?? -1
      const total = (n * (n + 1)) / 2
      const significant = critical < 0 ? 0 : signedRankGreater(withSum(n, total - critical)).p
      expect(significant).toBeLessThanOrEqual(level)
      expect(signedRankGreater(withSum(n, total - critical - 1)).p).toBeGreaterThan(level)
    }
  }
})

test('depression scores of Hollander & Wolfe, table 3.1: W+ = 40, p = 0.0195', () => {
  const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3]
  const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
  const result = signedRankGreater(before.map((x, i) => x - after[i]!))
  expect(result).toMatchObject({ wPlus: 40, n: 9, exact: true })
  expect(result.p).toBeCloseTo(0.01953125, 12)
})

test('against every choice of signs, ties and zeros included', () => {
  const small = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 10 })
  fc.assert(
    fc.property(small, (differences) => {
      const result = signedRankGreater(differences)
      const sizes = differences.filter((d) => d !== 0).map(Math.abs)
      const rank = (size: number): number =>
        sizes.filter((other) => other < size).length +
        (sizes.filter((other) => other === size).length + 1) / 2
      let reached = 0
      for (let signs = 0; signs < 2 ** sizes.length; signs++) {
        let sum = 0
        for (const [i, size] of sizes.entries()) if ((signs >> i) & 1) sum += rank(size)
        if (sum >= result.wPlus - 1e-9) reached++
      }
      expect(result.p).toBeCloseTo(sizes.length === 0 ? 1 : reached / 2 ** sizes.length, 12)
    }),
  )
})

test('the normal approximation, with ties, as SciPy 1.17 has it', () => {
  const differences = Array.from({ length: 60 }, (_, i) => ((i * 37) % 101) - 42)
  const result = signedRankGreater(differences)
  expect(result.exact).toBe(false)
  expect(result.wPlus).toBe(1131)
  expect(result.p).toBeCloseTo(0.03193538276500029, 12)
})

test('exact and approximate agree where one hands over to the other', () => {
  const stream = openStream(2, 0, 'x')
  for (let i = 0; i < 20; i++) {
    const fifty = Array.from({ length: 50 }, () => stream.uniform() - 0.45)
    const exact = signedRankGreater(fifty).p
    const doubled = signedRankGreater([...fifty, 1e-9]).p
    expect(Math.abs(exact - doubled)).toBeLessThan(0.02)
  }
})

test('false alarms come at the level asked for', () => {
  let alarms = 0
  for (let seed = 0; seed < 4000; seed++) {
    const stream = openStream(seed, 0, 'x')
    if (signedRankGreater(Array.from({ length: 20 }, () => stream.uniform() - 0.5)).p <= 0.05) alarms++
  }
  expect(alarms / 4000).toBeGreaterThan(0.038)
  expect(alarms / 4000).toBeLessThan(0.062)
})

test('a shift is taken off first; all zeros say nothing; none at all is refused', () => {
  expect(signedRankGreater([0.02, 0.03, 0.02, 0.04, 0.05], 0.01).p).toBe(1 / 32)
  expect(signedRankGreater([0.02, 0.03, 0.02, 0.04, 0.05], 0.06).p).toBe(1)
  expect(signedRankGreater([0, 0])).toEqual({ wPlus: 0, n: 0, p: 1, exact: true })
  expect(() => signedRankGreater([])).toThrow(expect.objectContaining({ code: 'empty' }))
})
