import { expect, test } from 'vitest'
import { poissonAbove } from './poisson.ts'

/** P(N >= most), term by term. */
function tail(mean: number, most: number): number {
  let term = Math.exp(-mean)
  let below = 0
  for (let k = 0; k < most; k++) {
    below += term
    term *= mean / (k + 1)
  }
  return 1 - below
}

test('a bound, and no wide one where it is small', () => {
  for (const mean of [0.5, 3, 20, 60]) {
    for (const most of [mean, 1.2 * mean, 1.5 * mean, 2 * mean].map(Math.ceil)) {
      expect(poissonAbove(mean, most)).toBeGreaterThanOrEqual(tail(mean, most))
      expect(poissonAbove(mean, most)).toBeLessThan(3 * Math.sqrt(most) * tail(mean, most))
    }
  }
  expect([poissonAbove(0, 3), poissonAbove(3, 3), poissonAbove(4, 3), poissonAbove(0, 0)]).toEqual([
    0, 1, 1, 1,
  ])
})
