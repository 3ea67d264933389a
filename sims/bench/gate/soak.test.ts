import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { appendLine } from './lines.ts'
import { wholePlaces } from './places.ts'
import { isFalseAlarm, readRealGates, type RealGate } from './real-gates.ts'
import { newRepository } from '../testing/repository.ts'
import { SOAKED, selfTest } from './self-test.ts'
import { machineName, readSoak, soak, type SoakRound } from './soak.ts'

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
  place: 'one',
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
  const { place: _, ...earlier } = round
  expect(readSoak(stored(earlier, round), 'ours')).toEqual([round])
})

test('a line in between that is no round is named', () => {
  expect(() => readSoak(stored(round, { ...round, slowed: [1] }, round), 'ours')).toThrow(
    'lines.ndjson:2: not a round of a soak',
  )
})

test('what follows half a line begins a new one, and the half is passed over wherever it is', () => {
  const file = stored(round, '{"method":"ou')
  appendLine(file, round)
  appendLine(file, round)
  expect(readSoak(file, 'ours')).toEqual([round, round, round])
})

/** So many rounds of each benchmark in one pair of work trees. */
const inPlace = (place: string, count: number, ids = ['a', 'b']): SoakRound[] =>
  ids.flatMap((benchmark) =>
    Array.from({ length: count }, () => ({ ...round, benchmark, place, machine: machineName() })),
  )

test('rounds count in work trees that were not left after a few: others do not become enough', () => {
  const counted = (rounds: SoakRound[]) => wholePlaces(rounds, ['a', 'b']).flat().length
  expect(counted([...inPlace('one', 30), ...inPlace('two', 19), ...inPlace('three', 20)])).toBe(100)
  // Of one benchmark enough, and not of the other.
  expect(counted([...inPlace('one', 30, ['a']), ...inPlace('one', 19, ['b'])])).toBe(0)
})

test('a soak that was broken off often plays on: enough rounds of all work trees together, and of none by itself', async () => {
  const plays = async (...rounds: SoakRound[]): Promise<boolean> => {
    let asked = false
    await soak({
      benchmarks: ['a', 'b'],
      openPlace: () => Promise.reject(new Error('nothing was to be played')),
      store: stored(...rounds, ''),
      method: 'ours',
      clock: 'cpu',
      signal: new AbortController().signal,
      rounds: 40,
      loaded: false,
      isOver: () => (asked = true),
      onProgress: () => {},
    })
    return asked
  }
  expect(await plays(...inPlace('one', 19), ...inPlace('two', 19), ...inPlace('three', 19))).toBe(true)
  expect(await plays(...inPlace('one', 30), ...inPlace('two', 19))).toBe(true)
  expect(await plays(...inPlace('one', 30), ...inPlace('two', 20))).toBe(false)
})

test('a whole gate is a false alarm when one of its benchmarks was found worse than itself', () => {
  const gates = [gate({ a: 'clear', b: 'undecided' }), gate({ a: 'clear', b: 'more memory' })]
  const read = readRealGates(stored(...gates, { ...gate({ a: 'slower' }), method: 'old' }), 'ours')
  expect(read.map(isFalseAlarm)).toEqual([false, true])
})

test('a self-test that is interrupted says what is known so far, and what it has played is kept', async () => {
  const repository = newRepository()
  const cache = process.env['XDG_CACHE_HOME']
  process.env['XDG_CACHE_HOME'] = join(folder, 'cache')
  try {
    const manifest = { name: 'fixture', version: '1.0.0' }
    repository.commit({
      'package.json': JSON.stringify(manifest),
      'package-lock.json': JSON.stringify({ ...manifest, lockfileVersion: 3, packages: { '': manifest } }),
      'rows.mjs': `const run = () => { let sum = 0; for (let i = 0; i < 1e5; i++) sum += i % 3; return sum }
export const rows = ${JSON.stringify(SOAKED)}.map((id) => ({
  id, unit: 'steps/s', better: 'higher', summary: 'a fixture', peers: [],
  ours: { id: 'flowbench', version: '1', missing: () => null, prepare: () => ({ run, work: 1, expected: run() }) },
}))
`,
    })
    const interruption = new AbortController()
    const store = join(folder, 'store')
    const tested = await selfTest({
      registry: {
        modules: new Map(SOAKED.map((id) => [id.split('/')[0]!, repository.module])),
        handed: repository.module,
      },
      folder: repository.folder,
      store,
      rounds: 300,
      gates: 0,
      loaded: false,
      budget: 600,
      signal: interruption.signal,
      onProgress: (text) => text.includes('round 2 of') && interruption.abort(new Error('interrupted')),
    })
    expect([tested.busy, tested.calm]).toEqual([null, null])
    expect(readFileSync(join(store, 'rounds.ndjson'), 'utf8').trim().split('\n')).toHaveLength(1)
    expect(repository.worktrees()).toHaveLength(1)
  } finally {
    if (cache === undefined) delete process.env['XDG_CACHE_HOME']
    else process.env['XDG_CACHE_HOME'] = cache
    repository.remove()
  }
}, 60_000)
