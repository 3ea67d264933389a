import { expect, test } from 'vitest'
import { repeats, type Counts } from './counts.ts'
import { ENGINE, fixtureOfFile, TASKS } from './testing/fixture.ts'

const fixture = fixtureOfFile()

const NONE: Counts = {
  blocks: 0,
  firstBlocks: 0,
  allocated: 0,
  retained: 0,
  own: {},
  noNumbers: [],
  functions: {},
  result: null,
}

test.each([
  ['blocks', 10_000, 10_049, true],
  ['blocks', 10_000, 10_060, false],
  ['firstBlocks', 10_000, 10_060, false],
  ['allocated', 1e6, 1_009_000, true],
  ['allocated', 1e6, 1_020_000, false],
  // A page is nothing.
  ['retained', 100, 4000, true],
  ['retained', 100, 40_000, false],
] as const)('%s: %i and then %i repeat: %s', (name, one, other, expected) => {
  expect(repeats(name, { ...NONE, [name]: one }, { ...NONE, [name]: other })).toBe(expected)
})

/** An engine that allocates as much as a dice says: so many times `size`, by the turn of its process in its tree. */
const dicing = (size: number): string => `import { mkdirSync } from 'node:fs'
let turn = 0
for (;;) {
  try {
    mkdirSync(new URL('turn' + turn, import.meta.url))
    break
  } catch {
    turn++
  }
}
const size = ${size} * (1 + (turn % 2))
export const unique = () => new Array(size).fill(0).length > 0
`

test('planted: a task that allocates another amount in each process has not grown, and that is said', async () => {
  const base = fixture.repository.commit({ 'engine.mjs': dicing(5000), 'tasks.mjs': TASKS })
  // More than base's most, each time.
  const document = await fixture.gateOf(dicing(15_000), { base, only: ['unique'] })
  fixture.repository.write({ 'engine.mjs': ENGINE })
  expect(document.verdict, document.headline).toBe('pass')
  expect(document.benchmarks[0]!.notes).toEqual([
    expect.stringContaining('not judged, as it does not repeat exactly: '),
  ])
  expect(document.benchmarks[0]!.notes[0]).toContain('allocated')
})
