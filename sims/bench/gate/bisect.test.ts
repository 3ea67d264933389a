import { afterAll, beforeAll, expect, test } from 'vitest'
import { CouldNotMeasure } from '../harness/errors.ts'
import { newRepository, type Repository } from '../testing/repository.ts'
import { openStream } from '../../lab/kernel/random/stream.ts'
import { bisect, compareTime, search } from './bisect.ts'
import type { Played } from './duel.ts'
import { planOf } from './judge.ts'

const commits = Array.from({ length: 20 }, (_, i) => `c${i}`)

/** Worse from `first` on; nothing can be told of `untold`. */
const from = (first: number, untold: readonly number[] = []) => {
  const asked: number[] = []
  const ask = (place: number) => {
    asked.push(place)
    const is = untold.includes(place) ? 'untold' : place >= first ? 'worse' : 'no worse'
    return Promise.resolve({ is, why: `at ${place}` } as const)
  }
  return { ask, asked }
}

test('finds the first that is worse, wherever it is, in few steps', async () => {
  for (let first = 0; first < commits.length; first++) {
    const { ask, asked } = from(first)
    expect(await search(commits, ask)).toEqual({
      first: `c${first}`,
      untold: [],
      unfinished: false,
      why: `at ${first}`,
    })
    expect(asked.length).toBeLessThanOrEqual(7)
  }
})

test('what cannot be told is passed over, and named where the answer may be it', async () => {
  expect(await search(commits, from(12, [10, 11, 3]).ask)).toMatchObject({
    first: 'c12',
    untold: ['c10', 'c11'],
  })
})

test('when time is up, the answer is the range that is left', async () => {
  const { ask, asked } = from(12)
  expect(await search(commits, ask, () => asked.length >= 2)).toMatchObject({
    first: 'c14',
    untold: ['c10', 'c11', 'c12', 'c13'],
    unfinished: true,
  })
})

/** Rounds of a commit against GOOD, give or take two per cent; from `first` on it takes `slower` times as long. */
const timedFrom = (first: number, slower: number) => (place: number) => {
  const stream = openStream(4, place, 'rounds')
  const played = (seconds: number): Played => ({
    figures: [[seconds]],
    wall: seconds,
    p95: seconds,
    finish: { peak: 1e8, gc: 0, asleep: 0 },
  })
  const pair = () => {
    const noise = 0.08 * (stream.uniform() - 0.5)
    return Promise.resolve({ base: played(1), head: played((place >= first ? slower : 1) * (1 + noise)) })
  }
  const options = { plan: planOf(1), clock: 'cpu', isOver: () => false, onProgress: () => {} } as const
  return compareTime('a', pair, options)
}

test('by the clock: the first that is slower by five per cent; planted: where none is, the last is not worse', async () => {
  expect(await search(commits, timedFrom(12, 1.05))).toMatchObject({ first: 'c12', untold: [] })
  expect((await timedFrom(20, 1.05)(19)).is).toBe('no worse')
})

/** A benchmark that says how many steps its engine took. */
const ROWS = `import { walk, taken } from './engine.mjs'
export const rows = [{
  id: 'fixture/walk', unit: 'steps/s', better: 'higher', summary: 'a fixture', peers: [],
  ours: { id: 'flowbench', version: '1', missing: () => null, prepare: () => ({
    run: () => walk(), work: 1, expected: 1000, counters: () => ({ steps: taken() }),
  }) },
}]
`
/** More steps than needed by `wasted`, or a file that cannot be loaded. */
const engine = (wasted: number | null): string =>
  wasted === null
    ? 'export const broken = ('
    : `let steps = 0
export const taken = () => steps
export function walk() {
  let sum = 0
  for (let i = 0; i < 1000; i++) sum += 1
  steps += 1000 + ${wasted}
  return sum
}
`

let repository: Repository
let hashes: string[]

beforeAll(() => {
  repository = newRepository()
  // Two per mille more is within the allowance; a per cent is not. The commit before it cannot be loaded.
  const wasted = [0, 0, 1, 2, 2, null, 10, 10, 10]
  hashes = wasted.map((steps) => repository.commit({ 'rows.mjs': ROWS, 'engine.mjs': engine(steps) }))
})
afterAll(() => repository.remove())

const bisected = (options: { range?: string; budget?: number } = {}) =>
  bisect({
    registry: { modules: new Map([['fixture', repository.module]]), handed: repository.module },
    folder: repository.folder,
    range: `${hashes[0]}..${hashes.at(-1)}`,
    id: 'fixture/walk',
    countsOnly: true,
    signal: new AbortController().signal,
    onProgress: () => {},
    ...options,
  })

test('in a repository: the commit that made it do a per cent more work, and the one before it that cannot be run', async () => {
  expect(await bisected()).toEqual({
    id: 'fixture/walk',
    first: hashes[6],
    untold: [hashes[5]],
    unfinished: false,
    why: 'steps grew from 1000 to 1010',
    tried: expect.any(Number),
  })
  expect(repository.worktrees()).toHaveLength(1)
})

test('with a budget that is over at once nothing is found, and it says so', async () => {
  await expect(bisected({ budget: 0 })).rejects.toThrow(CouldNotMeasure)
  await expect(bisected({ range: `${hashes[6]}..${hashes[8]}` })).rejects.toThrow('is not worse than')
  expect(repository.worktrees()).toHaveLength(1)
})
