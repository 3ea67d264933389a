import { expect, test } from 'vitest'
import { normal } from '../../lab/kernel/random/normal.ts'
import { openStream } from '../../lab/kernel/random/stream.ts'
import { geometricMean } from './geomean.ts'

const LN2 = Math.LN2

test('the geometric mean of the medians; rows without spread have no width', () => {
  const { rows, ratio, low, high } = geometricMean(
    [
      [LN2, LN2, LN2],
      [3 * LN2, 3 * LN2],
    ],
    1,
  )!
  expect(rows).toBe(2)
  for (const figure of [ratio, low, high]) expect(figure).toBeCloseTo(4, 9)
})

test('no row, no mean', () => {
  expect(geometricMean([], 1)).toBeUndefined()
})

/** Three rows of 20 rounds around `shift`, each row with a spread of its own. */
const rounds = (seed: number, shift: number): number[][] => {
  const stream = openStream(seed, 0, 'rounds')
  return [0.01, 0.03, 0.1].map((spread) =>
    Array.from({ length: 20 }, () => shift + spread * normal(stream, 0, 1)),
  )
}

test('its interval holds the truth about as often as it says', () => {
  let held = 0
  for (let seed = 0; seed < 60; seed++) {
    const { low, high } = geometricMean(rounds(seed, Math.log(1.05)), seed)!
    if (low <= 1.05 && 1.05 <= high) held++
  }
  expect(held / 60).toBeGreaterThan(0.83)
})

test('planted: three rows slower by 10 % are not called level', () => {
  expect(geometricMean(rounds(1, Math.log(0.9)), 1)!.high).toBeLessThan(1)
})
