/** A gate that is killed leaves nothing behind that runs, whatever that does. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { isRunning } from '../testing/running.ts'

let folder: string
/** What is ended by hand where a test fails. */
const begun: number[] = []

const url = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowbench-killed-'))
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
  // It never looks at its channel again.
  write(
    'spins.mjs',
    `import { spawn } from 'node:child_process'
process.on('message', () => {
  const { pid } = spawn('sleep', ['300'], { stdio: 'ignore' })
  process.send({ ok: true, pid }, () => { for (;;); })
})
`,
  )
  write(
    'benchmark.mjs',
    `import { Link } from ${url('../harness/link.ts')}
const link = new Link(new URL('./spins.mjs', import.meta.url))
const { pid } = await link.ask({})
console.log(link.pid, pid)
`,
  )
  write(
    'command.mjs',
    `import { existsSync, readFileSync } from 'node:fs'
import { openMeter } from ${url('./command-meter.ts')}
const command = 'sleep 300 & echo $$ $! > told.new; mv told.new told; wait'
const sample = { command, folder: process.argv[2], runs: 1, spin: 0 }
void openMeter().take(sample, { signal: new AbortController().signal, left: () => 600 })
const told = process.argv[2] + '/told'
while (!existsSync(told)) await new Promise((done) => setTimeout(done, 20))
console.log(readFileSync(told, 'utf8'))
`,
  )
  write(
    'lists.mjs',
    `import { endWithUs } from ${url('../harness/reaper.ts')}
const [first, second, third] = process.argv.slice(2).map(Number)
endWithUs(first)
const hasEnded = endWithUs(second)
endWithUs(third)
hasEnded()
process.kill(process.pid, 'SIGKILL')
`,
  )
  write(
    'ends.mjs',
    `import { Link } from ${url('../harness/link.ts')}
const link = new Link(new URL('./spins.mjs', import.meta.url))
await link.ask({})
link.kill()
await link.close()
`,
  )
})
afterAll(() => {
  for (const pid of begun.splice(0)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // As it should be.
    }
  }
  rmSync(folder, { recursive: true, force: true })
})

// Two at a time: nearly all of it is the time that those are given who can end by themselves.
test.concurrent.each([
  ['benchmark', 'SIGKILL'],
  ['benchmark', 'SIGINT'],
  ['command', 'SIGKILL'],
] as const)(
  'planted: the %s of a gate that is ended by %s ends, with all that it has started',
  async (what, signal) => {
    const room = mkdtempSync(join(folder, 'room-'))
    // A group of its own, as a terminal's: an interrupt from the keyboard goes to all of it.
    const gate = spawn(process.execPath, [join(folder, `${what}.mjs`), room], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    })
    const [told] = (await once(gate.stdout.setEncoding('utf8'), 'data')) as [string]
    const pids = told.trim().split(' ').map(Number)
    begun.push(...pids)
    expect(pids.map(isRunning)).toEqual([true, true])
    process.kill(-gate.pid!, signal)
    await vi.waitFor(() => expect(pids.map(isRunning)).toEqual([false, false]), 20_000)
  },
  60_000,
)

test.concurrent('what has ended before is not ended again: its number may be another one by then', async () => {
  const sleepers = Array.from(
    { length: 3 },
    () => spawn('sleep', ['300'], { stdio: 'ignore', detached: true }).pid!,
  )
  begun.push(...sleepers)
  spawnSync(process.execPath, [join(folder, 'lists.mjs'), ...sleepers.map(String)])
  await vi.waitFor(() => expect(sleepers.map(isRunning)).toEqual([false, true, false]), 20_000)
}, 60_000)

test('a gate whose benchmarks have ended ends', () => {
  const { status } = spawnSync(process.execPath, [join(folder, 'ends.mjs')], { timeout: 20_000 })
  expect(status).toBe(0)
}, 60_000)
