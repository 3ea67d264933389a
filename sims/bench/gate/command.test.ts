import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commandPlan, commandRounds } from './command.ts'
import { openMeter } from './command-meter.ts'
import { areAlike, orderOf } from './judge.ts'
import { Refused } from './refused.ts'

const { signal } = new AbortController()
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
  const sides = folders.map((name) => ({ folder: join(room, name), slower: name === 'six' ? 0.1 : 0 }))
  const play = commandRounds(sides, { command: 'sh program.sh', seed: 1, signal })
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
      signal,
    )
    expect(runsIn('one')).toBe(6)
    expect(cpu).toBeGreaterThan(0)
    // It has waited, and that is none.
    const waited = await meter.take({ command: 'sleep 0.3', folder, runs: 1, spin: 0 }, signal)
    expect(waited.wall).toBeGreaterThanOrEqual(0.3)
    expect(waited.cpu).toBeLessThan(0.3)
  },
)

test('planted: a command that fails is refused, in its own words', async () => {
  const sides = [{ folder: join(room, 'one'), slower: 0 }]
  const play = commandRounds(sides, { command: 'echo no such engine >&2; exit 3', seed: 1, signal })
  await expect(play()).rejects.toThrow(Refused)
  await expect(play()).rejects.toThrow('the command failed: no such engine')
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
