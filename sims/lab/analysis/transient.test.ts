import { expect, test } from 'vitest'
import { normal } from '../kernel/random/normal.ts'
import { openStream } from '../kernel/random/stream.ts'
import { halvesDiffer, leftOfTransient } from './transient.ts'

/** Ten replications of an autoregression with a memory of `memory` values, starting `start` away from its mean of 10. */
function replications(seed: number, start: number, memory = 5, length = 200): Float64Array[] {
  const phi = Math.exp(-1 / memory)
  return Array.from({ length: 10 }, (_, replication) => {
    const stream = openStream(seed, replication, 'x')
    let x = start
    if (start === 0) for (let i = 0; i < 20 * memory; i++) x = phi * x + normal(stream)
    return Float64Array.from({ length }, () => {
      x = phi * x + normal(stream)
      return 10 + x
    })
  })
}

test('a series that has forgotten its start is hardly ever called one that has not', () => {
  const runs = Array.from({ length: 400 }, (_, seed) => replications(seed, 0))
  const left = runs.map((run) => leftOfTransient(run)!)
  // MSER alone would cut a quarter or more of many of them.
  expect(left.filter(({ cut }) => cut > 0.25).length / 400).toBeGreaterThan(0.1)
  expect(left.filter(({ cut, p }) => cut > 0.25 && p < 0.01).length / 400).toBeLessThan(0.02)
  const halves = runs.filter((run) => halvesDiffer(run)! < 0.01).length
  expect(halves / 400).toBeLessThan(0.03)
})

test('a start that is far off shows in both tests', () => {
  const runs = Array.from({ length: 50 }, (_, seed) => replications(seed, -100, 25))
  const left = runs.map((run) => leftOfTransient(run)!)
  expect(left.every(({ cut, p }) => cut > 0.25 && p < 0.01)).toBe(true)
  expect(runs.every((run) => halvesDiffer(run)! < 0.01)).toBe(true)
})

test('too little to say', () => {
  expect(leftOfTransient([])).toBeNull()
  expect(leftOfTransient([new Float64Array(49)])).toBeNull()
  expect(halvesDiffer([new Float64Array(100)])).toBeNull()
  expect(halvesDiffer([new Float64Array(100), new Float64Array(100)])).toBe(1)
})
