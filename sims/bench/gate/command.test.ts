import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newRepository, type Repository } from '../testing/repository.ts'
import { commandPlan, commandRounds } from './command.ts'
import { openMeter } from './command-meter.ts'
import type { GateOptions } from './gate.ts'
import { areAlike, orderOf } from './judge.ts'
import { Refused } from './refused.ts'
import { askGate } from './testing/ask-gate.ts'

const { signal } = new AbortController()
const limits = { signal, left: () => 600 }
const folders = ['one', 'two', 'six'] as const
let room: string

/** Some milliseconds of arithmetic, and a letter for each run. */
const PROGRAM = 'i=0; while [ $i -lt 3000 ]; do i=$((i + 1)); done; printf x >> runs\n'

beforeAll(() => {
  room = mkdtempSync(join(tmpdir(), 'flowbench-command-'))
  for (const name of folders) {
    mkdirSync(join(room, name))
    writeFileSync(join(room, name, 'program.sh'), PROGRAM)
  }
})
afterAll(() => rmSync(room, { recursive: true, force: true }))

/** Runs since the last time this was asked. */
function runsIn(name: string): number {
  const file = join(room, name, 'runs')
  const { length } = readFileSync(file, 'utf8')
  writeFileSync(file, '')
  return length
}

test('a copy that is slowed by a tenth does eleven runs where others do ten', async () => {
  const sides = folders.map((name) => ({ name, folder: join(room, name), slower: name === 'six' ? 0.1 : 0 }))
  const play = commandRounds(sides, { command: 'sh program.sh', seed: 1, ...limits })
  // The first round finds out how long it takes, besides.
  await play()
  for (const name of folders) runsIn(name)
  const played = await play()
  const [one, two, six] = folders.map(runsIn) as [number, number, number]
  expect(one % 40).toBe(0)
  expect([two, six]).toEqual([one, 1.1 * one])
  for (const { figures } of played) expect(figures).toEqual([[expect.any(Number)]])
})

test.each(['children', 'bash'] as const)(
  'processor time by %s: of what the command started, too',
  async (name) => {
    const meter = name === 'bash' ? openMeter(null) : openMeter()
    expect(meter.name).toBe(name)
    const folder = join(room, 'one')
    runsIn('one')
    const { cpu } = await meter.take(
      { command: 'sh program.sh; sh program.sh', folder, runs: 3, spin: 0 },
      limits,
    )
    expect(runsIn('one')).toBe(6)
    expect(cpu).toBeGreaterThan(0)
    // It has waited, and that is none.
    const waited = await meter.take({ command: 'sleep 0.3', folder, runs: 1, spin: 0 }, limits)
    expect(waited.wall).toBeGreaterThanOrEqual(0.3)
    expect(waited.cpu).toBeLessThan(0.3)
  },
)

test('planted: a command that fails is refused, in its own words', async () => {
  const sides = [{ name: 'base', folder: join(room, 'one'), slower: 0 }]
  const play = commandRounds(sides, { command: 'echo no such engine >&2; exit 3', seed: 1, ...limits })
  await expect(play()).rejects.toThrow(Refused)
  await expect(play()).rejects.toThrow('base: the command failed: no such engine')
})

test.each([
  ['of Node, by its error', `"$NODE" -e 'throw new TypeError("no such row")'`, 'TypeError: no such row'],
  ['without a word, by its exit code', 'exit 7', 'exit 7'],
  ['that is not there', 'flowbench-no-such-program', 'not found'],
])('planted: a command that fails is told: one %s', async (_, command, said) => {
  const sides = [{ name: 'base', folder: join(room, 'one'), slower: 0 }]
  const play = commandRounds(sides, {
    command: command.replace('$NODE', process.execPath),
    seed: 1,
    ...limits,
  })
  await expect(play()).rejects.toThrow(new RegExp(`^base: the command failed: .*${said}$`))
})

test('planted: a command that never ends is ended with all that it started, and what is known is said', async () => {
  const begin = performance.now()
  const left = (): number => 1 - (performance.now() - begin) / 1000
  const sides = [{ name: 'base', folder: join(room, 'one'), slower: 0 }]
  const command = 'sleep 61.7 & sleep 61.7'
  await expect(commandRounds(sides, { command, seed: 1, signal, left })()).rejects.toThrow(
    /^time was up: a run of the command: it had not ended after 1\.\d s$/,
  )
  expect(performance.now() - begin).toBeLessThan(20_000)
  const { stdout } = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
  expect(stdout.split('\n').filter((line) => line.trim() === 'sleep 61.7')).toEqual([])
  // One whose run is known.
  let runs = 0
  const few = (): number => (runs++ < 3 ? 600 : 0)
  await expect(
    commandRounds(sides, { command: 'sh program.sh', seed: 1, signal, left: few })(),
  ).rejects.toThrow(/^time was up: a run of the command takes \d+\.\d s, and a round is \d of them or more$/)
})

test('a command that leaves a program behind is not waited for beyond its own end', async () => {
  const folder = join(room, 'one')
  const begin = performance.now()
  await openMeter().take({ command: 'sleep 30 & exit 0', folder, runs: 1, spin: 0 }, limits)
  expect(performance.now() - begin).toBeLessThan(20_000)
})

describe('the gate of a command', () => {
  let repository: Repository
  beforeAll(() => {
    repository = newRepository()
    repository.commit({ 'run.sh': 'exit 0\n', 'inner/run.sh': 'echo inner >&2; exit 4\n' })
  })
  afterAll(() => repository.remove())

  const gateOf = (command: string, options: Partial<GateOptions> = {}) =>
    askGate({ from: { command }, folder: repository.folder, ...options })

  test('planted: one that fails is no control, and is not measured', async () => {
    const document = await gateOf('echo no such engine >&2; exit 3')
    expect(document).toMatchObject({
      verdict: 'unmeasured',
      headline: 'could not measure: control on command: base: the command failed: no such engine',
      controls: [{ ok: false }],
      notMeasured: [{ id: 'command', why: 'the controls failed' }],
    })
  })

  test('one that never ends is ended with the budget', async () => {
    const document = await gateOf('sleep 61.8', { budget: 0.5 })
    expect(document.verdict).toBe('unmeasured')
    expect(document.headline).toContain('time was up: a run of the command: it had not ended after 0.')
  })

  test('it runs in the folder of each tree that it was called in', async () => {
    const document = await gateOf('sh run.sh', { folder: join(repository.folder, 'inner') })
    expect(document.headline).toContain('base: the command failed: inner')
    repository.write({ 'fresh/run.sh': 'exit 0' })
    await expect(gateOf('sh run.sh', { folder: join(repository.folder, 'fresh') })).rejects.toThrow(
      'base has no folder fresh to run the command in',
    )
  })
})

test('three per cent are an order, three per mille are not: there, the two are soon known to be alike', () => {
  const plan = commandPlan()
  const rounds = (shift: number): number[] =>
    Array.from({ length: 20 }, (_, i) => shift + 0.01 * ((i % 5) / 2 - 1))
  expect(orderOf(rounds(0.03), plan)).toBe('head slower')
  expect(orderOf(rounds(-0.03), plan)).toBe('head faster')
  expect(areAlike(rounds(0.03), plan)).toBe(false)
  expect([orderOf(rounds(0.003), plan), areAlike(rounds(0.003), plan)]).toEqual([null, true])
  // Between looks nothing is said.
  expect(orderOf(rounds(0.03).slice(1), plan)).toBeNull()
})
