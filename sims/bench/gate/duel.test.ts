import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { logRatio, playRound, roundOptions, SideFailed, type Played, type Side } from './duel.ts'
import { chooseClock } from './clock.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowbench-duel-'))
  writeFileSync(
    join(folder, 'tasks.mjs'),
    `import { createHash, hash } from 'node:crypto'
import { Bench } from ${JSON.stringify(import.meta.resolve('tinybench'))}
let calls = 0
const bytes = new Uint8Array(1_000_000)
// Not JavaScript: V8 compiles the same loop in ways that differ by half from process to process.
const work = () => createHash('sha256').update(bytes).digest('hex')
export const tasks = {
  works: work,
  sleeps: () => new Promise((resolve) => setTimeout(() => { for (let i = 0; i < 5; i++) work(); resolve(work()) }, 40)),
  unread: () => Object.defineProperty({ digest: work() }, 'x', { enumerable: true, get: () => process.exit(1) }),
  lies: () => (calls++ > 20 ? 1 : work().length),
}
const text = 'x'.repeat(1000)
const pause = () => new Promise((resolve) => setTimeout(resolve, 5))
const spin = () => { for (let until = performance.now() + 5; performance.now() < until;); }
// Long enough that the first of two does not pay for caches that a pause has left cold.
const few = work
const twice = () => few() + few()
export const bench = new Bench()
  .add('few', few, { beforeEach: spin, afterEach: pause })
  .add('twice', twice, { beforeEach: spin, afterEach: pause })
  .add('brief', () => hash('sha256', text), { beforeEach: () => {} })
  .add('sixteen', () => { for (let i = 0; i < 16; i++) hash('sha256', text) }, { beforeEach: () => {} })
`,
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const side = (task: string, slower?: readonly number[]): Side => ({
  name: task,
  work: { kind: 'task', file: join(folder, 'tasks.mjs'), task },
  ...(slower && { slower }),
})

/** Long samples, and so few turns: on a busy machine each waits for its core. */
const options = () => ({
  ...roundOptions('duel', {
    clock: chooseClock(),
    cache: join(folder, 'cache'),
    seed: 1,
    signal: new AbortController().signal,
  }),
  sampleSeconds: 0.04,
})

test('a round of real processes: a copy slowed by half and by twice is, one that sleeps is seen to', async () => {
  const [base, slowed] = (await playRound([side('works'), side('works', [0.5, 2])], options())) as [
    Played,
    Played,
  ]
  // Every side has as many turns, and those of each slowdown for itself.
  expect(base.figures.map(({ length }) => length)).toEqual(slowed.figures.map(({ length }) => length))
  // Wide, as anything may run beside a test: half and twice are told apart in any weather.
  const [half, twice] = [0, 1].map((level) => logRatio(base, slowed, level)) as [number, number]
  expect(half).toBeGreaterThan(Math.log(1.1))
  expect(twice - half).toBeGreaterThan(Math.log(1.4))
  const [sleeper] = (await playRound([side('sleeps')], options())) as [Played]
  // Where the machine does not tell, there is nothing to compare.
  expect(sleeper.finish.asleep ?? 1).toBeGreaterThan(0.2)
})

test("hooks of a tinybench task are none of its time: twice the work shows as twice, and their sleep as nobody's", async () => {
  const [few, twice] = (await playRound([side('few'), side('twice')], options())) as [Played, Played]
  expect(logRatio(few, twice)).toBeGreaterThan(Math.log(1.6))
  expect(logRatio(few, twice)).toBeLessThan(Math.log(2.5))
  expect(few.finish.asleep ?? 0).toBeLessThan(0.2)
}, 30_000)

test('a brief task with hooks is timed by itself, without what the clock costs, and that it is brief is said', async () => {
  const sides = [side('brief'), side('sixteen'), side('few')]
  const [one, sixteen, few] = (await playRound(sides, options())) as [Played, Played, Played]
  // 4 with the clock's cost in both, and never 16: what comes after a pause finds its caches cold.
  expect(logRatio(one, sixteen)).toBeGreaterThan(Math.log(6))
  expect(logRatio(one, sixteen)).toBeLessThan(Math.log(20))
  expect(one.brief).toBeLessThan(2e-5)
  expect(few.brief).toBeNull()
}, 30_000)

test('what a task returns is not looked into where it is timed: that would be time and memory of its own', async () => {
  const [played] = (await playRound([side('unread')], options())) as [Played]
  expect(played.figures[0]!.length).toBeGreaterThan(1)
})

test('both samples of a turn are slowed by what is going on, and the ratio is not', () => {
  const played = (...seconds: number[]) => ({ figures: [seconds] }) as unknown as Played
  // Half as fast in the second half, and one wild sample.
  expect(logRatio(played(1, 1, 2, 2, 2), played(1.1, 1.1, 2.2, 2.2, 9))).toBeCloseTo(Math.log(1.1), 10)
})

test('planted: a benchmark whose result changes while it is timed ends the round, and says whose it was', async () => {
  await expect(playRound([side('works'), side('lies')], options())).rejects.toThrow(SideFailed)
  await expect(playRound([side('lies')], options())).rejects.toMatchObject({ side: 'lies', wrong: true })
})
