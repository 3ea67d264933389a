import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { chooseClock } from './clock.ts'
import { confirmed, countBoth, countControls, listTasks } from './counting.ts'
import { playRound, roundOptions, SideFailed } from './duel.ts'
import { Patience, Silence } from './patience.ts'
import { Refused, TimeUp } from './refused.ts'
import type { Subject } from './subjects.ts'
import { holdClock, letClockGo, passTime } from './testing/held-clock.ts'

let folder: string

const { signal } = new AbortController()
// It looks at the real one.
const clock = chooseClock()

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowbench-hang-'))
  writeFileSync(
    join(folder, 'tasks.mjs'),
    `import * as fs from 'node:fs'
/** It says so first. */
const hang = () => { fs.appendFileSync(${JSON.stringify(join(folder, 'hung'))}, 'x'); for (;;); }
const work = () => { let sum = 0; for (let i = 0; i < 1000; i++) sum += 1; return sum }
let sampled = false
process.on('message', (request) => { if (request.do === 'sample') sampled = true })
/** More work, that the second process in which it is done does not end. */
const second = () => {
  if (!begun) fs.appendFileSync(${JSON.stringify(join(folder, 'begun'))}, 'x')
  begun = true
  if (fs.readFileSync(${JSON.stringify(join(folder, 'begun'))}, 'utf8') === 'xx') hang()
  for (let i = 0; i < 100; i++) work()
}
let begun = false
export const tasks = { works: work, hangs: hang, later: () => (sampled ? hang() : work()), second }
`,
  )
  writeFileSync(join(folder, 'loads.mjs'), 'export const tasks = { works: () => 1 }\n')
  writeFileSync(join(folder, 'never.mjs'), 'for (;;);\n')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

beforeEach(() => {
  rmSync(join(folder, 'hung'), { force: true })
  holdClock()
})
afterEach(letClockGo)

/** What `ending` ends with, of tasks that say that they hang. */
const passWhileHung = <T>(ending: Promise<T>, hanging = 1): Promise<T | Error> =>
  passTime(ending, {
    hanging,
    hung: () => statSync(join(folder, 'hung'), { throwIfNoEntry: false })?.size ?? 0,
  })

const work = (task: string) => ({ kind: 'task', task, file: join(folder, 'tasks.mjs') }) as const
const subject = (base: string, head: string): Subject => ({
  id: 'tasks/any',
  base: work(base),
  head: work(head),
  folders: { base: folder, head: folder },
  timed: true,
  sameCode: false,
  laidOver: [],
})
const round = (base: string, head: string, left?: () => number) =>
  playRound(
    [
      { name: 'base', work: work(base) },
      { name: 'head', work: work(head) },
    ],
    roundOptions('hang', { clock, cache: join(folder, 'cache'), seed: 1, signal, left }),
  )

test.each([
  ['works', 'hangs', 1, { side: 'head', hangs: true }],
  ['hangs', 'works', 1, { side: 'base', hangs: true }],
  ['hangs', 'hangs', 2, { side: 'base', hangs: false }],
])(
  'planted, counted: base %s, head %s',
  async (base, head, hanging, failed) => {
    const error = await passWhileHung(countBoth(subject(base, head), { signal, left: () => 600 }), hanging)
    expect(error).toMatchObject({ name: 'SideFailed', ...failed })
  },
  60_000,
)

test('a side that hangs when what grew is counted again is asked once more, too', async () => {
  const error = await passWhileHung(countBoth(subject('works', 'second'), { signal, left: () => 600 }))
  expect(error).toBeInstanceOf(Refused)
  expect((error as Error).message).toMatch(/^head: .*asked again, it answered$/)
}, 60_000)

test.each([
  ['works', 'hangs', { side: 'head', hangs: true }],
  ['works', 'later', { side: 'head', hangs: true }],
  ['later', 'works', { side: 'base', hangs: true }],
  // Whichever has its turn first, the other is asked, too.
  ['later', 'later', { side: 'base', hangs: true }],
])(
  'planted, timed: base %s, head %s',
  async (base, head, failed) => {
    expect(await passWhileHung(round(base, head))).toMatchObject({ name: 'SideFailed', ...failed })
  },
  60_000,
)

test('a round that the budget leaves no time for ends with it, and fails nobody', async () => {
  const begin = performance.now()
  const error = await passWhileHung(
    round('hangs', 'hangs', () => 5 - (performance.now() - begin) / 1000),
    2,
  )
  expect(error).toBeInstanceOf(TimeUp)
  expect((error as Error).message).toMatch(/^time was up: base: no answer within/)
}, 60_000)

