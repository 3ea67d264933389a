import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStream } from '../../lab/kernel/random/stream.ts'
import { changePoints, readHistory, seriesOf, type HistoryLine } from './history.ts'

const noise = openStream(1, 0, 'history')
const level = (mean: number, n: number): number[] =>
  Array.from({ length: n }, () => mean + 0.02 * noise.uniform())

test('finds where a level changes, twice, and nothing where it does not', () => {
  expect(changePoints([...level(0, 12), ...level(0.1, 12), ...level(0.05, 12)])).toEqual([12, 24])
  let found = 0
  for (let i = 0; i < 200; i++) found += changePoints(level(0, 40)).length
  expect(found).toBeLessThanOrEqual(3)
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

test('a line that is no run is named', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flowbench-'))
  const file = join(folder, 'history.ndjson')
  writeFileSync(file, `${JSON.stringify(line(1, 1))}\n{"at":3}\n`)
  expect(() => readHistory(file)).toThrow('history.ndjson:2: not a line of gate --record')
  rmSync(folder, { recursive: true })
  expect(() => readHistory(file)).toThrow('no such file')
})
