import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStream } from '../../lab/kernel/random/stream.ts'
import { readHistory, seriesOf, steps, type HistoryLine } from './history.ts'

const random = openStream(1, 0, 'history')
/** Log ratios of runs in which nothing changed, as normal as twelve uniform ones make them. */
const noise = (runs: number): number[] =>
  Array.from({ length: runs }, () => {
    let sum = -6
    for (let i = 0; i < 12; i++) sum += random.uniform()
    return 0.01 * sum
  })
const STEP = Math.log(1.05)
const withSteps = (...places: number[]): number[] =>
  noise(40).map((log, place) => log + (places.includes(place) ? STEP : 0))

test('planted: a history in which nothing changed shows no change, though its product wanders', () => {
  let found = 0
  for (let i = 0; i < 200; i++) {
    const lines = noise(40).map((log) => line(Math.exp(log), 10))
    const [time] = seriesOf(lines)
    if (time!.changes.length > 0) found++
  }
  expect(found).toBeLessThanOrEqual(5)
})

test('a step of five per cent among ratios that spread by one is found where it is, and so are two', () => {
  const found = (...places: number[]): number =>
    Array.from({ length: 100 }, () => steps(withSteps(...places))).filter((all) =>
      places.every((place) => all.includes(place)),
    ).length
  expect(found(20)).toBeGreaterThan(70)
  expect(found(0)).toBeGreaterThan(70)
  expect(found(10, 30)).toBeGreaterThan(50)
  expect(steps(noise(40).map((log, i) => log / 10 + (i === 20 ? STEP : 0)))).toEqual([20])
})

test('ratios that are all 1 but a small one, or too few, show nothing', () => {
  expect(steps(Array.from({ length: 20 }, (_, i) => (i === 7 ? 0.004 : 0)))).toEqual([])
  expect(steps(Array.from({ length: 20 }, (_, i) => (i === 7 ? 0.01 : 0)))).toEqual([7])
  expect(steps([0, 0, 0, 0.5])).toEqual([])
})

const line = (ratio: number | null, blocks: number): HistoryLine => ({
  at: '2026-11-20T00:00:00.000Z',
  verdict: 'pass',
  base: 'c0ffee',
  machine: 'a',
  benchmarks: [{ id: 'a/b', outcome: 'pass', ratio, counters: { blocks, allocated: 5 } }],
})

test('ratios multiply, exact counters change where they change, and those that do not are left out', () => {
  const series = seriesOf([line(1.1, 10), line(null, 10), line(1.1, 11)])
  expect(series.map(({ what, changes }) => [what, changes])).toEqual([
    ['time', []],
    ['blocks', [2]],
  ])
  expect(series[0]!.values).toEqual([expect.closeTo(1.1), expect.closeTo(1.21)])
})

test('allocated bytes repeat within half a per cent: what lies within that is no change, and what creeps out of it is', () => {
  const run = (allocated: number): HistoryLine => ({
    ...line(null, 10),
    benchmarks: [{ id: 'a/b', outcome: 'pass', ratio: null, counters: { allocated } }],
  })
  const changesOf = (...values: number[]) => seriesOf(values.map(run)).map(({ changes }) => changes)
  expect(changesOf(10_000, 10_016, 10_008, 9990)).toEqual([])
  expect(changesOf(10_000, 10_040, 10_080, 10_085)).toEqual([[2]])
})

test('planted: a history of twenty benchmarks in which nothing changed hardly ever shows a change', () => {
  let found = 0
  for (let i = 0; i < 100; i++) {
    const runs = Array.from({ length: 20 }, () => noise(40))
    const lines = runs[0]!.map((_, at) => ({
      ...line(null, 10),
      benchmarks: runs.map((logs, id) => ({
        id: String(id),
        outcome: 'pass',
        ratio: Math.exp(logs[at]!),
        counters: {},
      })),
    }))
    if (seriesOf(lines).some(({ changes }) => changes.length > 0)) found++
  }
  expect(found).toBeLessThanOrEqual(5)
})

test('a line that is no run is named', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flowbench-'))
  const file = join(folder, 'history.ndjson')
  writeFileSync(file, `${JSON.stringify(line(1, 1))}\n{"at":3}\n`)
  expect(() => readHistory(file)).toThrow('history.ndjson:2: not a line of gate --record')
  expect(() => readHistory(folder)).toThrow(`${folder}: cannot be read (EISDIR)`)
  writeFileSync(file, `${JSON.stringify(line(1, 1)).slice(0, 40)}\n${JSON.stringify(line(1, 1))}\n`)
  expect(readHistory(file)).toEqual([line(1, 1)])
  rmSync(folder, { recursive: true })
  expect(() => readHistory(file)).toThrow('no such file')
})