test('a count that the budget leaves no time for ends with it, and fails nobody; where nothing else waits it has all', async () => {
  const counted = async (base: string, head: string, hanging: number, alone: boolean) => {
    const begin = performance.now()
    const left = (): number => 60 - (performance.now() - begin) / 1000
    const error = await passWhileHung(countBoth(subject(base, head), { signal, left, alone }), hanging)
    return [(error as Error).name, (error as Error).message, Math.round(60 - left())]
  }
  const late = 'time was up: base: no answer within'
  expect(await counted('hangs', 'hangs', 2, false)).toEqual(['TimeUp', `${late} 30 s`, 30])
  expect(await counted('hangs', 'hangs', 2, true)).toEqual(['TimeUp', `${late} 60 s`, 60])
  const controls = countControls(subject('hangs', 'works'), { signal, left: () => 60 })
  expect(await passWhileHung(controls, 2)).toBeInstanceOf(TimeUp)
}, 60_000)

test("a file that never loads at head is asked for base's tasks, and where base's does not either, nobody", async () => {
  const list = (base: string, head: string) =>
    passTime(
      listTasks(
        { base: { file: join(folder, base) }, head: { file: join(folder, head) } },
        { signal, left: () => 600 },
      ),
      { hanging: base === head ? 2 : 1 },
    )
  expect(await list('loads.mjs', 'never.mjs')).toEqual({ names: ['works'], gone: [] })
  expect(await list('never.mjs', 'loads.mjs')).toEqual({ names: ['works'], gone: [] })
  expect(await list('never.mjs', 'never.mjs')).toMatchObject({ name: 'SideFailed', hangs: false })
}, 60_000)

test('patience: half a minute at first, many times what another took from then on, and never beyond the budget', async () => {
  const waited = async (left: number, took: number | null, how = {}): Promise<[number, boolean]> => {
    const patience = new Patience(() => left, how)
    const begin = performance.now()
    const never = patience
      .wait((late) => new Promise((_, no) => late.addEventListener('abort', () => no(late.reason as Error))))
      .then(
        () => null,
        (error: Silence) => error,
      )
    if (took !== null) {
      const answer = patience.wait(() => new Promise((yes) => setTimeout(yes, 1000 * took)))
      await vi.advanceTimersByTimeAsync(1000 * took)
      await answer
    }
    const state: { silence?: Silence | null } = {}
    void never.then((silence) => (state.silence = silence))
    for (let step = 0; state.silence === undefined && step < 1000; step++) {
      await vi.advanceTimersByTimeAsync(1000)
      await new Promise(setImmediate)
    }
    return [Math.floor((performance.now() - begin) / 1000), state.silence!.hangs]
  }
  expect(await waited(Infinity, null)).toEqual([300, false])
  expect(await waited(40, null)).toEqual([40, false])
  expect(await waited(Infinity, 0)).toEqual([20, true])
  expect(await waited(Infinity, 5)).toEqual([100, true])
  expect(await waited(8, 0.5)).toEqual([8, true])
  expect(await waited(8, 1)).toEqual([8, false])
  expect(await waited(2, 0)).toEqual([2, false])
  expect(await waited(Infinity, 0.3, { hurries: false })).toEqual([300, true])
  expect(await waited(40, 5, { hurries: false })).toEqual([40, false])
})

test('while the machine stands still nobody is waited for', async () => {
  let now = 0
  let timers: { at: number; run: () => void }[] = []
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, ms: number) => {
    timers.push({ at: now + ms, run })
  }) as typeof setTimeout)
  // At its end all timers are due at once.
  const pass = async (seconds: number): Promise<void> => {
    now += 1000 * seconds
    const due = timers.filter(({ at }) => at <= now)
    timers = timers.filter(({ at }) => at > now)
    for (const { run } of due) run()
    await new Promise(setImmediate)
  }
  const ask = (late: AbortSignal) =>
    new Promise((_, no) => late.addEventListener('abort', () => no(late.reason)))
  const patience = new Patience(() => 600)
  let silence: Silence | undefined
  void patience.wait(ask).catch((error: Silence) => (silence = error))
  await patience.wait(() => Promise.resolve())
  await pass(1)
  await pass(45)
  expect(silence).toBeUndefined()
  for (let second = 0; second < 16; second++) await pass(1)
  expect(silence).toBeUndefined()
  for (let second = 0; second < 6; second++) await pass(1)
  expect(silence).toMatchObject({ hangs: true })
})

test('what hangs once and answers when it is asked again is refused; other failures are not asked again', async () => {
  const hangs = new SideFailed('head', new Silence('no answer', true))
  const tries = (...errors: (Error | null)[]) => {
    const play = vi.fn<() => Promise<string>>(async () => {
      const error = errors.shift()
      if (error) throw error
      return 'played'
    })
    return { play, ended: confirmed(play).catch((error: unknown) => error) }
  }
  const once = tries(hangs, null)
  expect(await once.ended).toBeInstanceOf(Refused)
  expect(await tries(hangs, hangs).ended).toBe(hangs)
  const base = new SideFailed('base', new Silence('no answer', true))
  const other = tries(base, null)
  expect(await other.ended).toBe(base)
  expect(other.play).toHaveBeenCalledTimes(1)
})
