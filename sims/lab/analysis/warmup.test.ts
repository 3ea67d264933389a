import { expect, test } from 'vitest'
import { openStream } from '../kernel/random/stream.ts'
import { mmcNumberInSystem, mm1Waits } from './testing/seeds.ts'
import { mser5 } from './warmup.ts'

/** White noise of standard deviation 0.29 about a level, with an added start. */
function noisy(seed: number, length: number, start: (i: number) => number): number[] {
  const stream = openStream(seed, 0, 'noise')
  return Array.from({ length }, (_, i) => 10 + stream.uniform() + start(i))
}

test('agrees with the definition, computed the slow way', () => {
  const values = noisy(1, 200, (i) => 8 * Math.exp(-i / 15))
  const z = Array.from(
    { length: 40 },
    (_, b) => values.slice(5 * b, 5 * b + 5).reduce((sum, v) => sum + v, 0) / 5,
  )
  const statistic = (cut: number): number => {
    const rest = z.slice(cut)
    const mean = rest.reduce((sum, v) => sum + v, 0) / rest.length
    return rest.reduce((sum, v) => sum + (v - mean) ** 2, 0) / rest.length ** 2
  }
  const statistics = Array.from({ length: 36 }, (_, cut) => statistic(cut))
  const best = statistics.indexOf(Math.min(...statistics))
  const found = mser5(values)
  expect(found.truncate).toBe(5 * best)
  expect(found.statistic).toBeCloseTo(statistics[best]!, 12)
})

test('a step is cut where it ends; a stationary run is hardly cut', () => {
  for (let seed = 0; seed < 20; seed++) {
    const stepped = mser5(noisy(seed, 1000, (i) => (i < 100 ? 5 : 0)))
    expect(stepped.truncate).toBeGreaterThanOrEqual(100)
    expect(stepped.truncate).toBeLessThan(500)
    expect(stepped.tooShort).toBe(false)
    expect(stepped.mean).toBeCloseTo(10.5, 1)
  }
  const cuts = Array.from({ length: 50 }, (_, seed) => mser5(noisy(seed, 1000, () => 0)).truncate)
  expect(cuts.sort((a, b) => a - b)[25]!).toBeLessThan(250)
})

test('removes most of the bias of an empty start, M/M/20 number in system', () => {
  const runs = 400
  let raw = 0
  let cut = 0
  for (let replication = 0; replication < runs; replication++) {
    // Ten mean service times: an empty start ruins the first two.
    const { inSystem } = mmcNumberInSystem(5, replication, {
      load: 0.5,
      servers: 20,
      arrivals: 100,
      samples: 200,
    })
    raw += inSystem.reduce((sum, n) => sum + n, 0) / inSystem.length / runs
    cut += mser5(inSystem).mean / runs
  }
  // The truth is 10.0 (hardly anyone waits); an empty start costs 10 (1 - exp(-10)) / 10 of it.
  expect(Math.abs(raw - 10)).toBeGreaterThan(0.8)
  expect(Math.abs(cut - 10)).toBeLessThan(Math.abs(raw - 10) / 2)
})

test('says when the run is too short to have settled', () => {
  expect(mser5(Array.from({ length: 300 }, (_, i) => i)).tooShort).toBe(true)
  expect(mser5(noisy(3, 300, (i) => 100 * Math.exp(-i / 120))).tooShort).toBe(true)
  expect(mser5(mm1Waits(1, 0, 0.5, 5000)).tooShort).toBe(false)
})

test('a constant run keeps everything; too little is refused', () => {
  expect(mser5(Array(100).fill(4))).toEqual({ truncate: 0, mean: 4, statistic: 0, tooShort: false })
  expect(() => mser5(Array(49).fill(4))).toThrow(/needs 50 values/)
  expect(() => mser5([])).toThrow(expect.objectContaining({ code: 'empty' }))
})
