import { expect, test } from 'vitest'
import { CONTESTANTS, measureGrowth, ranFrom } from './growth.ts'
import type { Outcome } from './growth.ts'

const bounds = { seconds: 20, bytes: 2 ** 30 }

test('time and memory of every engine that is here, answers verified, refusals points of their own', async () => {
  const growth = await measureGrowth({
    timeSizes: [6],
    memorySizes: [40],
    bombs: [{ pattern: '(?:a{2,101}){100}{100}', positions: 1_010_000 }],
    textBytes: 500,
    roundsMs: 5,
    runs: 1,
    // The bomb needs more than this in TRE, and nothing of ours does.
    bounds: { ...bounds, bytes: 200 * 2 ** 20 },
  })
  const present = growth.contestants.map(({ id }) => id)
  expect([...present, ...growth.missing.map(({ peer }) => peer)].toSorted()).toEqual(
    CONTESTANTS.map(({ id }) => id).toSorted(),
  )
  for (const id of present) {
    const time = growth.time.filter(({ contestant }) => contestant === id)
    expect(time.map(({ n, outcome }) => [n, outcome])).toEqual([[6, 'matched']])
    for (const { seconds } of time) expect(seconds).toBeGreaterThan(0)

    const memory = growth.memory.filter(({ contestant }) => contestant === id)
    expect(memory.map(({ positions }) => positions)).toEqual([1600, 1_010_000])
    const outcomes: Record<string, Outcome[]> = {
      flowbench: ['matched', 'refused'],
      tre: ['matched', 'cut off'],
      re2: ['refused', 'refused'],
    }
    expect(memory.map(({ outcome }) => outcome)).toEqual(outcomes[id])
    for (const { outcome, why } of memory) expect(why === null).toBe(outcome === 'matched')
  }
  // What is refused is refused before it is made.
  const refused = growth.memory.filter(({ outcome }) => outcome === 'refused')
  expect(Math.max(...refused.map(({ bytes }) => bytes))).toBeLessThan(16e6)
  expect(refused[0]!.why).toMatch(/^budget.states exceeded/)
})

test('a process that crashes or is cut off has the memory it was last seen with, by itself or from outside', () => {
  const noted = '{"is":"compiled","peakBytes":700}\n{"is":"match'
  const none = { answers: null, seconds: null }
  expect(ranFrom({ output: noted, end: 'crashed', why: 'SIGSEGV', peakBytes: 500 })).toEqual({
    ...none,
    outcome: 'crashed',
    why: 'SIGSEGV',
    peakBytes: 700,
  })
  expect(ranFrom({ output: '', end: 'cut off', why: 'more than 1 s', peakBytes: 500 })).toEqual({
    ...none,
    outcome: 'cut off',
    why: 'more than 1 s',
    peakBytes: 500,
  })
  expect(() => ranFrom({ output: noted, end: 'done', why: null, peakBytes: 0 })).toThrow(/without an answer/)
})

test('a wrong answer is no figure', async () => {
  // What is expected is read off the bounds alone, so a pattern with a c in it is not answered as expected.
  await expect(
    measureGrowth({
      contestants: ['flowbench'],
      timeSizes: [],
      memorySizes: [],
      bombs: [{ pattern: 'b|a{1}{1}c', positions: 3 }],
      runs: 1,
      bounds,
    }),
  ).rejects.toThrow(/wrong result of b\|a\{1\}\{1\}c: expected 1, got 0/)
})
