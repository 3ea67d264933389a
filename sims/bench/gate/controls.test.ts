import { expect, test } from 'vitest'
import { ContestantFailed } from '../harness/link.ts'
import type { Contest } from './contest.ts'
import { Controls } from './controls.ts'
import type { GateControl } from './document.ts'
import { SideFailed } from './duel.ts'
import { TimeUp } from './refused.ts'
import { ENGINE, fixtureOfFile, outcomes, TASKS } from './testing/fixture.ts'

const fixture = fixtureOfFile()

/** Whose controls nobody plays but a test. */
const contest = (id: string, timed = true): Contest =>
  ({ id, timed, subject: {}, laidOver: [], sameCode: false }) as unknown as Contest
const control = (benchmark: string, ok: boolean): GateControl => ({ of: 'counts', benchmark, ok, said: '' })
const alike = (id: string): GateControl[] => [control(id, true), control(id, true)]
const lacking = new SideFailed('base', new ContestantFailed('there is no such row', false))

/** By whom they were played, and whether each is as it must be. */
const played = ({ played: all }: Controls): string[] => all.map(({ benchmark, ok }) => `${benchmark} ${ok}`)

test('planted: a first benchmark that base lacks, or that counts anything each time, is no control', async () => {
  const controls = new Controls()
  const contests = ['lacking', 'inexact', 'good', 'other'].map((id) => contest(id))
  const late = await controls.count(contests, async ({ id }) => {
    if (id === 'lacking') throw lacking
    return id === 'inexact' ? [control(id, false), control(id, true)] : alike(id)
  })
  expect([late, played(controls), controls.failed]).toEqual([null, ['good true', 'good true'], false])
})

test('what a control finds is no reason to try another; where none will do, the first says why', async () => {
  const blind = new Controls()
  const [one, two] = [contest('one'), contest('two')]
  await blind.count([one, two], async ({ id }) => [control(id, true), control(id, false)])
  expect([played(blind), blind.failed]).toEqual([['one true', 'one false'], true])
  const differing = new Controls()
  await differing.time([one, two], async ({ id }) => [control(id, false), control(id, true)])
  expect(played(differing)).toEqual(['one false', 'one true'])
  const none = new Controls()
  await none.count([one, two], async () => {
    throw lacking
  })
  expect([played(none), none.played[0]!.said]).toEqual([['one false'], 'base: there is no such row'])
})

test('planted: the clock is controlled by what is timed, first by what counts alike; by nothing where nothing is timed', async () => {
  const [disk, lacks, good] = [contest('disk', false), contest('lacks'), contest('good')]
  const controls = new Controls()
  await controls.count([disk, lacks, good], async ({ id }) => {
    if (id !== 'good') throw lacking
    return alike(id)
  })
  const tried: string[] = []
  await controls.time([disk, lacks, good], async ({ id }) => {
    tried.push(id)
    return alike(id)
  })
  expect(tried).toEqual(['good'])
  const untimed = new Controls()
  expect(await untimed.time([disk], async ({ id }) => alike(id))).toBeNull()
  expect(untimed.played).toEqual([])
})

test('time that is up says so of who was tried, and fails nothing', async () => {
  const controls = new Controls()
  const late = await controls.count([contest('one')], async () => {
    throw new TimeUp('time was up: base')
  })
  expect([late, controls.failed]).toEqual([{ id: 'one', message: 'time was up: base' }, false])
})

test('planted: a gate whose first task base lacks is one of the others', async () => {
  const tasks = TASKS.replace(
    'import { unique }',
    "import * as engine from './engine.mjs'\nimport { unique }",
  )
  fixture.repository.write({
    'tasks.mjs': tasks.replace('{ unique:', '{ fresh: () => engine.fresh(items), unique:'),
  })
  const fresh = `${ENGINE}export const fresh = (items) => items.map((i) => i + 1).length\n`
  const document = await fixture.gateOf(fresh, { only: ['fresh', 'unique'] })
  fixture.repository.write({ 'tasks.mjs': TASKS })
  expect(outcomes(document)).toMatchObject({ 'tasks/fresh': 'changed', 'tasks/unique': 'pass' })
  expect(document.controls.map(({ benchmark, ok }) => [benchmark, ok])).toEqual([
    ['tasks/unique', true],
    ['tasks/unique', true],
  ])
  expect(document.verdict, document.headline).toBe('undecided')
})
