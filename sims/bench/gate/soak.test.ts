import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isFalseAlarm, readRealGates, type RealGate } from './real-gates.ts'
import { readSoak, type SoakRound } from './soak.ts'

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'flowbench-soak-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function stored(...lines: readonly (object | string)[]): string {
  const file = join(folder, 'lines.ndjson')
  writeFileSync(
    file,
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  )
  return file
}

const side = { seconds: 1, peak: 1e8 }
const round: SoakRound = {
  method: 'ours',
  machine: 'm',
  clock: 'cpu',
  benchmark: 'a',
  at: 1,
  block: 'a@1',
  busy: false,
  load: 1,
  base: side,
  again: side,
  ratio: 1,
  slowed: [1.03, 1.05, 1.1],
}
const gate = (findings: RealGate['findings']): RealGate => ({
  method: 'ours',
  machine: 'm',
  at: 1,
  load: 1,
  busy: false,
  findings,
})

test('rounds of another method are passed over, whatever their form; half a line at the end is no round yet', () => {
  expect(readSoak(stored({ method: 'old', base: 1 }, round, '{"method":"ou'), 'ours')).toEqual([round])
  expect(readSoak(join(folder, 'nothing'), 'ours')).toEqual([])
})

test('a line in between that is no round is named', () => {
  expect(() => readSoak(stored(round, { ...round, slowed: [1] }, round), 'ours')).toThrow(
    'lines.ndjson:2: not a round of a soak',
  )
})

test('a whole gate is a false alarm when one of its benchmarks was found worse than itself', () => {
  const gates = [gate({ a: 'clear', b: 'undecided' }), gate({ a: 'clear', b: 'more memory' })]
  const read = readRealGates(stored(...gates, { ...gate({ a: 'slower' }), method: 'old' }), 'ours')
  expect(read.map(isFalseAlarm)).toEqual([false, true])
})
